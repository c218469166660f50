"""A combined visit in one sentence for staff: on how many journeys, what by when, who on which days."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from service.domain.contact import UNBOOKED, ContactKind
from service.domain.visit_plan import PlannedContact, VisitPlan
from service.wording.dates import Days
from service.wording.sentences import Text
from service.wording.words import Words


def visits_for_staff(words: Words, plan: VisitPlan) -> Text | str:
    """On how many journeys, and by when or on which days: "näyte 27.11.2026 mennessä; hoitaja ...".

    Empty where nobody is to be met. What the person does at home needs no day of anybody's.
    """
    met = [one for one in plan.contacts if one.kind not in UNBOOKED]
    if not met:
        return ""
    told = "; ".join(_occasions(words, met))
    return words.joined(_said(words, len(plan.journeys), told), _mark(words, plan))


def _said(words: Words, journeys: int, told: str) -> Text:
    if not journeys:
        return words.text("worklist.visits.remote", visits=told)
    return words.text(
        "worklist.visits", journeys=words.plural("worklist.visits.journeys", journeys), visits=told
    )


def _mark(words: Words, plan: VisitPlan) -> Text | str:
    return "" if plan.confirmed else words.text("worklist.visits.unconfirmed")


def _occasions(words: Words, contacts: Sequence[PlannedContact]) -> Iterator[str]:
    """A sample by its last day; those whom the person meets between two days, by these days."""
    found: dict[tuple[bool, bool, Days], dict[ContactKind, None]] = defaultdict(dict)
    for one in contacts:
        days = Days(one.from_day, one.to_day)
        found[one.kind is ContactKind.SAMPLE, one.remote, days][one.kind] = None
    for (is_sample, remote, days), kinds in found.items():
        who = ", ".join(words.text(f"worklist.visit.{kind}") for kind in kinds)
        if remote:
            who = words.text("worklist.visit.from_afar", who=who)
        if is_sample:
            yield words.text("worklist.visit.by", what=who, date=days.last)
        else:
            yield words.text("worklist.visit.on", what=who, days=days)
