"""What the rules on security let pass, and what they refuse."""

PASSED = []

REFUSED = []
