"""Searches: a query in our own words compiled to one statement over the search index."""
