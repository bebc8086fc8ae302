"""What came of the rules, one file for each form in which people and programs take it."""
