"""A figure confirmed, or texts reviewed, by a professional: a recorded act that makes a draft.

Who, in which role, on which day and what they read stands beside the figure, and in a Provenance
(R4 provenance.html). Acts of one round gather in one draft. What was confirmed is taken back by
another version; plans that run keep the version they have, with its marks.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from service.domain.errors import BusinessRuleBroken, Duplicate, Invalid
from service.domain.protocol_table import BASE, CellChange, RowKey
from service.domain.publication import version_order
from service.fhir.protocol.table.changing import Changing, changing
from service.fhir.protocol.table.judging import finish
from service.fhir.protocol.table.parts import Unreadable
from service.fhir.protocol.table.rows import CONFIRMATION, REVIEWED
from service.fhir.protocol.table.setting import SOURCED, cite, put_extension, set_evidence
from service.fhir.protocol.versions import id_of
from service.protocol_tables.drafting import as_draft
from service.protocol_tables.shelf import Json, Shelf, named

_DRAFT: Final = "draft"
_LONGEST: Final = 500
_PARTICIPANT: Final = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


class Act(NamedTuple):
    """Who (`by`) confirmed in which role, when, and what they read.

    `figure` is an activity (its base), an activity and a variant with a point between, or a goal;
    with `texts` what the row tells people is reviewed too.
    """

    figure: str
    role: str
    by: str
    at: datetime
    on: date
    source_read: str
    texts: bool = False


class Confirmed(NamedTuple):
    """The draft that the act stands in, and the resources to be stored."""

    protocol: str
    version: str
    resources: tuple[Json, ...]


def confirm(
    shelf: Shelf, protocol: str, act: Act, new_id: Callable[[], str], version: str = ""
) -> Confirmed:
    """The draft with the act recorded; without `version` the newest draft, else the next version.

    Raises NotFound, Invalid where the protocol or the figure is not there, or something is missing;
    Duplicate where the version is no draft.
    """
    _expect_whole(act)
    plan, made = _draft(shelf, protocol, version)
    changed = changing(plan, shelf.versions.activities, shelf.performers())
    _record(changed, act)
    finish(changed, shelf.reader)
    if changed.faults:
        raise BusinessRuleBroken("; ".join(fault.words for fault in changed.faults))
    resources = tuple(
        as_draft(changed, named(plan), made, value_sets=shelf.reader.rules.terminology.conditions)
    )
    provenance = _provenance(new_id(), resources, act)
    return Confirmed(id_of(plan), made, (*resources, provenance))


def _expect_whole(act: Act) -> None:
    for name, text in (("role", act.role), ("source-read", act.source_read)):
        if not 0 < len(text.strip()) <= _LONGEST:
            raise Invalid(f"{name} is missing, or longer than {_LONGEST} letters.", name)


def _draft(shelf: Shelf, protocol: str, version: str) -> tuple[Json, str]:
    """The version that the act is about, and the draft that it makes."""
    plan = shelf.plan(protocol)
    id_ = id_of(plan)
    drafts = [
        one
        for one in shelf.versions.of(id_)
        if shelf.versions.plans[id_, one].get("status") == _DRAFT
        and version_order(one) > version_order(plan["version"])
    ]
    made = version or (drafts[-1] if drafts else _next(shelf.versions.of(id_)[-1]))
    standing = shelf.versions.plans.get((id_, made))
    if standing is None:
        return plan, made
    if standing.get("status") != _DRAFT:
        raise Duplicate(f"Version {made} of {id_} is no draft: take another.")
    return standing, made


def _next(version: str) -> str:
    """The number after: 2026.1 is followed by 2026.2."""
    year, _, number = version.partition(".")
    digits = number.partition("-")[0]
    return f"{year}.{int(digits) + 1}" if digits.isdecimal() else f"{version}.2"


def _record(changed: Changing, act: Act) -> None:
    element, told = _places(changed, act.figure)
    set_evidence(element, SOURCED)
    cite(told, act.source_read.strip())
    parts = [
        {"url": "role", "valueString": act.role.strip()},
        {"url": "by", "valueString": act.by},
        {"url": "on", "valueDate": act.on.isoformat()},
        {"url": "source-read", "valueString": act.source_read.strip()},
    ]
    put_extension(element, CONFIRMATION, {"extension": parts})
    if act.texts:
        _review(changed, _key(act.figure))


def _places(changed: Changing, figure: str) -> tuple[Json, Json]:
    """The element that bears the figure, and the one that cites what it rests on."""
    goals = {goal["id"]: goal for goal in changed.plan.get("goal", [])}
    if figure in goals:
        return goals[figure], goals[figure]
    key = _key(figure)
    try:
        nested = changed.nested(key)
        return nested, changed.action(key.activity) if key.variant == BASE else nested
    except StopIteration:
        known = ", ".join([*(one["id"] for one in changed.plan["action"]), *goals])
        raise Invalid(
            f"There is no figure {figure}; there are {known}, and their variants."
        ) from None


def _key(figure: str) -> RowKey:
    activity, _, variant = figure.partition(".")
    return RowKey(activity, variant or BASE)


def _review(changed: Changing, key: RowKey) -> None:
    column = "text_review" if key.variant == BASE else "reason_review"
    try:
        changed.put(CellChange(key, column, "", REVIEWED))
    except Unreadable as error:
        raise Invalid(str(error)) from error


def _provenance(id_: str, resources: tuple[Json, ...], act: Act) -> dict[str, Any]:
    source = act.source_read.strip()
    what: Json = {"display": source}
    if source.startswith(("http://", "https://")):
        what["identifier"] = {"system": "urn:ietf:rfc:3986", "value": source}
    done = "confirmed, texts reviewed" if act.texts else "confirmed"
    verifier = {"coding": [{"system": _PARTICIPANT, "code": "verifier"}]}
    return {
        "resourceType": "Provenance",
        "id": id_,
        "target": [{"reference": f"{one['resourceType']}/{one['id']}"} for one in resources],
        "occurredDateTime": act.on.isoformat(),
        "recorded": act.at.isoformat(timespec="seconds"),
        "reason": [{"text": f"{act.figure}: {done}"}],
        "agent": [
            {"type": verifier, "role": [{"text": act.role.strip()}], "who": {"display": act.by}}
        ],
        "entity": [{"role": "source", "what": what}],
    }
