"""Questionnaires: answers whose linkId names an item of ours or a public code of one.

Source: `what-is-due` 2.1; R4 questionnaireresponse.html. A scored questionnaire counts by its score, any
other of ours by its being answered.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from service.domain.catalogue import Item
from service.domain.fact import SELF, Fact
from service.domain.record import NotCountedReason
from service.fhir.evidence.code_systems import BASE
from service.fhir.evidence.days import Told, told
from service.fhir.evidence.pregnancy import with_due_date
from service.fhir.evidence.received import Json, Received

ANSWERED: Final = frozenset({"completed", "amended"})
OWN: Final = f"{BASE}/Questionnaire/"
PERSONS: Final = ("Patient/", "RelatedPerson/")


def questionnaire_response(received: Received) -> None:
    """A QuestionnaireResponse that was completed or amended."""
    asked = _asked(received)
    at = told(received.resource.get("authored", ""))
    if received.status not in ANSWERED or at is None:
        _refuse(received, asked)
        return
    for item, answer in _answers(received, received.resource.get("item", ())):
        _note(received, item, answer, at)
    with_due_date(received)
    if asked and asked.presence and not received.facts:
        received.done(asked, at)
    if asked and not received.facts:
        received.refuse(NotCountedReason.VALUE, [f"item|{asked.key}"])
    received.based_on(at)


def _asked(received: Received) -> Item | None:
    """The item that one of our own questionnaires is about."""
    url, _, _ = received.resource.get("questionnaire", "").partition("|")
    items = received.catalogue.codes.items
    name = url.removeprefix(OWN) if url.startswith(OWN) else ""
    # An id may hold no underscore, an item's name may: home_bp is Questionnaire/home-bp.
    return items.get(name) or items.get(name.replace("-", "_"))


def _refuse(received: Received, asked: Item | None) -> None:
    if asked and received.status not in {"entered-in-error", "stopped"}:
        late = received.status in ANSWERED
        reason = NotCountedReason.DAY if late else NotCountedReason.STATUS
        received.refuse(reason, [f"item|{asked.key}"])


def _answers(received: Received, items: Iterable[Json]) -> Iterator[tuple[Item, Json]]:
    for one in items:
        item = _item_of(received, one.get("linkId", ""))
        answers = one.get("answer", ())
        if item and answers:
            yield item, answers[0]
        yield from _answers(received, one.get("item", ()))


def _item_of(received: Received, link: str) -> Item | None:
    """`act`, `82674-3` and `/82674-3` all name one item."""
    codes = received.catalogue.codes
    return codes.items.get(link) or codes.item_of(f"loinc|{link.removeprefix('/')}")


def _note(received: Received, item: Item, answer: Json, at: Told) -> None:
    value, code = _value(received, item, answer)
    if value is None and not code and not item.presence:
        return
    author = received.resource.get("source") or received.resource.get("author") or {}
    own = author.get("reference", "").startswith(PERSONS)
    if own and not item.own:
        received.refuse(NotCountedReason.SETTING, [f"item|{item.key}"])
        return
    quality = SELF if own else at.quality
    fact = Fact(item.key, at.day, received.source, value=value, code=code, quality=quality)
    received.note(fact._replace(unit=item.unit if value is not None else "", at=at.at))


def _value(received: Received, item: Item, answer: Json) -> tuple[float | None, str]:
    if item.findings:
        coding: Any = answer.get("valueCoding")
        return None, received.finding(item, [{"coding": [coding]}] if coding else [])
    numbers = (answer.get(f"value{kind}") for kind in ("Integer", "Decimal"))
    number = next((one for one in numbers if one is not None), None)
    # Only a score is a bare number; a measurement needs its unit and comes as an Observation.
    return (float(number) if number is not None and item.unit == "{score}" else None), ""
