"""What is done to a running stack: `cli.py` is `plumb`, the rest is one file a command."""
