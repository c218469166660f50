"""One patient's facts as known at one instant, with what the rules ask of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from service.domain.closing import Closing, Doing, counts, doings
from service.domain.fact import BIRTH, DEATH, ENCOUNTER, Fact, by_time
from service.domain.truth import Timeline


class PatientFacts:
    """What is known of one patient, by item and in order of time.

    `controllers` are the registers whose facts may be used (None: all). `not_from` maps an item to
    the Encounter classes whose readings do not count (`semantics.md` 2.2). `memo` remembers the
    timelines of rules already asked, by the rule's own identity.
    """

    def __init__(
        self,
        facts: Iterable[Fact],
        *,
        not_from: Mapping[str, frozenset[str]] | None = None,
        controllers: frozenset[str] | None = None,
    ) -> None:
        self._by_item: dict[str, list[Fact]] = defaultdict(list)
        self._not_from = not_from or {}
        self._doings: dict[int, tuple[Doing, ...]] = {}
        self._results: dict[str, tuple[Fact, ...]] = {}
        self.memo: dict[tuple[int, date | None], Timeline] = {}
        for fact in facts:
            if controllers is None or not fact.controller or fact.controller in controllers:
                self._by_item[fact.item].append(fact)
        for of_item in self._by_item.values():
            of_item.sort(key=by_time)
        self._settings = {fact.source: fact.code for fact in self.of(ENCOUNTER)}

    def of(self, item: str) -> list[Fact]:
        """All facts of an item, in order of time."""
        return self._by_item.get(item, [])

    @property
    def born_on(self) -> date | None:
        """Day of birth, where known."""
        born = self.of(BIRTH)
        return born[-1].day if born else None

    @property
    def died_on(self) -> date | None:
        """Day of death, where known."""
        died = self.of(DEATH)
        return died[-1].day if died else None

    def results(self, item: str) -> tuple[Fact, ...]:
        """Measured values of an item that count, one a day: the latest instant, then the latest received."""
        if item not in self._results:
            accepted = (fact for fact in self.of(item) if fact.value is not None or fact.code)
            of_day = {fact.day: fact for fact in accepted if self._counts_here(fact)}
            self._results[item] = tuple(of_day.values())
        return self._results[item]

    def doings(self, closing: Closing) -> tuple[Doing, ...]:
        """When the activity came to be done, by all that counts as doing it."""
        if id(closing) not in self._doings:
            of_items = [fact for item in closing.items for fact in self.of(item)]
            accepted = [f for f in of_items if counts(closing, f) and self._counts_here(f)]
            self._doings[id(closing)] = doings(closing, sorted(accepted, key=by_time))
        return self._doings[id(closing)]

    def _counts_here(self, fact: Fact) -> bool:
        refused = self._not_from.get(fact.item)
        return not (refused and fact.setting and self._settings.get(fact.setting) in refused)
