"""Medicines over the years: when they were started, how the dose was raised, how the record tells it."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.medications import (
    Use,
    add_dispense,
    add_prescription,
    add_statement,
)
from service.jobs.demo.tables.medicines import CHOICES, SALBUTAMOL, Medicine

_VALID_FOR: Final = timedelta(days=730)
_RENEWED_AFTER: Final = (600, 715)
_ASSERTED_IN: Final = (codes.ATC_FINLAND, codes.ATC_WHO, codes.VNR)
_CONTROLLED_ACT: Final = 20
_DISPENSES_SHOWN: Final = timedelta(days=730)


def add_treatments(chart: Chart) -> frozenset[Medicine]:
    """Put the person's medicines into the record; gives those in use."""
    in_use = set()
    for medicine, start in _started(chart):
        uses = _uses(chart, medicine, start=start)
        _add_uses(chart, uses)
        if uses[-1].end is None:
            in_use.add(medicine)
    if SALBUTAMOL in in_use:
        _add_dispenses(chart, SALBUTAMOL)
    return frozenset(in_use)


def _started(chart: Chart) -> Iterator[tuple[Medicine, date]]:
    seen: set[Medicine] = set()
    for disease, onset in chart.person.onsets.items():
        for choice in CHOICES.get(disease, ()):
            medicine = chart.chance.choice(choice.medicines)
            start = onset + timedelta(days=chart.chance.randint(*choice.after_days))
            taken = happens(chart.chance, choice.share)
            if taken and medicine not in seen and start <= chart.last_day:
                seen.add(medicine)
                yield medicine, start


def _uses(chart: Chart, medicine: Medicine, *, start: date) -> list[Use]:
    """One use for each dose reached, the last of them ended for one person in twelve."""
    starts = [start]
    for _ in medicine.doses[1:]:
        raised = starts[-1] + timedelta(days=chart.chance.randrange(45, 1100))
        if raised > chart.last_day or happens(chart.chance, 0.35):
            break
        starts.append(raised)
    uses = [
        Use(medicine, dose, began, following - timedelta(days=1))
        for dose, (began, following) in zip(medicine.doses, pairwise(starts), strict=False)
    ]
    last = Use(medicine, medicine.doses[len(uses)], starts[-1])
    stopped = starts[-1] + timedelta(days=chart.chance.randrange(20, 1500))
    if stopped <= chart.last_day and happens(chart.chance, 0.08):
        last = last._replace(end=stopped)
    return [*uses, last]


def _add_uses(chart: Chart, uses: list[Use]) -> None:
    system = chart.chance.choices(_ASSERTED_IN, (75, 22, 3))[0]
    if happens(chart.chance, 0.6):
        for use in uses:
            add_statement(chart, use, system=system)
        return
    for use in uses:
        for prescription in _renewed(chart, use):
            valid_to = min(prescription.start + _VALID_FOR, use.end or date.max)
            add_prescription(chart, prescription, valid_to=valid_to, system=system)


def _renewed(chart: Chart, use: Use) -> Iterator[Use]:
    """The prescriptions of a use: each renewed before it ran out, the last still valid."""
    start, end = use.start, use.end or chart.last_day
    while (following := start + timedelta(days=chart.chance.randint(*_RENEWED_AFTER))) <= end:
        yield use._replace(start=start, end=following)
        start = following
    yield use._replace(start=start)


def _add_dispenses(chart: Chart, medicine: Medicine) -> None:
    """Packages of the reliever in two years: more where asthma is badly controlled."""
    mean_gap = 110.0 if chart.health.levels["act"] < _CONTROLLED_ACT else 330.0
    day = chart.last_day - timedelta(days=round(chart.chance.expovariate(1 / mean_gap)))
    earliest = max(chart.last_day - _DISPENSES_SHOWN, min(chart.person.onsets.values()))
    while day > earliest:
        add_dispense(chart, medicine, day=day)
        day -= timedelta(days=1 + round(chart.chance.expovariate(1 / mean_gap)))
