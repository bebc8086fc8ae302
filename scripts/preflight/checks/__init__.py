"""What preflight looks at: each check is a generator of findings over plain facts."""
