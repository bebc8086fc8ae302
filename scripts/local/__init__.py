"""The sandbox from outside: starting it, and asking it for faults, time and traffic."""
