"""Serves the rules to the Pulumi engine. Never import this: it does not return.

Its first line of output is the port, so nothing here may print.
"""

from policies.host import serve

serve()
