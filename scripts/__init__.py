"""What is done to a running stack. `cli.py` is the `plumb` command; the rest is one file a command."""
