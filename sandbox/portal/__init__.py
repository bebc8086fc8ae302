"""The sandbox's page: what is deployed, how full it is, what went wrong, for people."""
