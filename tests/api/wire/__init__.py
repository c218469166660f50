"""The wire checklist of a strict R4 client, row by row: one file a part, each test marked with its number."""
