"""Stand-ins for pinned actions: what a workflow asks of them is checked against the pin data, and done with local means."""
