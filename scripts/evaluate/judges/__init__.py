"""Models that judge answers: asked by our own prompts, or through azure-ai-evaluation."""
