"""The Pulumi engine: found on this machine, or built, with the host that runs Python for it."""
