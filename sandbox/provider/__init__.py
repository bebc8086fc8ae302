"""The stand-in for the azure-native provider: what the Pulumi engine talks to."""
