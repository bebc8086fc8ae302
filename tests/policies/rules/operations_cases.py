"""What the rules on operations let pass, and what they refuse."""

PASSED = []

REFUSED = []
