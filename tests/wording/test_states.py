# ruff: noqa: RUF001 - ranges of days are written with an en dash
"""How a follow-up stands, in the words of the worklist and in those of the patient's page."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.follow_up import Done, Timeliness
from service.domain.interval import Interval
from service.domain.window import State
from service.wording.states import (
    Standing,
    months_passed,
    patient_state,
    since_last,
    staff_done,
    staff_not_known,
    staff_state,
)
from service.wording.words import Words
from tests.wording.builders import LANGUAGES, SUMMER, visible

TODAY = date(2027, 7, 6)
MARCH = date(2027, 3, 12)
UPCOMING = Standing(State.UPCOMING, SUMMER, date(2027, 5, 1))


def decided(kind: AdjustmentKind, **different: Any) -> Adjustment:
    return Adjustment(kind, MARCH, until_day=date(2028, 3, 12))._replace(**different)


def paused(kind: AdjustmentKind, **different: Any) -> Standing:
    adjustment = decided(kind, **different)
    return Standing(State.PAUSED, SUMMER, TODAY, ground=kind.value, adjustment=adjustment)


def resting(ground: str) -> Standing:
    return Standing(State.PAUSED, SUMMER, TODAY, ground=ground)


def ended(ground: str) -> Standing:
    return Standing(State.ENDED, SUMMER, TODAY, ground=ground)


POSTPONED = replace(UPCOMING, adjustment=decided(AdjustmentKind.POSTPONED, reason="matka"))
FOR_GOOD = replace(
    ended("declined"),
    adjustment=Adjustment(AdjustmentKind.DECLINED, MARCH, reason="ei koe tarvetta"),
)

STAFF = {
    "upcoming": (UPCOMING, "Tuleva", "Kommande", "Upcoming"),
    "due": (Standing(State.DUE, SUMMER, TODAY), "Ajankohtainen", "Aktuell", "Due"),
    "overdue, first day": (
        Standing(State.OVERDUE, SUMMER, TODAY),
        "Myöhässä 1~pv",
        "Försenad 1~dag",
        "Overdue 1~day",
    ),
    "overdue": (
        Standing(State.OVERDUE, SUMMER, date(2027, 8, 15)),
        "Myöhässä 41~pv",
        "Försenad 41~dgr",
        "Overdue 41~days",
    ),
    "postponed": (
        POSTPONED,
        "Siirretty 12.6.2027 asti: matka",
        "Uppskjuten till 12.6.2027: matka",
        "Postponed until 12 June 2027: matka",
    ),
    "postponed, and now due": (
        replace(POSTPONED, state=State.DUE),
        "Ajankohtainen",
        "Aktuell",
        "Due",
    ),
    "declined": (
        paused(AdjustmentKind.DECLINED, reason="matka on liian pitkä"),
        "Ei halunnut: matka on liian pitkä; kysytään 12.3.2028",
        "Ville inte: matka on liian pitkä; frågas på nytt 12.3.2028",
        "Declined: matka on liian pitkä; ask again 12 March 2028",
    ),
    "declined, asked earlier": (
        paused(AdjustmentKind.DECLINED, ask_again_on=date(2027, 12, 1)),
        "Ei halunnut; kysytään 1.12.2027",
        "Ville inte; frågas på nytt 1.12.2027",
        "Declined; ask again 1 December 2027",
    ),
    "declined for good": (
        FOR_GOOD,
        "Ei halunnut: ei koe tarvetta",
        "Ville inte: ei koe tarvetta",
        "Declined: ei koe tarvetta",
    ),
    "cannot be done": (
        paused(AdjustmentKind.CONTRAINDICATED, reason="allergia"),
        "Ei voida tehdä: allergia",
        "Kan inte göras: allergia",
        "Cannot be done: allergia",
    ),
    "suspended": (
        paused(AdjustmentKind.SUSPENDED, reason="leikkaus"),
        "Tauolla 12.3.2028 asti: leikkaus",
        "Pausad till 12.3.2028: leikkaus",
        "On hold until 12 March 2028: leikkaus",
    ),
    "suspended without an end": (
        resting("suspended"),
        "Tauolla toistaiseksi",
        "Pausad tills vidare",
        "On hold until further notice",
    ),
    "plan on hold": (
        paused(AdjustmentKind.PLAN_ON_HOLD),
        "Suunnitelma tauolla 12.3.2028 asti",
        "Planen pausad till 12.3.2028",
        "Plan on hold until 12 March 2028",
    ),
    "in hospital": (
        resting("inpatient"),
        "Tauolla: sairaalahoidossa",
        "Pausad: i sjukhusvård",
        "On hold: in hospital",
    ),
    "palliative care": (
        resting("palliative"),
        "Tauolla: palliatiivinen hoito",
        "Pausad: palliativ vård",
        "On hold: palliative care",
    ),
    "ended": (
        ended("died"),
        "Ei enää tarpeen: henkilö on kuollut",
        "Behövs inte längre: personen har avlidit",
        "No longer applies: the person has died",
    ),
    "ended, not said why": (
        ended(""),
        "Ei enää tarpeen",
        "Behövs inte längre",
        "No longer applies",
    ),
}

PATIENT = {
    "upcoming, without the grace": (
        UPCOMING,
        "Tulossa: 3.–12.6.2027",
        "Kommer: 3–12.6.2027",
        "Coming up: 3–12 June 2027",
    ),
    "due": (
        Standing(State.DUE, SUMMER, TODAY, done_on=MARCH),
        "Nyt on aika",
        "Nu är det dags",
        "It is time for this",
    ),
    "overdue": (
        Standing(State.OVERDUE, SUMMER, TODAY, done_on=MARCH),
        "Nyt on aika. Edellisestä kerrasta on yli 3 kuukautta.",
        "Nu är det dags. Det har gått över 3 månader sedan förra gången.",
        "It is time for this. It has been more than 3 months since the last time.",
    ),
    "overdue after a month": (
        Standing(State.OVERDUE, SUMMER, TODAY, done_on=date(2027, 5, 6)),
        "Nyt on aika. Edellisestä kerrasta on yli kuukausi.",
        "Nu är det dags. Det har gått över en månad sedan förra gången.",
        "It is time for this. It has been more than a month since the last time.",
    ),
    "overdue and never done": (
        Standing(State.OVERDUE, SUMMER, TODAY),
        "Nyt on aika",
        "Nu är det dags",
        "It is time for this",
    ),
    "postponed": (
        POSTPONED,
        "Siirretty. Palaamme asiaan 12.6.2027.",
        "Uppskjutet. Vi återkommer 12.6.2027.",
        "Postponed. We will come back to this on 12 June 2027.",
    ),
    "declined": (
        paused(AdjustmentKind.DECLINED, reason="matka on liian pitkä"),
        "Et halunnut tätä nyt. Kysymme uudelleen 12.3.2028.",
        "Du ville inte göra det här nu. Vi frågar igen 12.3.2028.",
        "You did not want this now. We will ask again on 12 March 2028.",
    ),
    "declined, not said until when": (
        resting("declined"),
        "Et halunnut tätä nyt.",
        "Du ville inte göra det här nu.",
        "You did not want this now.",
    ),
    "declined for good": (
        FOR_GOOD,
        "Et halunnut tätä. Jos muutat mieltäsi, kerro hoitajalle.",
        "Du ville inte göra det här. Berätta för skötaren om du ändrar dig.",
        "You did not want this. If you change your mind, tell your nurse.",
    ),
    "cannot be done": (
        paused(AdjustmentKind.CONTRAINDICATED, reason="allergia"),
        "Tämä ei sovi sinulle nyt. Kysy lisää hoitajalta.",
        "Det här passar inte dig nu. Fråga mer av skötaren.",
        "This does not suit you now. Ask your nurse for more.",
    ),
    "suspended": (
        paused(AdjustmentKind.SUSPENDED),
        "Tauolla 12.3.2028 asti",
        "Paus till 12.3.2028",
        "On hold until 12 March 2028",
    ),
    "palliative care is not named": (
        resting("palliative"),
        "Tämä on nyt tauolla. Kysy lisää hoitajalta.",
        "Det här är på paus nu. Fråga mer av skötaren.",
        "This is on hold now. Ask your nurse for more.",
    ),
    "ended": (
        ended("not-required"),
        "Et tarvitse tätä enää.",
        "Du behöver inte det här längre.",
        "You no longer need this.",
    ),
}


def in_three(say, standing: Standing) -> tuple[str, ...]:
    return tuple(visible(say(Words(language), standing)) for language in LANGUAGES)


@pytest.mark.parametrize(("standing", "fi", "sv", "en"), STAFF.values(), ids=STAFF)
def test_staff_read_the_state(standing, fi, sv, en):
    assert in_three(staff_state, standing) == (fi, sv, en)


@pytest.mark.parametrize(("standing", "fi", "sv", "en"), PATIENT.values(), ids=PATIENT)
def test_the_patient_reads_the_state(standing, fi, sv, en):
    assert in_three(patient_state, standing) == (fi, sv, en)


DONE = [
    (Timeliness.EARLY, False, "Tehty etuajassa"),
    (Timeliness.ON_TIME, False, "Tehty ajallaan"),
    (Timeliness.ON_TIME, True, "Tehty ajallaan, tieto tuli myöhemmin"),
    (Timeliness.LATE, False, "Tehty myöhässä"),
    (Timeliness.LATE, True, "Tehty myöhässä"),
    (None, False, "Tehty 12.3.2027"),
]


@pytest.mark.parametrize(("timeliness", "known_late", "said"), DONE)
def test_what_was_done_is_told_by_how_it_met_its_window(timeliness, known_late, said):
    done = Done(MARCH, "Observation/h", timeliness)
    assert staff_done(Words("fi"), done, known_late=known_late) == said


def test_a_silent_source_is_named_with_the_day_it_fell_silent():
    assert staff_not_known(Words("fi"), "laboratorio", MARCH) == (
        "Ei tietoa: laboratorio ei ole lähettänyt mitään 12.3.2027 jälkeen"
    )
    assert staff_not_known(Words("en"), "the laboratory", None) == (
        "Not known: nothing from the laboratory"
    )


@pytest.mark.parametrize(
    ("since", "day", "months"),
    [
        (MARCH, MARCH, 0),
        (MARCH, date(2027, 4, 12), 0),
        (MARCH, date(2027, 4, 13), 1),
        (MARCH, date(2028, 3, 13), 12),
        (date(2027, 1, 31), date(2027, 3, 1), 1),
        (MARCH, date(2027, 1, 1), 0),
    ],
)
def test_only_months_that_are_exceeded_are_told(since, day, months):
    assert months_passed(since, day) == months


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 4000))
def test_more_than_so_many_months_is_true_and_one_more_is_not(since, days):
    day = date.fromordinal(since.toordinal() + days)
    months = months_passed(since, day)
    assert Interval(months=months).after(since) <= day
    assert Interval(months=months + 1).after(since) >= day


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 30))
def test_under_a_month_nothing_is_said_of_the_last_time(since, days):
    day = date.fromordinal(min(since.toordinal() + days, Interval(1).after(since).toordinal()))
    assert since_last(Words("fi"), since, day) is None
