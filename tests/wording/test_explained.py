"""One check in the patient's words: how it stands, what it is, why now, how to prepare."""

from datetime import date

from service.domain.seen import NotKnown
from service.wording.explained import explain
from tests.wording.builders import hba1c
from tests.wording.test_because import JUNE, MARCH, TELLERS, seen, seen_hba1c
from tests.wording.test_telling import DIABETES, followed

TELLER = TELLERS["en"]


def test_a_check_is_explained_in_full():
    told = explain(TELLER, seen_hba1c(hba1c(61, MARCH)), day=JUNE)
    assert (told.name, told.state) == ("HbA1c (long-term blood sugar)", "It is time for this")
    assert told.what.startswith("This blood test shows")
    assert told.why.startswith("Last time (12 March 2027) your value was")
    assert told.prepare == "You can eat and drink as usual."
    assert told.basis == "Based on: the region's guideline, Type 2 diabetes 2026.1 (Käypä hoito)."
    assert (told.not_known, told.reviewed) == ("", False)


def test_that_nobody_knows_whether_it_is_done_is_said():
    unknown = seen_hba1c()._replace(not_known=NotKnown("lab", None))
    assert explain(TELLER, unknown, day=JUNE).not_known.startswith("We do not know whether")


def test_the_day_for_the_samples_stands_only_where_there_is_one():
    visit = seen(followed([], DIABETES)["type-2-diabetes/nurse-annual-review"])
    with_day = explain(TELLER, visit, day=JUNE, lab_by=date(2027, 6, 18))
    assert with_day.prepare == ("Have your tests by 18 June 2027. Write down what you want to ask.")
    assert explain(TELLER, visit, day=JUNE).prepare == "Write down what you want to ask."


def test_what_has_no_text_of_its_own_is_explained_without():
    unknown = seen_hba1c()._replace(activity="gone")
    told = explain(TELLER, unknown, day=JUNE)
    assert (told.name, told.what, told.prepare) == ("gone", "", "")
