"""The answer of `PlanDefinition/{id}/$preview`: counts of what moving plans would do, as Parameters."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson

from service.domain.plan_preview import PlanPreview
from service.fhir.rendering.made import Json, day_text, reference


def plan_preview_parameters(found: PlanPreview, day: date, *, with_people: bool) -> bytes:
    """One part each; `with_people` lists whose checks are overdue overnight."""
    listed = [{"name": "plans", "valueInteger": found.plans}, *_moves(found), *_overnight(found)]
    listed += _work(found, day)
    if with_people:
        listed += _people(found)
    return orjson.dumps({"resourceType": "Parameters", "parameter": listed})


def _moves(found: PlanPreview) -> Iterator[Json]:
    for (activity, move, weeks), count in sorted(found.moves.items()):
        yield _named(
            "move",
            _part("activity", valueCode=activity),
            _part("date", valueCode=move.value),
            _part("by-weeks", valueInteger=weeks),
            _part("follow-ups", valueInteger=count),
        )


def _overnight(found: PlanPreview) -> Iterator[Json]:
    for (unit, activity, becomes), count in sorted(found.overnight.items()):
        where = [_part("unit", valueReference=reference(f"Organization/{unit}"))] if unit else []
        yield _named(
            "overnight",
            *where,
            _part("activity", valueCode=activity),
            _part("becomes-overdue", valueBoolean=becomes),
            _part("follow-ups", valueInteger=count),
        )


def _work(found: PlanPreview, day: date) -> Iterator[Json]:
    for one in found.work:
        yield _named(
            "work",
            _part("week-of", valueDate=day_text(day + timedelta(weeks=one.week))),
            _part("performer", valueString=one.performer),
            _part("before", valueInteger=one.before),
            _part("after", valueInteger=one.after),
        )


def _people(found: PlanPreview) -> Iterator[Json]:
    for one in sorted(found.people):
        yield _named(
            "person",
            _part("patient", valueReference=reference(f"Patient/{one.patient}")),
            _part("activity", valueCode=one.activity),
            _part("becomes-overdue", valueBoolean=one.becomes),
        )


def _named(name: str, *parts: Json) -> Json:
    return {"name": name, "part": list(parts)}


def _part(name: str, **value: Any) -> Json:
    return {"name": name, **value}
