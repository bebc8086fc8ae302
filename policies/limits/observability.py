"""How long logs are kept, and what alerts must notice."""
