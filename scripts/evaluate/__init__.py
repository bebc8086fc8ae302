"""`plumb evaluate`: how well a deployment answers, and how surely that is known."""
