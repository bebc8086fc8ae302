"""A subset of Kusto's query language, compiled to SQL."""
