"""What the page of a plan shows once it is agreed on, on hold, or when nothing is to be done now."""

import re
from datetime import date

import pytest

from service.domain.interval import FOREVER
from service.domain.seen import SeenPlan
from service.web.plan_page import PlanPage, plan_page
from service.workflows.show_care_plan import samples_asked, show_care_plan
from tests.house import SYSTEM, TODAY
from tests.web.region import Region

AGREED = date(2026, 9, 14)


@pytest.fixture(scope="module")
def seen(region: Region) -> SeenPlan:
    """Marjatta's plan of today, as the protocols made it."""
    with region.runtime.store.read() as view:
        patient = region.people[0].patient
        return show_care_plan(view, patient, viewer=SYSTEM, as_of=TODAY)


def told(region: Region, plan: SeenPlan) -> PlanPage:
    return plan_page(region.runtime.tellers["fi"], plan)


def test_an_agreed_plan_says_who_books_and_where_to_call(region, seen):
    page = told(region, seen._replace(agreed_on=AGREED))
    assert page.headline == "Nyt on 3 asiaa. Yhden niistä varaat itse."
    assert (page.agreed, page.proposal) == ("Sovimme suunnitelman kanssasi 14.9.2026.", "")
    assert page.cards[1].who_books == (
        "Kuka varaa: terveyskeskus. Voit myös soittaa itse: +358 00 001 082."
    )


def test_a_plan_on_hold_asks_for_nothing(region, seen):
    page = told(region, seen._replace(on_hold_until=date(2027, 3, 1)))
    assert page.notice == "Suunnitelmasi on tauolla 1.3.2027 asti. Sinun ei tarvitse tehdä mitään."
    assert (page.headline, page.cards, page.later) == ("", (), ())


def test_a_plan_on_hold_without_an_end_names_no_day(region, seen):
    page = told(region, seen._replace(on_hold_until=FOREVER))
    assert page.notice == "Suunnitelmasi on tauolla. Sinun ei tarvitse tehdä mitään."


def test_a_plan_with_nothing_in_it_is_new(region, seen):
    assert told(region, seen._replace(follow_ups=())).notice.startswith("Suunnitelmasi on uusi.")


def test_where_nothing_is_to_be_done_now_the_next_thing_is_named(region, seen):
    later = tuple(one for one in seen.follow_ups if one.stretch.window.opens_on > TODAY)
    page = told(region, seen._replace(follow_ups=later))
    assert page.cards == ()
    assert page.headline.startswith("Sinun ei tarvitse nyt tehdä mitään. Seuraavaksi: ")


def test_a_visit_counts_from_the_last_visit_not_from_what_is_asked_in_it(region, seen):
    page = told(region, seen)
    nurse = next(one for one in page.cards if one.title == "Hoitajan käynti")
    assert [one.told.name for one in nurse.checks] == ["Sydänfilmi (EKG)"]
    assert nurse.since == ""


def test_every_follow_up_that_is_asked_for_stands_on_the_page_once(region, seen):
    page = told(region, seen)
    shown = [check.told.name for card in (*page.cards, *page.later) for check in card.checks]
    resting = [check.told.name for check in page.resting]
    asked = [one for one in seen.follow_ups if one.stretch.hold != "ended"]
    assert len(shown) + len(resting) == len(asked)


def test_a_visit_names_the_last_day_for_its_samples(region, seen):
    figures = region.runtime.catalogue.visit_figures
    asked = samples_asked(seen, figures)
    page = plan_page(region.runtime.tellers["fi"], seen, asked)
    prepared = [check.told.prepare for card in (*page.cards, *page.later) for check in card.checks]
    told = [text for text in prepared if "Käy kokeissa viimeistään" in text]
    assert asked
    assert told
    assert all(re.search(r"viimeistään \d+\.\d+\.\d{4}\.", text) for text in told)
