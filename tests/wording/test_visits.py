"""A combined visit as the nurse reads it, in three languages."""

import pytest

from service.domain.contact import UNBOOKED, ContactKind
from service.domain.visit_plan import VisitPlan, plan_visits
from service.wording.visits import visits_for_staff
from service.wording.words import Words
from tests.domain.visit_rounds import FIGURES, MONDAY, a_round
from tests.wording.builders import LANGUAGES

NURSE = ContactKind.NURSE_VISIT


def planned(*rounds) -> VisitPlan:
    return plan_visits(rounds, day=MONDAY, until=MONDAY, figures=FIGURES)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "fi",
            "Ehdotus, 2 matkaa: näyte 23.11.2026 mennessä; hoitaja, lääkäri 30.11.\u20133.12.2026.",
        ),
        (
            "sv",
            "Förslag, 2 resor: prov senast 23.11.2026; skötare, läkare 30.11\u20133.12.2026.",
        ),
        (
            "en",
            "Proposal, 2 journeys: sample by 23 November 2026; nurse, doctor"
            " 30 November\u20133 December 2026.",
        ),
    ],
)
def test_a_sample_has_its_last_day_and_those_who_are_met_on_one_journey_their_days(language, said):
    plan = planned(
        a_round("hba1c", -30, -20, -7),
        a_round("yearly", -30, -20, 10, NURSE),
        a_round("review", -5, 2, 30, ContactKind.PHYSICIAN_VISIT),
    )
    assert str(visits_for_staff(Words(language), plan)) == said


def test_what_is_done_from_afar_is_no_journey():
    told = visits_for_staff(Words("fi"), planned(a_round("phq9", 0, 2, 10, NURSE)))
    assert told == "Ehdotus, ei matkoja: hoitaja etänä 23.11.\u20133.12.2026."


def test_nothing_is_proposed_where_nobody_is_met():
    assert visits_for_staff(Words("fi"), planned(a_round("bp", 0, 2, 9, ContactKind.HOME))) == ""


def test_figures_that_await_a_clinician_are_told():
    plan = planned(a_round("feet", 0, 2, 10, NURSE))._replace(confirmed=False)
    told = visits_for_staff(Words("fi"), plan)
    assert told == (
        "Ehdotus, 1 matka: hoitaja 23.11.\u20133.12.2026. Ehdotuksen luvut ovat vahvistamatta."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(set(ContactKind) - UNBOOKED))
def test_everybody_whom_a_person_meets_is_named(kind, language):
    plan = planned(a_round("x", 0, 2, 9, kind))
    assert "worklist." not in visits_for_staff(Words(language), plan)
