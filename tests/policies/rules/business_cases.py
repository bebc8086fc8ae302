"""What the rules on business let pass, and what they refuse."""

PASSED = []

REFUSED = []

NEEDED = []

NOT_READ = []
