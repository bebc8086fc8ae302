"""A client of deployed models, to be copied into an application as it is: docs/client.md."""
