"""Whose check comes at another interval by a migration of their plan reads so once on their own page."""

from datetime import timedelta

import pytest

from service.app import create_app
from service.domain.access import Role
from service.domain.plan_migration import Chosen
from service.jobs.migrate_plans import begin, migrate, run_of, undo
from service.runtime import Runtime
from service.tokens import Grant, Issuer
from tests.house import NOON
from tests.jobs.past_days import at
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c
from tests.renewed import DIABETES, NEW, every, renewed, with_versions
from tests.web.reading import Page
from tests.web.region import opened

TOLD = {
    "fi": "Väli muuttui 21.11.2026: ennen 6 kuukauden välein, nyt kerran vuodessa. "
    "Syy: alueen hoito-ohje uudistui.",
    "sv": "Intervallet ändrades 21.11.2026: förut med 6 månaders mellanrum, nu en gång om året. "
    "Orsak: regionens vårdanvisning förnyades.",
    "en": "How often changed on 21 November 2026: before every 6 months, now once a year. "
    "Reason: the region's guideline was renewed.",
}


@pytest.fixture
def house(runtime: Runtime) -> Runtime:
    """A person whose HbA1c would come once a year in another version of the protocol."""
    new = renewed(runtime.catalogue.protocols[DIABETES], every("hba1c", "P12M"))
    runtime = with_versions(at(runtime, NOON), new)
    reception = Reception(runtime)
    reception.put(a_unit(), a_patient(), a_condition(), an_hba1c(on="2026-09-01"))
    return at(runtime, NOON + timedelta(hours=1))


def migrated(house: Runtime) -> str:
    run = begin(house, Chosen(DIABETES, NEW))
    assert migrate(house, run) == 1
    return run.run


def notices(house: Runtime, language: str = "fi") -> list[str]:
    browser = opened(house).patient("p1")
    page = Page(browser.get("/portal/", query_string={"lang": language}).text)
    return [one for one in page.all("p") if TOLD[language] in one]


@pytest.mark.parametrize("language", TOLD)
def test_it_is_told_once_in_the_words_of_who_reads(house: Runtime, language: str):
    assert notices(house, language) == []
    migrated(house)
    [told] = notices(house, language)
    assert "HbA1c" in told
    assert notices(house, language) == []


def test_after_an_undo_nothing_is_told(house: Runtime):
    run = migrated(house)
    undo(house, run_of(house, run))
    assert notices(house) == []


def test_an_interval_that_is_another_one_since_is_not_told(house: Runtime):
    migrated(house)
    reception = Reception(house)
    reception.now = NOON + timedelta(hours=2)
    reception.put(an_hba1c("o2", on="2026-11-20", value=80))
    assert notices(house) == []


def test_the_plan_as_json_tells_it_once_too(house: Runtime):
    migrated(house)
    told = [answered(house), answered(house)]
    assert told == [{TOLD["en"], None}, {None}]


def answered(house: Runtime) -> set[str | None]:
    grant = Grant(Role.PATIENT, "tests", house.clock.now() + timedelta(hours=1), "p1", "")
    token = Issuer.opened(house.settings).issue(grant, at=house.clock.now())
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    answer = create_app(house).test_client().get("/portal/v1/care-plan", headers=headers)
    plan = answer.json
    assert plan is not None, answer.text
    checks = [one for contact in plan["contacts"] for one in contact["follow_ups"]]
    return {one["interval_changed"] for one in [*checks, *plan["resting"]]}
