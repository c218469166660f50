"""The datatypes of R4 as plain JSON, and the clinic's instants.

Source: https://hl7.org/fhir/R4/datatypes.html
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from service.jobs.demo.resources.codes import ACT_REASON, UCUM

Json: TypeAlias = dict[str, object]

HELSINKI: Final = ZoneInfo("Europe/Helsinki")
# HTEST: the resource is about nobody; every resource of the region says so.
INVENTED: Final[Json] = {"system": ACT_REASON, "code": "HTEST", "display": "test health data"}


def coding(system: str, code: str, display: str = "") -> Json:
    """A Coding."""
    plain: Json = {"system": system, "code": code}
    return plain | {"display": display} if display else plain


def concept(*codings: Json, text: str = "") -> Json:
    """A CodeableConcept."""
    plain: Json = {"coding": list(codings)} if codings else {}
    return plain | {"text": text} if text else plain


def reference(id_: str) -> Json:
    """A Reference to another entry by its `urn:uuid:`."""
    return {"reference": f"urn:uuid:{id_}"}


def quantity(value: float, ucum: str, spelling: str = "") -> Json:
    """A Quantity with its UCUM code."""
    return {"value": value, "unit": spelling or ucum, "system": UCUM, "code": ucum}


def instant(day: date, minutes: int) -> str:
    """The instant so many minutes after midnight in Helsinki, as a FHIR dateTime.

    Exact after 4 in the morning, when the clocks have been moved if they are.
    """
    return f"{day.isoformat()}T{minutes // 60:02d}:{minutes % 60:02d}:00{_offset(day)}"


@lru_cache(maxsize=65_536)
def _offset(day: date) -> str:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=HELSINKI)
    return f"{noon:%z}"[:3] + ":00"
