"""The record and what is read from it: SQLAlchemy Core over SQLite or PostgreSQL."""
