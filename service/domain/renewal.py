"""A protocol's renewal: which of its activities may set other dates, and what has a say in those."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from service.domain.catalogue import Catalogue
from service.domain.fact import (
    BIRTH,
    CONDITION,
    DEATH,
    DEVICE,
    DISPENSE,
    FOLLOW_UP,
    MEDICINE,
    PROCEDURE,
    REMISSION,
    SEX,
)
from service.domain.pregnancy import PREGNANCY
from service.domain.protocol import Activity, Protocol, identity_of
from service.domain.renewed_activity import RenewedActivity
from service.domain.rule import Medicines

_SELDOM: Final = frozenset({BIRTH, DEATH, SEX, CONDITION, REMISSION, PROCEDURE, DEVICE, FOLLOW_UP})
_OF_MEDICINES: Final = frozenset({MEDICINE, DISPENSE})
_DECIDING: Final = (
    *("closing", "interval", "confirmed", "variants", "applies_when", "recurrence", "season"),
    *("safety", "leeway", "performer"),
)
_OF_VARIANT: Final = (
    *("id", "rule", "interval", "confirmed", "on_event", "leeway", "urgent", "set_aside"),
)
_WHOM: Final = (
    *("conditions", "medicines", "procedures", "lasts", "through_remission", "endings"),
    *("successions", "rivals"),
)


@dataclass(frozen=True)
class Renewal:
    """That plans move to `new` from a protocol, `origin`, which may be the same in other versions."""

    origin: str
    new: Protocol
    catalogue: Catalogue
    day: date

    @cached_property
    def versions(self) -> Mapping[str, Protocol]:
        """The versions of the origin that plans may follow."""
        known = self.catalogue.versions.items()
        return {version: one for (id_, version), one in known if id_ == self.origin}

    @cached_property
    def moving(self) -> frozenset[str]:
        """The identities of the follow-ups whose dates may move."""
        new = replace(self.new, id=self.origin)
        return frozenset(
            identity for old in self.versions.values() for identity in differing(old, new)
        )

    @cached_property
    def renewed(self) -> Protocol:
        """The new version with those activities alone that may move, in the place of the origin."""
        new = replace(self.new, id=self.origin)
        asked = (one for one in new.activities if identity_of(new, one) in self.moving)
        return replace(new, activities=tuple(asked))

    @cached_property
    def is_for_others(self) -> bool:
        """Whether it fits other people, or on other days."""
        return any(_is_for_others(old, self.new) for old in self.versions.values())

    @cached_property
    def activities(self) -> frozenset[str]:
        """The keys of the activities whose follow-ups may move."""
        protocols = (*map(self.restricted, self.catalogue.versions.values()), self.renewed)
        return frozenset(one.key for each in protocols for one in each.activities)

    @cached_property
    def items(self) -> frozenset[str]:
        """What facts may have a say about them are about."""
        protocols = (*map(self.restricted, self.catalogue.versions.values()), self.renewed)
        asked = [one for one in protocols if one.activities]
        found = set(_said([one.activities for one in asked]))
        has_medicines = Medicines in found or any(one.medicines for one in asked)
        named = {one for one in found if isinstance(one, str)}
        return _SELDOM | {PREGNANCY} | named | (_OF_MEDICINES if has_medicines else frozenset())

    def restricted(self, protocol: Protocol, identity: str = "") -> Protocol:
        """A protocol with those activities alone that may move, or that make one follow-up."""
        key = (protocol.id, protocol.version, protocol is self.renewed, identity)
        if key not in self._restricted:
            wanted = {identity} if identity else self.moving
            asked = (one for one in protocol.activities if identity_of(protocol, one) in wanted)
            self._restricted[key] = replace(protocol, activities=tuple(asked))
        return self._restricted[key]

    @cached_property
    def _restricted(self) -> dict[tuple[str, str, bool, str], Protocol]:
        return {}

    def prepare(self) -> None:
        """Find out beforehand what each person is asked about."""
        self.items  # noqa: B018 - asks for all else
        self.new_activities  # noqa: B018

    @cached_property
    def new_activities(self) -> Mapping[str, Activity]:
        """What the new version asks for, by the identity of the follow-up."""
        return {identity_of(self.renewed, one): one for one in self.renewed.activities}

    def is_slotted(self, identity: str) -> bool:
        """Whether rounds of a follow-up lie on the calendar in any version."""
        return identity in self._slotted

    @cached_property
    def _slotted(self) -> frozenset[str]:
        protocols = (*map(self.restricted, self.catalogue.versions.values()), self.renewed)
        return frozenset(
            identity_of(each, one) for each in protocols for one in each.activities if one.slotted
        )

    def renewed_activity(self, identity: str, version: str) -> RenewedActivity | None:
        """An activity in a version of the origin and in the new one; None where one has it not."""
        key = (identity, version)
        if key not in self._renewed_activities:
            old = self.versions[version]
            before = {identity_of(old, one): one for one in old.activities}.get(identity)
            after = self.new_activities.get(identity)
            both = before and after and RenewedActivity(before, after, self.catalogue.figures)
            self._renewed_activities[key] = both or None
        return self._renewed_activities[key]

    @cached_property
    def _renewed_activities(self) -> dict[tuple[str, str], RenewedActivity | None]:
        return {}


def differing(old: Protocol, new: Protocol) -> Iterator[str]:
    """The identities of the activities that may set another date in another version of a protocol."""
    before = {identity_of(old, one): one for one in old.activities}
    after = {identity_of(new, one): one for one in new.activities}
    is_for_others = _is_for_others(old, new)
    for identity in before.keys() | after.keys():
        one, other = before.get(identity), after.get(identity)
        if is_for_others or one is None or other is None or _decides(one) != _decides(other):
            yield identity


def _is_for_others(old: Protocol, new: Protocol) -> bool:
    return any(getattr(old, one) != getattr(new, one) for one in _WHOM)


def _decides(one: Activity) -> list[Any]:
    """All of an activity that has a say in its dates."""
    variants = [[getattr(each, name) for name in _OF_VARIANT] for each in one.variants]
    rest = [getattr(one, name) for name in _DECIDING if name != "variants"]
    return [variants, *rest]


def _said(value: Any) -> Iterator[Any]:
    """Every text that stands in a rule, and that there are medicines in one."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        if isinstance(value, Medicines):
            yield Medicines
        for field in fields(value):
            yield from _said(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield from _said([*value, *value.values()])
    elif isinstance(value, Iterable):
        for one in value:
            yield from _said(one)
