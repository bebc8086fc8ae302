"""Smoke: a few questions to all that is deployed, and whether each answer is what was declared."""
