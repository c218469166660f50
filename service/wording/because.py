"""Why a row stands in a list: the reason of a follow-up in a reader's words, and what would close it.

Source: design principle "every flag explains itself": protocol and version, the rule that chose the
interval with the value that made it true, the anchor, the window, and which data would close it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from service.domain.follow_up import Hold, Urgency
from service.domain.interval import FOREVER
from service.domain.seen import SeenFollowUp
from service.domain.truth import Ground
from service.domain.worklist import Sort
from service.wording.grounds import Reader
from service.wording.reasons import Told, patient_reason, staff_sentence
from service.wording.sentences import Text
from service.wording.states import Standing, staff_state
from service.wording.telling import Teller
from service.wording.words import Words

BASE: Final = "base"
"""The name of the interval that holds where no variant does."""

# What a ground is about, in the order in which it says it best.
_SAID: Final = (
    "value",
    "finding",
    "code",
    "event",
    "class",
    "cell",
    "status",
    "years",
    "count",
    "reason",
)


class LookedAt(NamedTuple):
    """What a rule looked at: an item with its value, a finding, a medicine's code, an event.

    `item` is the key of what was measured, else the kind of ground; `unit` is UCUM; `comparator`
    makes a number the bound of a range.
    """

    item: str
    value: str | float
    comparator: str
    unit: str
    on: date | None


class Because(NamedTuple):
    """Why a follow-up is asked for when it is.

    `protocol` is the id of the one that sets the date, in its `version`; `rule` the variant that
    chose the interval, or `base`; `value` what made it true, None where nothing did. It counts from
    the day `anchor`, which `anchor_source` tells (`Observation/a1`, empty for the plan's start).
    `source` is the address of the guideline; `unconfirmed` says that none confirms the interval.
    """

    text: Text
    protocol: str
    version: str
    rule: str
    value: LookedAt | None
    anchor: date | None
    anchor_source: str
    source: str
    unconfirmed: bool


def because(teller: Teller, follow_up: SeenFollowUp, *, reader: Reader = Reader.STAFF) -> Because:
    """The reason of a follow-up on the day it is seen, in the language of the teller."""
    one, stretch = follow_up, follow_up.stretch
    told = teller.told(one.activity, one.kind, stretch)
    return Because(
        text=_text(teller, told, reader),
        protocol=stretch.set_by or next(iter(stretch.protocols), ""),
        version=stretch.protocol_version,
        rule=stretch.variant or BASE,
        value=looked_at(stretch.because) if stretch.variant else None,
        anchor=None if stretch.anchor_on == FOREVER else stretch.anchor_on,
        anchor_source=stretch.anchor_source,
        source=teller.source_of(one.activity, one.kind, stretch),
        unconfirmed=not stretch.confirmed,
    )


def closes_with(teller: Teller, follow_up: SeenFollowUp) -> tuple[str, ...]:
    """The records that would close it, by name, any one of them; none once it has ended."""
    if follow_up.stretch.hold is Hold.ENDED:
        return ()
    return teller.closers(follow_up.activity, follow_up.kind, follow_up.stretch)


def looked_at(grounds: Sequence[Ground]) -> LookedAt | None:
    """What the first telling ground is about."""
    found = (_looked_at(ground.kind, dict(ground.values)) for ground in grounds)
    return next((one for one in found if one), None)


def _looked_at(kind: str, given: Mapping[str, str | float]) -> LookedAt | None:
    said = next((given[name] for name in _SAID if given.get(name, "") != ""), None)
    if said is None:
        return None
    return LookedAt(
        item=str(given.get("item", kind)),
        value=said,
        comparator=str(given.get("comparator", "")),
        unit=str(given.get("unit", "")),
        on=date.fromisoformat(str(given["on"])) if "on" in given else None,
    )


def _text(teller: Teller, told: Told, reader: Reader) -> Text:
    say = staff_sentence if reader is Reader.STAFF else patient_reason
    return say(teller.words, told)


class Place(NamedTuple):
    """Why a row stands at its place of the list: a code, and in words."""

    code: str
    text: Text


def place(words: Words, follow_up: SeenFollowUp, sort: Sort, *, day: date) -> Place:
    """By urgency: its class, else the day a whole interval will have been missed; else how it stands."""
    stretch = follow_up.stretch
    if sort is Sort.SINCE or stretch.hold is Hold.ENDED:
        standing = Standing(follow_up.state, stretch.window, day, ground=stretch.exclusion)
        return Place("since", staff_state(words, standing))
    code = _CLASSES.get(stretch.urgency, "whole-interval")
    text = words.text(f"worklist.ground.{code.replace('-', '_')}", date=stretch.order_on)
    return Place(code, text)


_CLASSES: Final = {Urgency.SAFETY: "safety", Urgency.FAR: "far-limit"}
