"""`plumb preflight`: every refusal that Azure holds ready for a stack, found before `up`."""
