"""The command line: parse, call `app`, print, choose the exit code."""
