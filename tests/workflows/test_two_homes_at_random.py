"""Whatever is written at either home, in whatever order: both say the same, and the dates follow from it."""

from random import Random

import pytest

from service.domain.projection import look, project
from service.runtime import Runtime
from service.workflows.foreseeing import state_of
from tests.house import TODAY
from tests.receiving import Json, an_hba1c
from tests.workflows.homes import KIND, NURSE, REASON, Home, a_home, an_extension

STEPS = 8
DAYS = ("2026-11-21", "2026-12-24", "2027-02-01", "2027-08-15")
WEEKS = {"value": 6, "unit": "vk", "system": "http://unitsofmeasure.org", "code": "wk"}


class Writer:
    """Writes one home or the other by chance; the same seed writes the same."""

    def __init__(self, home: Home, seed: int) -> None:
        self._home = home
        self._chance = Random(seed)  # noqa: S311 - invented decisions

    def step(self, number: int) -> None:
        """One change: a decision more, one less, a status of R4, or a result."""
        steps = (self._add, self._add, self._take_back, self._by_status, self._result)
        self._chance.choice(steps)(number)

    def _add(self, number: int) -> None:
        address = self._either()
        standing = self._home.body(address).get("extension", [])
        self._home.write(address, extension=[*standing, self._decision(number)])

    def _take_back(self, number: int) -> None:
        del number
        address = self._either()
        standing = self._home.body(address).get("extension", [])
        kept = self._chance.sample(standing, max(len(standing) - 1, 0))
        self._home.write(address, extension=kept or None)

    def _by_status(self, number: int) -> None:
        kind = self._chance.choice(("declined", "contraindicated", "done-elsewhere"))
        reason: Json = {"coding": [{"system": REASON, "code": "other"}], "text": f"{number}"}
        if kind != "declined":
            reason["coding"].append({"system": KIND, "code": kind})
        status = {"declined": "rejected", "contraindicated": "on-hold"}.get(kind, "completed")
        period = {"end": f"2026-11-{number + 10}"} if status == "completed" else None
        said = {"statusReason": reason, "executionPeriod": period, "owner": NURSE}
        self._home.write(self._home.open_task, status=status, **said)

    def _result(self, number: int) -> None:
        day = f"2026-11-{self._chance.randint(1, 20):02}"
        self._home.reception.put(an_hba1c(f"r{number}", on=day))

    def _decision(self, number: int) -> Json:
        first, last = sorted(self._chance.sample(DAYS, 2))
        said = {"from": first, "reason": f"{number}"}
        kind = self._chance.choice(("postponed", "suspended", "own-date", "own-interval", "done"))
        if kind == "own-date":
            return an_extension(kind, date=last, **said)
        if kind == "own-interval":
            own = an_extension(kind, until=last, **said)
            own["extension"].append({"url": "interval", "valueDuration": WEEKS})
            return own
        if kind == "done":
            return an_extension(kind="done-elsewhere", date=f"2026-10-{number + 1:02}", **said)
        part = {"postponed": "date", "suspended": "until"}[kind]
        return an_extension(kind=kind, **{part: last}, **said)

    def _either(self) -> str:
        return self._chance.choice((self._home.request, self._home.open_task))


def expect_the_same(home: Home) -> None:
    """Each decision stands in the request, and in the round that it is about."""
    asked = home.told(home.request)
    kept = home.reception.kept("p1")
    assert asked == {one for one in kept.adjustments if one.follow_up == home.seen.id}
    [follow_up] = [one for one in kept.follow_ups.values() if one.id == home.seen.id]
    elsewhere = {one for one in asked if one.kind == "done-elsewhere"}
    for one in follow_up.rounds.values():
        told = home.told(f"Task/{one.task}")
        if one.closed_on is None and one.status == "requested":
            assert told == {each for each in asked - elsewhere if each.until_day >= TODAY}
        closes = {each for each in elsewhere if each.due_on == one.closed_on}
        is_told_so = one.closed_by == home.request
        assert told & elsewhere == (closes if is_told_so else set())
        assert home.body(f"Task/{one.task}")["status"] == one.status


def expect_the_dates_of_the_decisions(home: Home) -> None:
    """What is kept is what comes of the decisions in the request alone."""
    kept = home.reception.kept("p1")
    catalogue = home.reception.runtime.catalogue
    state = state_of(kept)
    asked = home.told(home.request)
    told = {home.seen.id: tuple(one for one in kept.adjustments if one in asked)}
    alone = type(state)(state.facts, told, state.identities)
    assert kept.plan is not None
    looked = look(alone, catalogue)
    found = project(looked, alone, kept.plan.protocols, catalogue, today=TODAY)
    expected = {one.identity: one.stretches for one in found}
    assert {one.identity: one.stretches for one in kept.follow_ups.values()} == expected


@pytest.mark.parametrize("seed", range(3))
def test_both_homes_say_the_same_and_the_dates_follow(runtime: Runtime, seed: int):
    home = a_home(runtime)
    writer = Writer(home, seed)
    for number in range(STEPS):
        writer.step(number)
        expect_the_same(home)
    expect_the_dates_of_the_decisions(home)
