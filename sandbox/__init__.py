"""A local Azure: control plane, tokens and data planes in one process on loopback."""
