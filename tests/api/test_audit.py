"""Compliance as JSON and CSV: the worklist's own states, counted."""

import csv
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest

from service.api.schemas.audit import AuditQuestion, compliance_csv
from service.domain.compliance import Compliance, Counted, NotFollowed
from service.domain.directory import Unit
from service.runtime import Runtime
from tests.api.conftest import Client, Json
from tests.api.people import HATTULA, INARI, MARJATTA, accesses, answered, house_of_people, items
from tests.databases import BACKENDS, Databases
from tests.house import NOON, TODAY

COMPLIANCE = "/audit/v1/compliance"


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request: Any, databases: Databases, tmp_path_factory: Any) -> Iterator[Runtime]:
    """The house of people, once for all tests of this module: they only read."""
    with house_of_people(databases, request.param, tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def auditor(signed_in: Callable[..., Client]) -> Client:
    return signed_in("auditor")


def rows(client: Client, question: str = "") -> list[Json]:
    found: list[Json] = answered(client, f"{COMPLIANCE}?{question}")["rows"]
    return found


def counted(client: Client, *names: str, question: str = "") -> Json:
    """The row of a unit, a protocol and an activity; an empty name stands for all."""
    found = rows(client, question)
    return next(one for one in found if (one["unit"], one["protocol"], one["activity"]) == names)


def test_counts_stand_by_unit_protocol_and_activity(auditor):
    one = counted(auditor, HATTULA, "type-2-diabetes", "hba1c")
    assert (one["denominator"], one["exclusion"], one["numerator"]) == (2, 0, 1)
    assert (one["upcoming"], one["overdue"], one["share"]) == (1, 1, 0.5)
    assert one["unit_name"] == "Hattulan terveysasema"
    assert (one["at_target"], one["beyond_target"]) == (1, 1)


def test_a_row_without_names_counts_everything_together(auditor):
    everything = counted(auditor, "", "", "")
    parts = [counted(auditor, unit, "", "") for unit in (HATTULA, INARI)]
    for name in ("denominator", "exclusion", "numerator", "overdue"):
        assert everything[name] == sum(part[name] for part in parts)


def test_what_is_not_done_in_time_is_the_worklist(auditor, signed_in):
    everything = counted(auditor, "", "", "")
    left = everything["denominator"] - everything["exclusion"] - everything["numerator"]
    assert left == len(items(signed_in(), "limit=500")) == everything["overdue"]


def test_filters_leave_the_rows_that_are_asked_for(auditor):
    found = rows(auditor, f"unit={INARI}&protocol=type-2-diabetes&activity=hba1c,acr")
    assert {one["unit"] for one in found} == {"", INARI}
    assert {one["protocol"] for one in found} == {"type-2-diabetes"}
    assert {one["activity"] for one in found} == {"hba1c", "acr"}


def test_a_past_day_is_counted_by_its_own_states(auditor):
    july = counted(auditor, HATTULA, "type-2-diabetes", "hba1c", question="as_of=2026-07-05")
    assert (july["due"], july["overdue"]) == (1, 1)
    assert answered(auditor, f"{COMPLIANCE}?as_of=2026-07-05")["as_of"] == "2026-07-05"


def test_csv_has_the_same_rows_with_the_day_beside(auditor):
    answer = auditor.get(f"{COMPLIANCE}?format=csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    table = list(csv.DictReader(StringIO(answer.text)))
    shown = rows(auditor)
    assert [one["activity"] for one in table] == [one["activity"] for one in shown]
    assert [one["share"] for one in table] == [str(one["share"]) for one in shown]
    assert {one["as_of"] for one in table} == {TODAY.isoformat()}


def test_csv_tells_who_is_not_followed_up_beside_the_rows_of_a_protocol():
    counts = Counted("u1", "asthma", "", 2, 0, 2, 2, 0, 0)
    missing = (NotFollowed("u1", "asthma", 3), NotFollowed("u1", "hypertension", 4))
    found = Compliance(TODAY, NOON, (counts, counts._replace(activity="act")), missing)
    table = csv.DictReader(StringIO(compliance_csv(found, AuditQuestion(as_of=TODAY), {})))
    told = {(one["unit"], one["protocol"], one["activity"]): one for one in table}
    assert {names: one["not_followed"] for names, one in told.items() if names[0]} == {
        ("u1", "asthma", ""): "3",
        ("u1", "asthma", "act"): "",
        ("u1", "hypertension", ""): "4",
    }
    assert told["u1", "hypertension", ""]["denominator"] == "0"


def test_csv_may_be_asked_for_by_the_accept_header(auditor):
    assert auditor.get(COMPLIANCE, Accept="text/csv").mimetype == "text/csv"
    assert auditor.get(COMPLIANCE, Accept="*/*").mimetype == "application/json"
    assert auditor.get(f"{COMPLIANCE}?format=json", Accept="text/csv").mimetype == (
        "application/json"
    )


def test_a_name_in_csv_is_never_a_formula():
    counts = Counted("u1", "asthma", "act", 0, 0, 0, 0, 0, 0)
    found = Compliance(TODAY, NOON, (counts,), ())
    text = compliance_csv(found, AuditQuestion(as_of=TODAY), {"u1": Unit("=1+1")})
    assert "'=1+1" in text
    [row] = csv.DictReader(StringIO(text))
    assert row["share"] == ""


def test_a_clinician_counts_the_own_unit_only(signed_in):
    nurse = signed_in("clinician", unit=HATTULA)
    assert {one["unit"] for one in rows(nurse)} == {"", HATTULA}
    assert rows(nurse, f"unit={INARI}") == []


def test_counts_are_closed_to_patients_and_administrators(signed_in, anonymous, runtime):
    assert anonymous.get(COMPLIANCE).status_code == 401
    assert signed_in("patient", patient=MARJATTA).get(COMPLIANCE).status_code == 403
    assert signed_in("admin").get(COMPLIANCE).status_code == 403
    assert accesses(runtime)[-1].outcome == "forbidden"
    assert signed_in("auditor", scope="user/Patient.rs").get(COMPLIANCE).status_code == 403


@pytest.mark.parametrize("question", ["as_of=x", "format=xml", "activity=x", "limit=5"])
def test_a_wrong_parameter_is_named(auditor, question):
    answer = auditor.get(f"{COMPLIANCE}?{question}")
    assert answer.status_code == 400
    assert answer.json["errors"][0]["at"] == question.partition("=")[0]


def test_an_audit_leaves_a_line_that_names_no_one(auditor, runtime):
    auditor.get(COMPLIANCE)
    line = accesses(runtime)[-1]
    assert (line.who, line.scope, line.patients) == (
        "auditor of the tests",
        "audit/compliance",
        (),
    )
