"""What is allowed: rules over plain data, and the host that serves them to the engine."""
