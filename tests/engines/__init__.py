"""What it takes to run the real programs that generated files are written for."""
