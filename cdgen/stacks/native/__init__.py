"""C and C++. One module per build tool; what they share is in `base` and the modules it uses. Recognised, not paved."""
