"""What is known of a patient up to one day: results, findings, medicines, and what was done.

Written from `what-is-due` 2 and 3.4, without a look at how the engine does it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.domain.closing import Closing, Series
from service.domain.fact import ELSEWHERE, ENCOUNTER, MEDICINE, SELF, Fact
from service.domain.rule import Medicines

SEX_FACTOR = {"male": 1.23, "female": 1.04}
TURNED = str.maketrans("<>", "><")
NotFrom = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Known:
    """The facts dated to `day` or before, and the day they are asked about."""

    by_item: Mapping[str, Sequence[Fact]]
    day: date

    def of(self, item: str) -> Sequence[Fact]:
        """Facts of an item, the latest last: day, then instant, then the order they were received."""
        return self.by_item.get(item, ())

    def as_of(self, day: date) -> "Known":
        """What was known on an earlier day."""
        return known_on([fact for of in self.by_item.values() for fact in of], day)

    def results(self, item: str) -> list[Fact]:
        """Values, one a day: the last of each day (2.2)."""
        values = [fact for fact in self.of(item) if fact.value is not None]
        found = {fact.day: fact for fact in values}
        if item == "crcl":
            found = self._computed_clearances() | found
        return [found[day] for day in sorted(found)]

    def _computed_clearances(self) -> dict[date, Fact]:
        """Cockcroft and Gault, at each creatinine, and once more when the first weight comes after it."""
        found: dict[date, Fact] = {}
        levels, weights = self.results("krea"), self.results("weight")
        born, sexes = self.of("birth"), self.of("sex")
        if not born or not weights or not sexes or sexes[-1].code not in SEX_FACTOR:
            return found
        for day in {weights[0].day, *(level.day for level in levels)}:
            level = [one for one in levels if one.day <= day][-1:]
            weight = [one for one in weights if one.day <= day][-1:]
            if level and weight and not weight[0].comparator:
                age = max(
                    n for n in range(140) if not n or _is_of_age(born[-1].day, n, level[0].day)
                )
                assert level[0].value and weight[0].value  # noqa: PT018 - both are results
                value = SEX_FACTOR[sexes[-1].code] * (140 - age) * weight[0].value / level[0].value
                turned = level[0].comparator.translate(TURNED)
                fact = level[0]._replace(item="crcl", value=round(value, 1), comparator=turned)
                found[day] = fact._replace(day=day)
        return found

    def findings(self, item: str) -> list[Fact]:
        """Coded findings of an item."""
        return [fact for fact in self.of(item) if fact.code]


def _is_of_age(born: date, years: int, day: date) -> bool:
    return (born.year + years, born.month, born.day) <= (day.year, day.month, day.day)


def in_order(facts: Iterable[Fact], not_from: NotFrom) -> list[Fact]:
    """Facts by day, instant and arrival, without what was measured where it does not count (2.2)."""
    classes = {fact.source: fact.code for fact in facts if fact.item == ENCOUNTER}
    counting = [f for f in facts if classes.get(f.setting) not in not_from.get(f.item, ())]
    return sorted(counting, key=lambda f: (f.day, f.at, f.received, f.source, f.part))


def known_on(facts: Iterable[Fact], day: date) -> Known:
    """All facts up to a day, that day included; they come in order."""
    by_item: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.day <= day:
            by_item.setdefault(fact.item, []).append(fact)
    return Known(by_item, day)


def last_done(closing: Closing, known: Known) -> date | None:
    """The last day the activity was done (2.1 to 2.8); None if never.

    What is named after the activity or the follow-up itself is the whole of it; of a series, a
    reading never is.
    """
    if closing.series is not None:
        whole = _acceptable(closing, frozenset({closing.identity}), known)
        measured = _last_series(closing.series, _acceptable(closing, closing.parts[0], known))
    else:
        whole = _acceptable(closing, frozenset({closing.key, closing.identity}), known)
        measured = _last_panel(closing, known)
    return max([*(fact.day for fact in whole), *measured], default=None)


def _acceptable(closing: Closing, part: frozenset[str], known: Known) -> list[Fact]:
    facts = [fact for item in part for fact in known.of(item)]
    return [fact for fact in facts if closing.own or fact.quality != SELF]


def _last_panel(closing: Closing, known: Known) -> list[date]:
    """The oldest of its parts' latest days; any one item of a part will do (2.4)."""
    latest = [
        max((f.day for f in _acceptable(closing, p, known)), default=None) for p in closing.parts
    ]
    days = [day for day in latest if day is not None]
    return [min(days)] if days and len(days) == len(latest) else []


def _last_series(series: Series, readings: Sequence[Fact]) -> list[date]:
    """The last day of paired readings that has enough paired days behind it (2.8)."""
    mornings = {reading.day for reading in readings if reading.detail == "morning"}
    evenings = {reading.day for reading in readings if reading.detail == "evening"}
    paired = mornings & evenings
    span = timedelta(days=series.within_days)
    enough = [d for d in paired if sum(d - span < other <= d for other in paired) >= series.days]
    told = [f.day for f in readings if f.detail == "mean" or f.quality == ELSEWHERE]
    return [*enough, *told]


def uses(medicines: Medicines, known: Known) -> list[Fact]:
    """The uses of the group, begun by this day."""
    return [use for use in known.of(MEDICINE) if use.code.startswith(medicines.atc)]


def starts(medicines: Medicines, known: Known) -> list[date]:
    """First days of use after so many days without any medicine of the group (3.4)."""
    return first_of_runs(uses(medicines, known), medicines.washout_days)


def first_of_runs(used: Sequence[Fact], washout_days: int) -> list[date]:
    """First days of use after so many days without."""
    found = []
    for use in used:
        before = [other for other in used if other.day < use.day]
        last_used = max((min(other.until, use.day) for other in before), default=None)
        if last_used is None or (use.day - last_used).days > washout_days:
            found.append(use.day)
    return found


def changes(medicines: Medicines, known: Known) -> list[date]:
    """Starts, and uses of another dose or another substance; a renewal is neither (3.4)."""
    changed = list(starts(medicines, known))
    of_group = uses(medicines, known)
    for number, use in enumerate(of_group):
        of_substance = [other for other in of_group[:number] if other.code == use.code]
        another = not of_substance or of_substance[-1].detail != use.detail
        if another or not _used_lately(of_substance, use, medicines.washout_days):
            changed.append(use.day)
    return sorted(changed)


def _used_lately(of_substance: Sequence[Fact], use: Fact, washout_days: int) -> bool:
    last_used = max(min(other.until, use.day) for other in of_substance)
    return (use.day - last_used).days <= washout_days
