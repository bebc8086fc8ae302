"""`plumb review`: people read answers that a judge has scored, and whether the two agree."""
