"""Python: one file per build tool; what they share is in `base`."""
