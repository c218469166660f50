"""A protocol as a table: one row a base interval or a variant, each cell a text that can be changed.

The rows of two versions, or of an adaptation and its origin, are compared cell by cell.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

BASE: Final = "base"
"""The variant of the row that holds an activity's base interval and all that is the activity's own."""

LANGUAGES: Final = ("fi", "sv", "en")
KEYS: Final = ("protocol", "version", "activity", "variant")
OF_BOTH: Final = (
    "interval",
    "lead_days",
    "grace_days",
    "evidence",
    "sources",
    *(f"title_{language}" for language in LANGUAGES),
)
OF_VARIANT: Final = (
    "rule",
    "counts_from",
    "marks",
    *(f"reason_{language}" for language in LANGUAGES),
    "reason_review",
)
OF_ACTIVITY: Final = (
    "target",
    "target_evidence",
    "performer",
    *(f"what_{language}" for language in LANGUAGES),
    *(f"prepare_{language}" for language in LANGUAGES),
    "text_review",
)
CHANGEABLE: Final = (*OF_BOTH, *OF_VARIANT, *OF_ACTIVITY)
"""The cells that can be changed; `OF_VARIANT` stand in a variant's row, `OF_ACTIVITY` in the base's."""

TOLD: Final = (
    "name",
    "rule_in_words",
    "interval_in_words",
    "window_in_words",
    "target_in_words",
    "performer_in_words",
    "closes_with",
    "support_in_words",
)
"""What the table says in words of the cells, in the reader's language; nothing is read back from them."""

FIXED: Final = (
    "kind",
    "far_limit",
    "season",
    "applies_when",
    "confirmation",
    "target_confirmation",
)
"""What the table shows of the PlanDefinition beside: it is changed there alone."""


COLUMNS: Final = (*KEYS, *TOLD, *CHANGEABLE, *FIXED)


READ_ONLY: Final = frozenset({*KEYS, *TOLD, *FIXED})
"""The columns that are shown and not changed in a table."""


class RowKey(NamedTuple):
    """A row: an activity of the protocol, and its variant or `base`."""

    activity: str
    variant: str

    @property
    def figure(self) -> str:
        """The row as a person names it: `hba1c`, `hba1c.above-target`."""
        return self.activity if self.variant == BASE else f"{self.activity}.{self.variant}"


class TableRow(NamedTuple):
    """A row with its cells by column; a cell that says nothing is left out."""

    key: RowKey
    cells: Mapping[str, str]


class CellChange(NamedTuple):
    """A cell that two tables have differently; empty where one of them says nothing."""

    key: RowKey
    column: str
    old: str
    new: str


class Differences(NamedTuple):
    """What a table has that an older one has not, what it lacks, and which cells differ."""

    added: tuple[TableRow, ...]
    gone: tuple[TableRow, ...]
    changed: tuple[CellChange, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.changed)


def differences(old: Sequence[TableRow], new: Sequence[TableRow]) -> Differences:
    """What became of the rows, in the order of the new table; gone ones in that of the old."""
    before, after = ({row.key: row for row in rows} for rows in (old, new))
    return Differences(
        added=tuple(row for row in new if row.key not in before),
        gone=tuple(row for row in old if row.key not in after),
        changed=tuple(
            change for row in new if row.key in before for change in _changed(before[row.key], row)
        ),
    )


def _changed(old: TableRow, new: TableRow) -> list[CellChange]:
    pairs = ((column, old.cells.get(column, ""), new.cells.get(column, "")) for column in _COMPARED)
    return [CellChange(new.key, column, *pair) for column, *pair in pairs if pair[0] != pair[1]]


_COMPARED: Final = (*CHANGEABLE, *FIXED)
