"""How much a route needs, what to buy for it, and until when that is enough."""
