"""Judging stacks without an engine: the program under mocks, and what the gate said of it."""
