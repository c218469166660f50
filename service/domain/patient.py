"""One patient's facts as known at one instant, with what the rules ask of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from service.domain.clearance import CLEARANCE, CREATININE, WEIGHT, computed
from service.domain.closing import Closing, Doing, counts, doings
from service.domain.dating import namings
from service.domain.fact import (
    BIRTH,
    CONDITION,
    DEATH,
    DEVICE,
    ENCOUNTER,
    MEDICINE,
    OWN_TARGET,
    REMISSION,
    SEX,
    UNDATED,
    Fact,
    by_time,
)
from service.domain.interval import FOREVER, next_day
from service.domain.truth import Timeline

# That a condition, a medicine or a device has ended is something new about the patient. The end of a
# finding or of a pregnancy was set beforehand: the calendar brings it.
FOUND_ENDED: Final = (CONDITION, REMISSION, MEDICINE, DEVICE)


class PatientFacts:
    """What is known of one patient, by item and in order of time.

    `controllers` are the registers whose facts may be used (None: all). `not_from` maps an item to
    the Encounter classes whose readings do not count (`what-is-due` 2.2). `memo` remembers the
    timelines of rules already asked, by the rule's own identity. `namings` tell which Encounters date
    what has no day of its own; without one it is no fact of the patient.
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
        self._news: set[date] | None = None
        self._eves: dict[date, PatientFacts] = {}
        self.memo: dict[tuple[int, date | None], Timeline] = {}
        undated: list[Fact] = []
        for fact in facts:
            if controllers is None or not fact.controller or fact.controller in controllers:
                where = undated if fact.quality == UNDATED else self._by_item[fact.item]
                where.append(fact)
        self.namings = namings(undated, self.of(ENCOUNTER)) if undated else ()
        for dated in filter(None, (one.dated for one in self.namings)):
            self._by_item[dated.item].append(dated)
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
    def sex(self) -> str:
        """Administrative sex; empty where not known."""
        known = self.of(SEX)
        return known[-1].code if known else ""

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
            found = of_day if item != CLEARANCE else self._clearances() | of_day
            self._results[item] = tuple(found[day] for day in sorted(found))
        return self._results[item]

    def own_targets(self, item: str) -> list[Fact]:
        """The patient's own targets of an item, which the plan sets, in order of time."""
        return [fact for fact in self.of(OWN_TARGET) if fact.code == item]

    def _clearances(self) -> dict[date, Fact]:
        """Clearances computed where none is reported; a reported one holds on its day."""
        creatinine, weights = self.results(CREATININE), self.results(WEIGHT)
        found = computed(creatinine, weights, self.born_on, self.sex)
        return {fact.day: fact for fact in found}

    def doings(self, closing: Closing) -> tuple[Doing, ...]:
        """When the activity came to be done, by all that counts as doing it."""
        if id(closing) not in self._doings:
            of_items = [fact for item in closing.items for fact in self.of(item)]
            accepted = [f for f in of_items if counts(closing, f) and self._counts_here(f)]
            self._doings[id(closing)] = doings(closing, sorted(accepted, key=by_time))
        return self._doings[id(closing)]

    def has_news_on(self, day: date) -> bool:
        """Whether anything happened on a day: a fact is dated to it, or was found to have ended."""
        if self._news is None:
            self._news = {fact.day for of_item in self._by_item.values() for fact in of_item}
            self._news |= {next_day(fact.until) for item in FOUND_ENDED for fact in self.of(item)}
        return day in self._news

    def eve_of(self, day: date) -> "PatientFacts":
        """The patient as known the day before: what `day` itself brought is not known yet."""
        if day not in self._eves:
            facts = (fact for of_item in self._by_item.values() for fact in of_item)
            known = (_as_known_before(fact, day) for fact in facts if fact.day < day)
            self._eves[day] = PatientFacts(known, not_from=self._not_from)
        return self._eves[day]

    def _counts_here(self, fact: Fact) -> bool:
        refused = self._not_from.get(fact.item)
        return not (refused and fact.setting and self._settings.get(fact.setting) in refused)


def _as_known_before(fact: Fact, day: date) -> Fact:
    ended = fact.item in FOUND_ENDED and next_day(fact.until) == day
    return fact._replace(until=FOREVER) if ended else fact
