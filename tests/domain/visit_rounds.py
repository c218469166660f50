"""Rounds and figures for tests of the combined visit, in days from one day."""

from datetime import date, timedelta
from typing import Any, Final

from service.domain.contact import ContactKind
from service.domain.interval import Interval
from service.domain.protocol import Kind
from service.domain.visit_figures import VisitFigures
from service.domain.visit_round import Round
from service.domain.window import Window

MONDAY: Final = date(2026, 11, 23)
FIGURES: Final = VisitFigures(
    results_days=7,
    fresh_days=14,
    often_days=60,
    soon_days=14,
    far_km=30,
    remote=frozenset({"medrev", "phq9"}),
    fasting=frozenset({"fpg"}),
    reviewing=frozenset({"yearly", "review"}),
    confirmed=True,
)
_KINDS: Final = {
    ContactKind.SAMPLE: Kind.LAB,
    ContactKind.NURSE_VISIT: Kind.MEASUREMENT,
    ContactKind.PHYSICIAN_VISIT: Kind.VISIT,
    ContactKind.IMAGING: Kind.IMAGING,
    ContactKind.DENTAL: Kind.VISIT,
    ContactKind.VACCINATION: Kind.VACCINATION,
    ContactKind.HOME: Kind.SELF_MEASUREMENT,
}


def in_days(count: int) -> date:
    return MONDAY + timedelta(days=count)


def a_round(
    name: str,
    opens: int,
    due: int,
    closes: int,
    contact: ContactKind = ContactKind.SAMPLE,
    **more: Any,
) -> Round:
    """A round whose window lies so many days from Monday."""
    window = Window(in_days(opens), in_days(due), in_days(closes))
    given = {
        "activity": name,
        "kind": _KINDS[contact],
        "protocols": ("type-2-diabetes",),
        "is_safety": False,
        "interval": Interval(months=12),
        **more,
    }
    return Round(follow_up=name, contact=contact, window=window, **given)
