"""The worklist as JSON: what it takes, what it gives, to whom."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.runtime import Runtime
from tests.api.conftest import Client
from tests.api.people import (
    AINO,
    ELLA,
    FOLLOW_UPS,
    HATTULA,
    INARI,
    MARJATTA,
    PEOPLE,
    accesses,
    answered,
    house_of_people,
    items,
    key_of,
    row_of,
)
from tests.databases import BACKENDS, Databases


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request: Any, databases: Databases, tmp_path_factory: Any) -> Iterator[Runtime]:
    """The house of people, once for all tests of this module: they only read."""
    folder = tmp_path_factory.mktemp("house")
    with house_of_people(databases, request.param, folder) as opened:
        yield opened


@pytest.fixture
def nurse(signed_in: Callable[..., Client]) -> Client:
    """A nurse of Hattula."""
    return signed_in("clinician", unit=HATTULA)


def test_an_overdue_row_says_since_when_why_and_what_would_close_it(nurse):
    row = row_of(nurse, MARJATTA, "hba1c")
    # 12 March and three months: due on 12 June, in time until 5 July.
    assert (row["opens_on"], row["due_on"], row["closes_on"]) == (
        "2026-06-03",
        "2026-06-12",
        "2026-07-05",
    )
    assert (row["status"], row["days_overdue"]) == ("overdue", 139)
    assert (row["protocols"], row["unit"]) == (["type-2-diabetes"], HATTULA)
    because = row["because"]
    assert because["text"].startswith("Sokerihemoglobiini (HbA1c): 3 kuukauden välein.")
    assert (because["protocol"], because["version"]) == ("type-2-diabetes", "2026.1")
    assert (because["rule"], because["unconfirmed"]) == ("above-target", False)
    assert because["value"] == {
        "item": "hba1c",
        "value": 61.0,
        "comparator": "",
        "unit": "mmol/mol",
        "on": "2026-03-12",
    }
    assert (because["anchor"], because["anchor_source"]) == ("2026-03-12", "Observation/o1")
    assert row["closes_with"] == ["Sokerihemoglobiini (HbA1c)"]


def test_nothing_stands_for_what_is_not_known_yet(nurse):
    row = row_of(nurse, MARJATTA, "hba1c")
    unknown = ("not_known", "adjustment", "booked_for", "last_contact")
    assert [row[name] for name in unknown] == [None, None, None, None]


def test_a_source_that_never_sent_anything_is_named(nurse):
    assert row_of(nurse, MARJATTA, "fundus")["not_known"] == {"source": "imaging", "since": None}


def test_what_is_not_known_is_asked_for_apart_from_what_is_known_not_to_be_done(signed_in):
    system = signed_in()
    marked, known = (items(system, f"not_known={one}&limit=500") for one in ("yes", "no"))
    assert {one["activity"] for one in marked} >= {"fundus"}
    assert {one["not_known"] for one in known} == {None}
    assert {one["status"] for one in (*marked, *known)} == {"overdue"}
    assert len(marked) + len(known) == len(items(system, "limit=500"))


def test_states_are_asked_for_together_or_one_by_one(nurse):
    together = items(nurse, "status=upcoming,overdue&activity=hba1c")
    assert {one["status"] for one in together} == {"upcoming", "overdue"}
    one_by_one = items(nurse, "status=upcoming&status=overdue&activity=hba1c")
    assert one_by_one == together


def test_a_clinician_sees_the_people_of_the_own_unit_and_no_others(nurse, signed_in):
    assert {one["patient"] for one in items(nurse, "limit=500")} == {MARJATTA, ELLA}
    assert items(nurse, f"unit={INARI}") == []
    system = signed_in()
    assert {one["patient"] for one in items(system, f"unit={INARI}")} == {AINO}
    everybody = items(system, f"unit={INARI},{HATTULA}&limit=500")
    assert {one["patient"] for one in everybody} == {MARJATTA, AINO, ELLA}


def test_filters_narrow_the_list(signed_in):
    system = signed_in()
    assert {one["patient"] for one in items(system, "language=sv")} == {AINO}
    assert {one["activity"] for one in items(system, "performer=lab&limit=500")} >= {"hba1c"}
    assert items(system, "protocol=asthma") == []
    assert items(system, "booked=yes") == []
    assert len(items(system, "booked=no&activity=hba1c")) == 2


def test_the_order_of_since_begins_with_the_longest_overdue(nurse):
    days = [one["days_overdue"] for one in items(nurse, "sort=since&limit=500")]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("language", "said", "text"),
    [
        ("sv-FI, fi;q=0.5", "sv", "Långtidsblodsocker (HbA1c): med 3 månaders mellanrum."),
        ("en", "en", "HbA1c (long-term blood sugar): every 3 months."),
        ("de, en;q=0", "fi", "Sokerihemoglobiini (HbA1c): 3 kuukauden välein."),
    ],
)
def test_texts_are_in_the_readers_language(nurse, language, said, text):
    answer = nurse.get(f"{FOLLOW_UPS}?activity=hba1c", Accept_Language=language)
    assert answer.headers["Content-Language"] == said
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.json["items"][0]["because"]["text"].startswith(text)


def pages(client: Client, question: str, address: str = FOLLOW_UPS) -> list[dict[str, Any]]:
    """All items, following `next` with nothing but the cursor."""
    found: list[dict[str, Any]] = []
    answer = answered(client, f"{address}?{question}")
    while True:
        found += answer["items"]
        if answer["next"] is None:
            return found
        answer = answered(client, f"{address}?cursor={answer['next']}")


@pytest.mark.parametrize("sort", ["urgency", "since"])
def test_pages_follow_each_other_without_gap_or_repetition(nurse, sort):
    whole = items(nurse, f"sort={sort}&limit=500")
    assert pages(nurse, f"sort={sort}&limit=7") == whole
    assert len(whole) > 14


def test_a_cursor_may_come_with_the_question_it_goes_on_with_and_with_no_other(nurse):
    following = nurse.get(f"{FOLLOW_UPS}?performer=nurse&limit=1").json["next"]
    same = nurse.get(f"{FOLLOW_UPS}?performer=nurse&status=overdue&limit=2&cursor={following}")
    assert len(same.json["items"]) == 2
    other = nurse.get(f"{FOLLOW_UPS}?performer=lab&cursor={following}")
    assert other.status_code == 400
    assert other.json["errors"][0]["at"] == "performer"


def test_another_viewers_cursor_opens_nothing(nurse, signed_in):
    following = nurse.get(f"{FOLLOW_UPS}?limit=1").json["next"]
    for other in (signed_in(), signed_in("clinician", unit=INARI)):
        answer = other.get(f"{FOLLOW_UPS}?cursor={following}")
        assert (answer.status_code, answer.json["errors"][0]["at"]) == (400, "cursor")
    assert nurse.get(f"{PEOPLE}?cursor={following}").status_code == 400


def test_a_wrong_question_is_answered_with_every_fault_at_once(nurse):
    answer = nurse.get(f"{FOLLOW_UPS}?limit=0&sort=x&booked=no")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert {error["at"] for error in answer.json["errors"]} == {"limit", "sort"}


@pytest.mark.parametrize("address", [FOLLOW_UPS, PEOPLE])
def test_the_worklist_is_for_those_who_care_for_patients(signed_in, anonymous, address, runtime):
    assert anonymous.get(address).status_code == 401
    assert signed_in("patient", patient=MARJATTA).get(address).status_code == 403
    assert signed_in("auditor").get(address).status_code == 403
    assert signed_in("admin").get(address).status_code == 403
    assert accesses(runtime)[-1].outcome == "forbidden"
    observations = signed_in("clinician", unit=HATTULA, scope="user/Observation.rs")
    assert observations.get(address).status_code == 403


@pytest.mark.parametrize("address", [FOLLOW_UPS, PEOPLE])
def test_every_page_leaves_a_line_with_the_people_on_it(nurse, runtime, address):
    answer = nurse.get(f"{address}?activity=fundus")
    line = accesses(runtime)[-1]
    assert (line.who, line.action, line.unit) == ("clinician of the tests", "search", HATTULA)
    assert line.scope == address.removeprefix("/").replace("/v1", "")
    assert set(line.patients) == {key_of(runtime, one) for one in (MARJATTA, ELLA)}
    assert line.request == answer.headers["X-Request-Id"]


def test_no_answer_may_be_kept_on_the_way(nurse):
    assert nurse.get(FOLLOW_UPS).headers["Cache-Control"] == "private, no-cache"


def test_invented_people_are_marked_as_such(nurse):
    assert nurse.get(FOLLOW_UPS).json["demo"] is True
    assert nurse.get(f"{FOLLOW_UPS}?protocol=asthma").json["demo"] is False


def test_people_are_listed_with_exactly_the_rows_of_the_list(nurse):
    rows = items(nurse, "limit=500")
    people = items(nurse, "limit=500", PEOPLE)
    assert [one["patient"] for one in people] == list(dict.fromkeys(row["patient"] for row in rows))
    assert [row for one in people for row in one["follow_ups"]] == sorted(
        rows, key=lambda row: [one["patient"] for one in people].index(row["patient"])
    )


def test_each_row_of_a_person_is_taken_care_of_by_one_of_their_contacts(nurse):
    for one in items(nurse, "limit=500", PEOPLE):
        rows = [row["id"] for row in one["follow_ups"]]
        assert sorted(id_ for each in one["contacts"] for id_ in each["follow_ups"]) == sorted(rows)
        days = [each["on"] for each in one["contacts"]]
        assert days == sorted(days)
        assert all(each["from"] <= each["on"] <= each["to"] for each in one["contacts"])


def test_a_person_stands_where_the_first_row_does_and_says_why(nurse):
    [marjatta] = items(nurse, "activity=hba1c", PEOPLE)
    assert marjatta["ground"]["code"] == "whole-interval"
    assert marjatta["ground"]["text"] == "seuraavakin kerta olisi ollut 12.9.2026"
    [since] = items(nurse, "activity=hba1c&sort=since", PEOPLE)
    assert since["ground"] == {"code": "since", "text": "Myöhässä 139\u00a0pv"}


def test_pages_of_people_follow_each_other(nurse):
    assert pages(nurse, "limit=1", PEOPLE) == items(nurse, "limit=500", PEOPLE)


@pytest.mark.parametrize("address", [FOLLOW_UPS, PEOPLE, "/audit/v1/compliance"])
@pytest.mark.parametrize(
    "question",
    [
        "as_of=1900-01-01",
        "as_of=2199-12-31",
        "known_at=0001-01-01T00:00:00Z",
        "known_at=9999-12-31T23:59:59Z",
        "as_of=1900-01-01&known_at=9999-12-31T23:59:59Z",
    ],
)
def test_the_ends_of_time_can_be_asked_about(signed_in, address, question):
    assert answered(signed_in(), f"{address}?{question}")["as_of"]


def test_a_unit_and_a_language_that_nobody_has_find_nobody(signed_in):
    system = signed_in()
    assert items(system, "unit=nowhere") == []
    assert items(system, "language=se") == []
    assert items(system, "distance_over=2000") == []
