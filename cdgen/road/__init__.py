"""The road and its pins: what the organisation decides, and the exact versions of everything that ages."""
