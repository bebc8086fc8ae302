"""The rules, one file a category. Pure generators: no clock, no file, no network, no engine."""
