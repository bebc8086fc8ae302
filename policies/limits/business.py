"""Who approves, how long that counts, and what it may cost."""
