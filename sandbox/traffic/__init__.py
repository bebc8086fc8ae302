"""Synthetic traffic: what an application's callers would do, minute by minute."""
