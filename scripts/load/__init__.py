"""Load: calls that come when callers would send them, and what became of each."""
