"""What a stack has proven: the evidence, who recorded it, and what is still missing."""
