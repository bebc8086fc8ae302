"""Microsoft.CognitiveServices: accounts and what stands in them."""
