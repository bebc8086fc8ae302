"""How fast, on how much capacity, and which SKUs."""
