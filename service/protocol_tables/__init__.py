"""Protocols as tables: shown, compared, changed in a spreadsheet and read back, their figures confirmed.

Commands, pages and the API all go through here; what they make of it stands with them.
"""
