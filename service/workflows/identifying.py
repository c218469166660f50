"""Which resource each write is about: conditions decided, conditional references looked up.

Source: R4 http.html#ccreate, #cond-update, #trules. What decides whether something is stored is held
until the transaction ends, so that of many who ask the same at once one stores.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from service.domain.access import Viewer
from service.domain.errors import Conflict, Invalid, ManyMatches, NotFound
from service.domain.placing import placed_at
from service.domain.record import ConditionalReference, Identities, Named, Stored, Submission
from service.domain.search import Query
from service.workflows.ports import Work

_Asked: TypeAlias = tuple[str, tuple[object, ...]]


class _Decided(NamedTuple):
    """What a write is about; `standing` is what needs no storing, for it is there."""

    named: Named | None
    standing: Stored | None = None


@dataclass(frozen=True, slots=True)
class Identifying:
    """Decides for one request, with the eyes of its viewer."""

    work: Work
    viewer: Viewer
    new_id: Callable[[], str]

    def identities(self, listed: Sequence[Submission]) -> Identities:
        """The resource of each write; NotFound, ManyMatches or Invalid where a condition forbids it."""
        self.work.resources.hold(one.condition for one in listed if one.condition is not None)
        ids: dict[int, Named] = {}
        standing: dict[int, Stored] = {}
        creating: dict[_Asked, Submission] = {}
        for one in listed:
            with placed_at(one.expression):
                decided = self._decided(one, creating)
            if decided.named is not None:
                ids[one.number] = decided.named
            if decided.standing is not None:
                standing[one.number] = decided.standing
        return Identities(ids, standing)

    def _decided(self, one: Submission, creating: dict[_Asked, Submission]) -> _Decided:
        if one.condition is None:
            return _Decided(Named(one.type, one.id or self.new_id()))
        stored = self.work.resources.match(one.condition, viewer=self.viewer)
        if stored is not None:
            _expect_same_id(one, stored)
            is_create = one.method == "POST"
            return _Decided(Named(stored.type, stored.id), stored if is_create else None)
        if one.method == "DELETE":
            return _Decided(None)
        if one.method == "PATCH":
            words = f"no {one.type} that the token may see meets the condition of this patch"
            raise NotFound(words, one.expression)
        _expect_once(one, one.condition, creating)
        self._expect_free(one)
        return _Decided(Named(one.type, one.own_id or self.new_id()))

    def _expect_free(self, one: Submission) -> None:
        """Conflict where a conditional update would overwrite what its condition does not find."""
        if not one.own_id:
            return
        stored = self.work.resources.find(one.type, one.own_id, viewer=self.viewer)
        if stored is not None and not stored.deleted:
            words = "the resource with this id does not meet the condition"
            raise Conflict(words, f"{_resource_at(one)}.id")

    def meets(self, text: str, reference: ConditionalReference) -> Named | None:
        """The one resource that a conditional reference names, if there is one."""
        try:
            stored = self.work.resources.match(reference.query, viewer=self.viewer)
        except ManyMatches:
            raise ManyMatches(_words("more than one", text), reference.expression) from None
        return Named(stored.type, stored.id) if stored else None

    def expect_found(
        self, references: Mapping[str, ConditionalReference], found: Mapping[str, Named]
    ) -> None:
        """Raise Invalid for the first conditional reference that names nothing."""
        for text, reference in references.items():
            if text not in found:
                raise Invalid(_words("no", text), reference.expression)

    def expect_single(self, listed: Sequence[Submission], written: Sequence[Named]) -> None:
        """Raise Invalid where what was stored lets a condition of the same request find two."""
        for one in listed:
            if one.condition is None or one.method not in {"POST", "PUT"}:
                continue
            if sum(named.type == one.type for named in written) > 1:
                try:
                    self.work.resources.match(one.condition, viewer=self.viewer)
                except ManyMatches:
                    words = "another entry stores a resource that meets this condition too"
                    raise Invalid(words, one.expression) from None


def _expect_same_id(one: Submission, stored: Stored) -> None:
    if one.own_id not in {"", stored.id}:
        words = "the id is not that of the resource which meets the condition; leave it out"
        raise Invalid(words, f"{_resource_at(one)}.id")


def _expect_once(one: Submission, condition: Query, creating: dict[_Asked, Submission]) -> None:
    """Raise Invalid where two writes would each create what meets one condition."""
    asked = (condition.type, tuple(sorted(condition.criteria, key=repr)))
    other = creating.setdefault(asked, one)
    if other is not one:
        words = f"entry {other.number} already stores what meets this condition"
        raise Invalid(words, one.expression)


def _resource_at(one: Submission) -> str:
    return f"{one.expression}.resource" if one.expression.startswith("Bundle") else one.expression


def _words(how_many: str, text: str) -> str:
    """Which reference it is, by its type and parameters: the values may be a person's."""
    type_, _, query = text.partition("?")
    names = ", ".join(f"`{pair.partition('=')[0]}`" for pair in query.split("&"))
    return f"{how_many} {type_} meets the conditional reference by {names}"
