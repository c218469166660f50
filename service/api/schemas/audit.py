"""What can be asked of the audit, and its figures as rows of JSON or CSV.

Source: what-is-due 10. Rows without a unit, protocol or activity count them all together.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from io import StringIO
from typing import Any, Final

from marshmallow import Schema

from service.api.schemas.parameters import AnyOf, Choice, Day, Ids, Instant, themselves
from service.domain.catalogue import Catalogue
from service.domain.compliance import RESTING, Compliance, Counted
from service.domain.directory import Unit

JSON_FORMAT: Final = "json"
CSV_FORMAT: Final = "csv"
_NO_UNIT: Final = Unit("")
# A cell that begins so would be a formula to the programs that open such files.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuestion:
    """A day, an instant of knowing, and which rows: without a filter all of them."""

    as_of: date
    known_at: datetime | None = None
    units: tuple[str, ...] = ()
    protocols: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    format: str = ""

    def asks_for(self, one: Counted) -> bool:
        """Whether a row is about the protocols and activities that are asked for."""
        return all(
            not asked or name in asked
            for asked, name in ((self.protocols, one.protocol), (self.activities, one.activity))
        )


@lru_cache(maxsize=2)
def audit_schema(catalogue: Catalogue) -> Schema:
    """The parameters of `/audit/v1/compliance`."""
    protocols = set(catalogue.known)
    return Schema.from_dict(
        {
            "unit": Ids(attribute="units"),
            "protocol": AnyOf(themselves(protocols), attribute="protocols"),
            "activity": AnyOf(themselves(catalogue.activities), attribute="activities"),
            "as_of": Day(),
            "known_at": Instant(),
            "format": Choice(themselves([JSON_FORMAT, CSV_FORMAT])),
        }
    )()


def compliance_members(
    found: Compliance, question: AuditQuestion, units: Mapping[str, Unit]
) -> dict[str, Any]:
    """The answer as JSON."""
    return {
        "as_of": found.as_of,
        "known_at": found.known_at,
        "from_history": found.from_history,
        "rows": list(_rows(found.rows, question, units)),
        "not_followed": [
            one._asdict()
            for one in found.not_followed
            if not question.protocols or one.protocol in question.protocols
        ],
    }


def compliance_csv(found: Compliance, question: AuditQuestion, units: Mapping[str, Unit]) -> str:
    """The rows as CSV: commas, decimal points, a header, what is not known or meant left empty.

    Beside them stands how many people are not followed up, as `seuranta audit` shows it.
    """
    text = StringIO()
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    day = {"as_of": found.as_of.isoformat(), "known_at": found.known_at.isoformat()}
    for counted, people in found.beside_not_followed():
        for one in _rows([counted], question, units):
            by = {f"paused_{name}": count for name, count in one.pop("paused_by").items()}
            cells = {name: _cell(value) for name, value in (one | by).items()}
            writer.writerow(day | cells | {"not_followed": people})
    return text.getvalue()


def _rows(
    rows: Iterable[Counted], question: AuditQuestion, units: Mapping[str, Unit]
) -> Iterator[dict[str, Any]]:
    for one in filter(question.asks_for, rows):
        yield {
            "unit": one.unit,
            "unit_name": units.get(one.unit, _NO_UNIT).name,
            "protocol": one.protocol,
            "activity": one.activity,
            "denominator": one.denominator,
            "exclusion": one.paused,
            "numerator": one.numerator,
            "share": one.share,
            "upcoming": one.upcoming,
            "due": one.due,
            "overdue": one.overdue,
            "at_target": one.at_target,
            "beyond_target": one.beyond_target,
            "paused_by": one.paused_by,
        }


def _cell(value: Any) -> Any:
    is_formula = isinstance(value, str) and value.startswith(_FORMULA)
    return f"'{value}" if is_formula else value


_COLUMNS: Final = (
    "as_of",
    "known_at",
    "unit",
    "unit_name",
    "protocol",
    "activity",
    "denominator",
    "exclusion",
    "numerator",
    "share",
    "upcoming",
    "due",
    "overdue",
    "at_target",
    "beyond_target",
    *(f"paused_{name}" for name in RESTING),
    "not_followed",
)
