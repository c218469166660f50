"""Since when a condition holds that has no day of its own: since the first Encounter that names it.

Source: what-is-due 1.3. A resource is read by itself, so what another one tells of its day is put
together here, from the facts as known at one instant.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from service.domain.fact import Fact, by_time
from service.domain.pregnancy import PREGNANCY, PREGNANT, latest_due_date


class Naming(NamedTuple):
    """A fact that its source leaves without a day, and the first Encounter that names it, if any."""

    undated: Fact
    encounter: Fact | None

    @property
    def dated(self) -> Fact | None:
        """The fact on the days on which it held; None where none is known."""
        if self.encounter is None:
            return None
        day, until = self.encounter.day, self.undated.until
        if self.undated.item == PREGNANCY and self.undated.code == PREGNANT:
            until = latest_due_date(day)
        fact = self.undated._replace(day=day, until=until, detail="", setting="", quality="")
        return fact if day <= until else None


def namings(undated: Iterable[Fact], encounters: Iterable[Fact]) -> tuple[Naming, ...]:
    """Of each fact without a day the first Encounter that it was recorded at, or that names its source."""
    first: dict[str, Fact] = {}
    for encounter in sorted(encounters, key=by_time):
        for name in (encounter.source, encounter.detail):
            first.setdefault(name, encounter)
    return tuple(
        Naming(fact, min(_naming(fact, first), key=by_time, default=None)) for fact in undated
    )


def _naming(fact: Fact, first: dict[str, Fact]) -> Iterator[Fact]:
    for name in (fact.source, fact.setting):
        if name and name in first:
            yield first[name]
