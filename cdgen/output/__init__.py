"""The end of the chain: the lock, what differs between memory and disk, and the only code that writes."""
