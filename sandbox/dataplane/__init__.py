"""What applications call: Azure OpenAI and App Configuration, refusals included."""
