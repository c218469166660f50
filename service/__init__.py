"""Seuranta: the shared care plan and chronic-disease follow-up service of a region's health centres."""

__version__ = "0.1.0"
