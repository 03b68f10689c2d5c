"""Paired benchmarks: every figure is a ratio to the bare interpreter, taken in the same loop."""
