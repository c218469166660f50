"""Where protocols disagree, for the staff: what each says, whose word holds, and why."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from service.domain.conflict import Conflict, Disagreement, Side
from service.domain.protocol import Variant
from service.wording.sentences import Text
from service.wording.telling import Teller
from service.wording.told import Aim
from service.wording.values import aim_in_words
from service.wording.words import Value

_BETWEEN: Final = "; "


def conflict_told(teller: Teller, conflict: Conflict, *, about: str) -> Text:
    """A disagreement in one sentence each way; `about` is what the follow-up is called."""
    key = f"conflict.{conflict.kind}.staff"
    said: dict[str, Value] = {
        "about": _item(teller, conflict) or about,
        "winner": teller.protocol(conflict.holds.protocol),
        "holds": _said(teller, conflict.kind, conflict.holds),
        "yields": _BETWEEN.join(_yields(teller, conflict)),
    }
    return teller.words.text(key, **said)


def _item(teller: Teller, conflict: Conflict) -> str:
    if conflict.kind is not Disagreement.TARGET:
        return ""
    return teller.name(teller.catalogue.names_of("item", conflict.about))


def _yields(teller: Teller, conflict: Conflict) -> Iterable[str]:
    return (_said(teller, conflict.kind, side) for side in conflict.yields)


def _said(teller: Teller, kind: Disagreement, side: Side) -> str:
    """What one side says, with its name: the day it was recorded, the target, or the rule and interval."""
    words, name = teller.words, teller.protocol(side.protocol)
    if side.diagnosis:
        recorded = side.diagnosis.detail[:10]
        day = date.fromisoformat(recorded) if recorded else side.diagnosis.day
        return words.text("conflict.side.diagnosis.staff", name=name, date=day)
    if side.bound:
        aim = Aim("", side.bound.operator, side.bound.limit)
        told = aim_in_words(words, aim, side.unit)
        return words.text("conflict.side.target.staff", name=name, aim=told)
    rule = _rule(teller, side) or words.text("conflict.base.staff")
    called = rule if kind is Disagreement.RULE else f"{name} ({rule})"
    if side.interval is None:
        return words.text("conflict.side.not_required.staff", name=called)
    return words.text("conflict.side.rule.staff", name=called, interval=side.interval)


def _rule(teller: Teller, side: Side) -> str:
    protocol = teller.catalogue.versions.get((side.protocol, side.version))
    variants: Iterable[Variant] = (
        variant
        for activity in (protocol.activities if protocol else ())
        for variant in activity.variants
        if variant.id == side.variant
    )
    return next((teller.name(variant.when) for variant in variants), "")
