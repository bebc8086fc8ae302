"""Smoke: one question to every deployment and route, and whether the answer is good."""
