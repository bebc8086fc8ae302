"""What the stack costs: by the call, by the day, by the month, and beside its budget."""
