"""Tests of the record and its database, on SQLite and on PostgreSQL."""
