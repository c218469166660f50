"""The demo region through the house: what the protocols make of the named people's records."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from service.domain.applicability import fits
from service.domain.catalogue import Catalogue
from service.domain.fact import Fact
from service.domain.follow_up import FollowUp, Plan, Planned
from service.domain.patient import PatientFacts
from service.domain.recompute import follow_ups, horizon_of
from service.domain.window import State
from service.fhir.evidence.facts import facts_of
from service.fhir.protocol.reader import read_protocols
from service.jobs.demo.generation import generate
from tests.jobs.demo_reading import Read

PROFILES = Path(__file__).parents[2] / "fhir_profiles"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_protocols(PROFILES)


class Followed(NamedTuple):
    """What is asked of a person on a day."""

    follow_ups: tuple[FollowUp, ...]
    today: date

    def in_state(self, state: State) -> set[str]:
        """The follow-ups in a state, by identity."""
        stretches = {one.identity: one.on(self.today) for one in self.follow_ups}
        return {
            identity
            for identity, stretch in stretches.items()
            if stretch and stretch.state_on(self.today) is state
        }


def facts_in(line: bytes, catalogue: Catalogue) -> list[Fact]:
    """The facts of a line whose references have been resolved as a server does."""
    text = line
    for one in Read(line).resources:
        own = f"{one['resourceType']}/{one['id']}"
        text = text.replace(
            f'"reference":"urn:uuid:{one["id"]}"'.encode(), f'"reference":"{own}"'.encode()
        )
    return [fact for one in Read(text).resources for fact in facts_of(one, catalogue)[0]]


def followed(
    number: int, today: date, catalogue: Catalogue, *, more: tuple[Fact, ...] = ()
) -> Followed:
    line = list(generate(number, seed=1, today=today))[number]
    patient = PatientFacts([*facts_in(line, catalogue), *more], not_from=catalogue.not_from)
    planned = tuple(Planned(one, fits(one, patient)) for one in catalogue.protocols.values())
    plan = Plan(planned=planned, adjustments={})
    asked = follow_ups(plan, patient, catalogue.figures, horizon_of(today))
    return Followed(asked, today)


@pytest.mark.parametrize(
    "today",
    [date(2026, 11, 22), date(2027, 1, 2), date(2027, 5, 31), date(2028, 2, 29), date(2028, 9, 10)],
)
def test_of_the_first_person_only_hba1c_is_overdue_on_any_day(
    today: date, catalogue: Catalogue
) -> None:
    first = followed(1, today, catalogue)
    assert first.in_state(State.OVERDUE) == {"hba1c|lab"}
    assert {"ecg|measurement", "type-2-diabetes/oral-health"} <= first.in_state(State.DUE)
    assert len(first.in_state(State.UPCOMING)) > 15


def test_one_hba1c_of_today_closes_what_is_overdue(catalogue: Catalogue) -> None:
    today = date(2026, 11, 22)
    result = Fact("hba1c", today, "Observation/new", value=57, unit="mmol/mol")
    assert followed(1, today, catalogue, more=(result,)).in_state(State.OVERDUE) == set()


def test_much_is_overdue_of_the_second_and_the_third_person(catalogue: Catalogue) -> None:
    today = date(2026, 11, 22)
    assert {"bp|measurement", "egfr|lab", "acr|lab"} <= followed(2, today, catalogue).in_state(
        State.OVERDUE
    )
    assert {"asthma/review", "act|questionnaire"} <= followed(3, today, catalogue).in_state(
        State.OVERDUE
    )
