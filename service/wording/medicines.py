"""Medicines in everyday words, by the beginning of the ATC code (`medicine.*` of the catalogues).

The groups are those of the shipped protocols; their words are unreviewed.
"""

from service.wording.sentences import Text
from service.wording.words import Words


def medicine_named(words: Words, code: str) -> Text | None:
    """The name of the smallest group that the ATC code belongs to; None where no group is named."""
    beginnings = (f"medicine.{code[:length]}" for length in range(len(code), 0, -1))
    key = next((key for key in beginnings if key in words), None)
    return words.text(key) if key else None


def medicine_with_code(words: Words, code: str) -> str:
    """The name with its ATC code, for staff: verenpainelääke (C09AA05)."""
    return f"{medicine_named(words, code) or words.text('medicine.other')} ({code})"
