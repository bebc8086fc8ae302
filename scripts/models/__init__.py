"""`plumb models`: what can be deployed where, until when, and at what price."""
