"""What an evaluation must have measured, on how much, how lately."""
