"""What the rules on performance let pass, and what they refuse."""

PASSED = []

REFUSED = []

NEEDED = []

NOT_READ = []
