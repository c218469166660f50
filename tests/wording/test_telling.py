"""From a patient's facts, through the shipped protocols, to the sentence."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.applicability import Fit
from service.domain.catalogue import Catalogue
from service.domain.fact import Fact
from service.domain.follow_up import FollowUp, Plan, Planned
from service.domain.interval import FOREVER, Interval
from service.domain.patient import PatientFacts
from service.domain.protocol import Kind
from service.domain.recompute import follow_ups
from service.fhir.protocol.reader import read_protocols
from service.wording.medicines import medicine_named
from service.wording.reasons import Decision, patient_basis, patient_reason, staff_sentence
from service.wording.telling import Teller
from service.wording.words import Words
from tests.wording.builders import LANGUAGES, hba1c, medicine, visible

PROFILES = Path(__file__).parents[2] / "fhir_profiles"
DIAGNOSED = date(2024, 1, 15)
MARCH = date(2027, 3, 12)
HORIZON = date(2029, 4, 1)
DIABETES, HYPERTENSION = "type-2-diabetes", "hypertension"


@cache
def catalogue() -> Catalogue:
    return read_protocols(PROFILES)


def followed(
    facts: Iterable[Fact], *protocols: str, adjusted: dict[str, list[Adjustment]] | None = None
) -> dict[str, FollowUp]:
    """A patient's follow-ups by identity, under protocols that began in January 2024."""
    fits = (Fit(DIAGNOSED, FOREVER, "Condition/c"),)
    planned = tuple(Planned(catalogue().protocols[one], fits) for one in protocols)
    patient = PatientFacts(facts, not_from=catalogue().not_from)
    found = follow_ups(Plan(planned, adjusted or {}), patient, catalogue().figures, HORIZON)
    return {one.identity: one for one in found}


def said(
    say, language: str, follow_up: FollowUp, day: date, decision: Decision | None = None
) -> str:
    words = Words(language)
    stretch = follow_up.on(day)
    assert stretch is not None
    teller = Teller(words, catalogue())
    told = teller.told(follow_up.key, Kind(follow_up.kind), stretch, decision=decision)
    return visible(say(words, told))


def test_the_worked_example_is_explained_to_staff():
    hba1c_followed = followed([hba1c(61, MARCH)], DIABETES)["hba1c|lab"]
    assert said(staff_sentence, "fi", hba1c_followed, date(2027, 6, 7)) == (
        "Sokerihemoglobiini (HbA1c): 3 kuukauden välein. "
        "Viime arvo 61~mmol/mol (12.3.2027) on yli tavoitteen 53~mmol/mol. "
        "Seurantaohjelma: Tyypin 2 diabetes 2026.1, Käypä hoito. "
        "Voi ottaa 3.6.2027 alkaen, määräpäivä 12.6.2027, myöhässä 6.7.2027 alkaen. "
        "Sulkee: Sokerihemoglobiini (HbA1c), lopullinen tulos."
    )


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "fi",
            "Viime kerralla (12.3.2027) arvosi oli 61~mmol/mol. Tavoitteesi on alle 53~mmol/mol. "
            "Siksi mittaamme sen 3 kuukauden välein.",
        ),
        (
            "sv",
            "Förra gången (12.3.2027) var ditt värde 61~mmol/mol. Ditt mål är under 53~mmol/mol. "
            "Därför mäter vi det med 3 månaders mellanrum.",
        ),
        (
            "en",
            "Last time (12 March 2027) your value was 61~mmol/mol. "
            "Your target is below 53~mmol/mol. That is why we measure it every 3 months.",
        ),
    ],
)
def test_the_worked_example_is_explained_to_the_patient(language, sentence):
    hba1c_followed = followed([hba1c(61, MARCH)], DIABETES)["hba1c|lab"]
    assert said(patient_reason, language, hba1c_followed, date(2027, 6, 7)) == sentence


def test_two_protocols_are_named_and_which_one_sets_the_date():
    both = followed([medicine("C09AA05", MARCH)], DIABETES, HYPERTENSION)["bp|measurement"]
    assert "Ohjelmat: Kohonnut verenpaine, Tyypin 2 diabetes. Päivän määrää " in said(
        staff_sentence, "fi", both, date(2027, 3, 20)
    )


def test_a_limit_that_is_no_target_of_the_protocol_is_called_a_limit():
    measured = hba1c(70, date(2025, 3, 12))
    review = followed([measured], DIABETES)["type-2-diabetes/physician-review"]
    assert (
        "HbA1c (long-term blood sugar): the last value, 70~mmol/mol (12 March 2025), "
        "is above the limit 64~mmol/mol."
    ) in said(staff_sentence, "en", review, date(2025, 4, 1))


def test_only_the_protocol_that_sets_the_date_says_what_is_a_target():
    one = followed([], DIABETES, HYPERTENSION)["bp|measurement"]
    stretch = one.stretches[0]._replace(set_by=DIABETES, protocol_version="2026.1")
    told = Teller(Words("fi"), catalogue()).told("bp", Kind.MEASUREMENT, stretch)
    upper = {aim.limit for aim in told.aims if aim.item == "bp.sys"}
    assert 150 not in upper
    assert 130 in upper


def test_the_plans_own_entry_tells_who_decided():
    own = Adjustment(
        AdjustmentKind.OWN_INTERVAL,
        MARCH,
        until_day=date(2028, 3, 12),
        reason="toive",
        interval=Interval(months=4),
    )
    one = followed([hba1c(61, MARCH)], DIABETES, adjusted={"hba1c|lab": [own]})["hba1c|lab"]
    decision = Decision("hoitaja", date(2028, 3, 12))
    assert said(staff_sentence, "fi", one, date(2027, 6, 7), decision).startswith(
        "Sokerihemoglobiini (HbA1c): 4 kuukauden välein. "
        "Päätös suunnitelmassa 12.3.2027, hoitaja: toive; voimassa 12.3.2028. "
    )


def test_what_the_catalogue_does_not_know_keeps_its_code():
    hba1c_followed = followed([], DIABETES)["hba1c|lab"]
    stretch = hba1c_followed.stretches[0]._replace(set_by="gone", protocols=("gone",))
    told = Teller(Words("fi"), catalogue()).told("no_such_key", Kind.LAB, stretch)
    assert (told.activity, told.set_by, told.when) == ("no_such_key", "gone", "")


def test_every_event_and_medicine_of_the_shipped_protocols_has_an_everyday_word():
    texts = [path.read_text(encoding="utf-8") for path in (PROFILES / "protocols").glob("*.json")]
    medicines = {
        code for text in texts for code in re.findall(r'"atc", "valueCode": "(\w+)"', text)
    }
    events = {
        name
        for text in texts
        for name in re.findall(
            r'"event",\s*"extension": \[\s*{"url": "name", "valueCode": "([\w-]+)"', text
        )
    }
    words = Words("fi")
    assert len(medicines) > 5
    assert {code for code in medicines if medicine_named(words, code) is None} == set()
    assert {name for name in events if f"event.{name}" not in words} == set()


days = st.dates(date(2023, 1, 1), date(2028, 6, 1))
items = st.sampled_from(["hba1c", "bp.sys", "bp.dia", "egfr", "acr", "ldl", "act", "alat", "fpg"])
results = st.builds(
    lambda item, day, value, comparator: Fact(
        item, day, f"Observation/{item}-{day}", value=value, unit="mmol/L", comparator=comparator
    ),
    items,
    days,
    st.floats(0.5, 200).map(lambda value: round(value, 1)),
    st.sampled_from(["", "", "<", ">"]),
)
findings = st.builds(
    lambda item, code, day: Fact(item, day, f"Observation/{item}-{day}", code=code),
    st.sampled_from(["fundus", "foot-risk", "smoking", "risk-class", "nurse-led"]),
    st.sampled_from(["mild-retinopathy", "foot-risk-2", "current-smoker", "low-risk", "yes"]),
    days,
)
medicines = st.builds(
    medicine, st.sampled_from(["A10BA02", "C09AA05", "C10AA05", "R03BA02", "H02AB06", ""]), days
)
persons = st.builds(
    lambda day, code: Fact("pregnancy", day, "Observation/p", code=code, until=FOREVER),
    days,
    st.sampled_from(["planned", "ended"]),
)
facts = st.lists(st.one_of(results, findings, medicines, persons), max_size=12)


@settings(max_examples=25, deadline=None)
@given(facts, st.sampled_from(LANGUAGES))
def test_every_stretch_of_any_patient_is_told_in_whole_sentences(given_facts, language):
    words = Words(language)
    teller = Teller(words, catalogue())
    born = Fact("birth", date(1953, 5, 2), "Patient/p")
    for one in followed([born, *given_facts], *catalogue().protocols).values():
        for stretch in one.stretches:
            told = teller.told(one.key, Kind(one.kind), stretch)
            for say in (staff_sentence, patient_reason, patient_basis):
                sentence = say(words, told)
                assert sentence.endswith(".")
                assert not re.search(r"[{}]|  | \.|\.\.|None", sentence)
