"""Programs for those who work on cdgen itself; nothing here is installed."""
