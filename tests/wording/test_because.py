"""Why a row stands in a list, and what would close it."""

from datetime import date
from typing import Any

import pytest

from service.domain.adjustment import Adjustment, AdjustmentKind
from service.domain.fact import Fact
from service.domain.follow_up import FollowUp
from service.domain.interval import Interval
from service.domain.protocol import Kind
from service.domain.seen import SeenFollowUp
from service.domain.truth import Ground
from service.wording.because import LookedAt, because, closes_with, looked_at
from service.wording.grounds import Reader
from service.wording.telling import Teller, enough
from service.wording.words import Words
from tests.wording.builders import LANGUAGES, hba1c, medicine, visible
from tests.wording.test_telling import DIABETES, HYPERTENSION, catalogue, followed

JUNE = date(2027, 6, 7)
MARCH = date(2027, 3, 12)
TELLERS = {one: Teller(Words(one), catalogue()) for one in LANGUAGES}


def seen(follow_up: FollowUp, day: date = JUNE) -> SeenFollowUp:
    """A follow-up on a day, as the store gives it."""
    stretch = follow_up.on(day)
    assert stretch is not None
    return SeenFollowUp(
        id="f1",
        task="t1",
        identity=follow_up.identity,
        activity=follow_up.key,
        kind=Kind(follow_up.kind),
        performer=follow_up.performer,
        stretch=stretch,
        state=stretch.state_on(day),
        days_overdue=0,
    )


def seen_hba1c(*facts: Fact, **more: Any) -> SeenFollowUp:
    return seen(followed(facts, DIABETES, **more)["hba1c|lab"])


def test_a_value_above_target_explains_itself_to_staff():
    why = because(TELLERS["fi"], seen_hba1c(hba1c(61, MARCH)))
    assert visible(why.text).startswith(
        "Sokerihemoglobiini (HbA1c): 3 kuukauden välein. Viime arvo 61~mmol/mol (12.3.2027)"
    )
    assert why[1:4] == (DIABETES, "2026.1", "above-target")
    assert why.value == LookedAt("hba1c", 61.0, "", "mmol/mol", MARCH)
    assert (why.anchor, why.anchor_source) == (MARCH, "Observation/h")
    assert why.source == "https://www.kaypahoito.fi/ykt00561"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Viime kerralla (12.3.2027) arvosi oli 61~mmol/mol."),
        ("sv", "Förra gången (12.3.2027) var ditt värde 61~mmol/mol."),
        ("en", "Last time (12 March 2027) your value was 61~mmol/mol."),
    ],
)
def test_the_patient_reads_the_same_reason_in_everyday_words(language, text):
    why = because(TELLERS[language], seen_hba1c(hba1c(61, MARCH)), reader=Reader.PATIENT)
    assert visible(why.text).startswith(text)


def test_the_base_interval_is_a_rule_too_and_no_value_made_it_true():
    why = because(TELLERS["en"], seen(followed([], DIABETES)["acr|lab"]))
    assert (why.rule, why.value, why.anchor) == ("base", None, date(2024, 1, 15))
    assert why.anchor_source == ""


def test_the_plans_own_entry_is_the_rule_with_its_reason():
    own = Adjustment(
        AdjustmentKind.OWN_INTERVAL, MARCH, reason="toive", interval=Interval(months=4)
    )
    why = because(TELLERS["fi"], seen_hba1c(adjusted={"hba1c|lab": [own]}))
    assert (why.rule, why.protocol) == ("own-entry", DIABETES)
    assert why.value == LookedAt("own-entry", "toive", "", "", MARCH)


def test_a_follow_up_that_has_ended_says_why_and_nothing_closes_it():
    declined = Adjustment(AdjustmentKind.DECLINED, MARCH)
    ended = seen_hba1c(adjusted={"hba1c|lab": [declined]})
    why = because(TELLERS["en"], ended)
    assert why.text.startswith("HbA1c (long-term blood sugar). Ended:")
    assert (why.rule, why.value) == ("base", None)
    assert closes_with(TELLERS["en"], ended) == ()


@pytest.mark.parametrize(
    ("identity", "ways"),
    [
        ("hba1c|lab", ("HbA1c (long-term blood sugar)",)),
        (
            "lipids|lab",
            ("LDL cholesterol", "Total cholesterol + HDL cholesterol + Triglycerides"),
        ),
        ("bp|measurement", ("Systolic blood pressure + Diastolic blood pressure",)),
        (
            "k_na_krea|lab",
            (
                "Potassium + Sodium + Kidney filtration rate (eGFR)",
                "Potassium + Sodium + Creatinine",
            ),
        ),
        (
            "fundus|imaging",
            ("Eye fundus photography", "Retina of the left eye", "Retina of the right eye"),
        ),
        ("type-2-diabetes/physician-review", ("Physician review",)),
    ],
)
def test_what_closes_it_is_told_by_the_names_of_its_records(identity, ways):
    treated = medicine("C09AA05", date(2024, 2, 1))
    plan = followed([treated], DIABETES, HYPERTENSION)
    assert closes_with(TELLERS["en"], seen(plan[identity])) == ways


def test_a_home_series_is_closed_by_a_series_and_not_by_a_reading():
    plan = followed([], HYPERTENSION)
    one = seen(plan["home_bp|self-measurement"])
    # The protocol asks for it only of some; the records that close it are the same for all.
    one = one._replace(stretch=one.stretch._replace(hold=plan["bp|measurement"].stretches[0].hold))
    assert closes_with(TELLERS["en"], one) == ("Home blood pressure series (4-7 days)",)


def test_what_the_catalogue_does_not_know_is_closed_by_its_key():
    one = seen_hba1c()
    gone = one._replace(activity="gone", stretch=one.stretch._replace(set_by="gone"))
    assert closes_with(TELLERS["fi"], gone) == ("gone",)
    assert because(TELLERS["fi"], gone).source == ""


def test_enough_is_one_of_every_part_and_never_more_than_is_needed():
    parts = (frozenset({"a", "b"}), frozenset({"a", "c"}))
    assert enough(parts) == (("a",), ("b", "c"))


def test_the_first_ground_that_tells_a_value_is_the_one_that_was_looked_at():
    silent = Ground("never-done")
    found = Ground("finding", (("item", "fundus"), ("finding", "mild"), ("on", "2027-03-12")))
    assert looked_at([silent, found]) == LookedAt("fundus", "mild", "", "", MARCH)
    assert looked_at([silent]) is None
