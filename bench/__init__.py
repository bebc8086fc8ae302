"""How fast it is, measured here and now: `make bench` prints docs/benchmarks.md's table."""
