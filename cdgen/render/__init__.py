"""Text out of values: guarded templates, the one YAML printer, and the check that what was printed can be read."""
