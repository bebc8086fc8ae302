"""What the rules on quality let pass, and what they refuse."""

PASSED = []

REFUSED = []

NEEDED = []

NOT_READ = []
