"""The parts of a stack that no rule minds, shaped as our own program registers them."""
