"""Client libraries that were not written here, against the served program."""
