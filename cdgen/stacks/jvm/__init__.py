"""Java and Kotlin. One module per build tool; what both tools share is in `base` and the modules it uses."""
