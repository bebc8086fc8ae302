"""What the rules on observability let pass, and what they refuse."""

PASSED = []

REFUSED = []

NEEDED = []

NOT_READ = []
