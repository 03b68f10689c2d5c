"""One module per program: runs it in its strictest mode and returns what it found as values.

A driver never lets a program pass that did not look: the program is missing (`NotProven`), it crashed, it saw fewer files
or documents than it was given, or it stayed silent on a planted mistake (`CheckerError`).
"""
