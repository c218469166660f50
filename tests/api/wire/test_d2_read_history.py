"""Wire checklist D2: read, vread, conditional read and history of one, of a type, of all."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from sqlalchemy import create_engine, text

from service.app import create_app
from service.domain.access import Role
from service.tokens import Grant, Issuer
from tests.api.conftest import Client
from tests.api.wire.results import BASE, found, links
from tests.databases import BACKENDS
from tests.house import LATER, house
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request, databases, tmp_path_factory):
    """A result of p1 that was corrected and one that was deleted, a minute after each other; p2."""
    with (
        databases.lend(request.param) as url,
        house(url, tmp_path_factory.mktemp("house")) as opened,
    ):
        reception = Reception(opened)
        reception.put(a_unit("u1", enrols=False), a_unit("u2", enrols=False))
        reception.put(a_patient("p1"), a_patient("p2", unit="u2"))
        reception.put(an_hba1c("o1"), an_hba1c("o2"))
        reception.put(an_hba1c("o1", value=51, status="corrected"))
        reception.delete("Observation/o2")
        reception.put(a_condition("c2", patient="p2"))
        yield opened


def told(bundle: dict) -> list[str]:
    """What became of what, entry by entry."""
    return [
        f"{one['request']['method']} {one['fullUrl'].removeprefix(f'{BASE}/fhir/')}"
        for one in bundle.get("entry", [])
    ]


def instant(bundle: dict, number: int) -> str:
    """When the entry with this number was stored."""
    return str(bundle["entry"][number]["response"]["lastModified"])


@pytest.mark.check(23, 24)
def test_a_read_names_its_version_and_instant(client) -> None:
    read = client.get("/fhir/Observation/o1")
    meta = read.json["meta"]
    assert (read.status_code, read.json["id"], meta["versionId"]) == (200, "o1", "2")
    assert read.headers["ETag"] == 'W/"2"'
    modified = parsedate_to_datetime(read.headers["Last-Modified"])
    assert modified.strftime("%Y-%m-%dT%H:%M:%S") == meta["lastUpdated"][:19]


@pytest.mark.check(25, 28)
@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("Observation/never", 404, "not-found"),
        ("Observation/o2", 410, "deleted"),
        ("Observation/o2/_history/2", 410, "deleted"),
        ("Observation/o2/_history/3", 404, "not-found"),
        ("Observation/o2/_history/x", 404, "not-found"),
        ("Observation/never/_history", 404, "not-found"),
    ],
)
def test_what_never_was_is_told_from_what_is_gone(client, address, status, code) -> None:
    answer = client.get(f"/fhir/{address}")
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (status, code)


@pytest.mark.check(26)
def test_what_the_client_has_already_is_not_sent_again(client) -> None:
    read = client.get("/fhir/Observation/o1")
    for tag in ('W/"2"', '"2"', 'W/"7", W/"2"', "*"):
        known = client.get("/fhir/Observation/o1", If_None_Match=tag)
        assert (known.status_code, known.data, known.headers["ETag"]) == (304, b"", 'W/"2"')
    modified = parsedate_to_datetime(read.headers["Last-Modified"])
    for since, status in ((modified, 304), (modified - timedelta(seconds=1), 200)):
        sent = format_datetime(since.astimezone(UTC), usegmt=True)
        answer = client.get("/fhir/Observation/o1", If_Modified_Since=sent)
        assert answer.status_code == status
    assert client.get("/fhir/Observation/o1", If_None_Match='W/"1"').status_code == 200
    assert client.get("/fhir/Observation/o1", If_Modified_Since="rubbish").status_code == 200


@pytest.mark.check(27)
def test_a_version_is_read_as_it_was(client) -> None:
    for version, value in ((1, 50), (2, 51)):
        read = client.get(f"/fhir/Observation/o1/_history/{version}")
        assert read.json["meta"]["versionId"] == str(version)
        assert read.json["valueQuantity"]["value"] == value
        assert read.headers["ETag"] == f'W/"{version}"'


@pytest.mark.check(30, 31, 32)
def test_a_history_tells_each_version_newest_first(client) -> None:
    bundle = found(client, "/fhir/Observation/o2/_history")
    assert bundle["type"] == "history"
    assert told(bundle) == ["DELETE Observation/o2", "PUT Observation/o2"]
    gone, made = bundle["entry"]
    assert "resource" not in gone
    assert made["resource"]["meta"]["lastUpdated"] == made["response"]["lastModified"]
    assert (gone["response"]["status"][:3], gone["response"]["etag"]) == ("204", 'W/"2"')
    assert instant(bundle, 0) > instant(bundle, 1)


@pytest.mark.check(30, 31, 32)
def test_the_history_of_a_type_and_of_all_is_newest_first_and_walked_page_by_page(client) -> None:
    of_type = found(client, "/fhir/Observation/_history")
    changed = ["DELETE Observation/o2", "PUT Observation/o1"]
    made = ["PUT Observation/o2", "PUT Observation/o1"]
    assert told(of_type) == changed + made
    whole = found(client, "/fhir/_history")
    assert told(whole)[:3] == ["PUT Condition/c2", *changed]
    assert len(told(whole)) == 9
    modified = [one["response"]["lastModified"] for one in whole["entry"]]
    assert modified == sorted(modified, reverse=True)
    page = found(client, "/fhir/_history?_count=2")
    walked = told(page)
    while "next" in links(page):
        page = found(client, links(page)["next"])
        assert links(page)["first"] == f"{BASE}/fhir/_history?_count=2"
        assert len(told(page)) <= 2
        walked += told(page)
    assert walked == told(whole)


@pytest.mark.check(33)
def test_a_history_is_bounded_by_instants(client) -> None:
    whole = found(client, "/fhir/Observation/_history")
    since = instant(whole, 1)
    assert told(found(client, f"/fhir/Observation/_history?_since={since}")) == told(whole)[:2]
    assert told(found(client, f"/fhir/Observation/o1/_history?_since={since}")) == told(whole)[1:2]
    between = datetime.fromisoformat(instant(whole, 2)) + timedelta(seconds=30)
    at = between.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told(found(client, f"/fhir/Observation/_history?_at={at}")) == told(whole)[2:]
    assert told(found(client, "/fhir/Observation/_history?_at=2026-11-21")) == told(whole)
    for empty in ("2026-11-20", "0001"):
        assert told(found(client, f"/fhir/Observation/_history?_at={empty}")) == []
    assert len(told(found(client, "/fhir/Observation/_history?_at=9999"))) == 2
    later = found(client, "/fhir/Observation/o1/_history?_at=2026-11-22")
    assert told(later) == ["PUT Observation/o1"]
    nothing = found(client, "/fhir/Observation/o1/_history?_since=2030-01-01T00:00:00Z")
    assert told(nothing) == []


@pytest.mark.check(33)
@pytest.mark.parametrize(
    "wrong",
    [
        "_since=2026-11-21",
        "_since=2026-11-21T10:00:00",
        "_since=2026-11-21T10:00Z",
        "_at=soon",
        "_count=0",
        "_count=x",
        "_count=1&_count=2",
        "_since=2026-11-21T10:00:00Z&_since=2026-11-21T10:00:00Z",
        "_sort=_lastUpdated",
        "code=x",
    ],
)
def test_a_history_refuses_what_it_cannot_follow(client, wrong) -> None:
    for address in ("Observation/o1/_history", "Observation/_history", "_history"):
        refused = client.get(f"/fhir/{address}?{wrong}")
        assert (refused.status_code, refused.json["resourceType"]) == (400, "OperationOutcome")


@pytest.mark.check(29)
def test_a_history_gives_parts_and_counts(client) -> None:
    for address in ("Observation/o1/_history", "Observation/_history", "_history"):
        part = found(client, f"/fhir/{address}?_elements=status&_count=4")
        [first, *_] = [one["resource"] for one in part["entry"] if "resource" in one]
        assert first["meta"]["tag"][-1]["code"] == "SUBSETTED"
        assert "valueQuantity" not in first
    counted = found(client, "/fhir/Observation/_history?_summary=count")
    assert (counted["total"], counted.get("entry")) == (4, None)
    assert found(client, "/fhir/Observation/o1/_history?_summary=count")["total"] == 2


@pytest.mark.check(30)
def test_each_page_of_the_history_of_one_says_how_many_versions_there_are(client) -> None:
    first = found(client, "/fhir/Observation/o1/_history?_count=1")
    second = found(client, links(first)["next"])
    assert [(len(page["entry"]), page["total"]) for page in (first, second)] == [(1, 2), (1, 2)]
    later = instant(first, 0)
    assert found(client, f"/fhir/Observation/o1/_history?_since={later}")["total"] == 1
    for address in ("Observation/_history", "_history"):  # to count all of them would be dear
        assert "total" not in found(client, f"/fhir/{address}")


@pytest.mark.check(34)
def test_what_is_past_cannot_be_changed(client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        refused = client.send(method, "/fhir/Observation/o1/_history/1", an_hba1c("o1"))
        assert refused.status_code == 405
    assert client.get("/fhir/Observation/o1/_history/1").json["valueQuantity"]["value"] == 50


@pytest.mark.check(124)
def test_histories_show_each_viewer_their_own(client, signed_in) -> None:
    whole = told(found(client, "/fhir/_history"))
    own = signed_in("patient", patient="p2")
    assert told(found(own, "/fhir/_history")) == ["PUT Condition/c2", "PUT Patient/p2"]
    assert told(found(own, "/fhir/Observation/_history")) == []
    assert found(own, "/fhir/_history?_summary=count")["total"] == 2
    assert own.get("/fhir/Observation/o1/_history").status_code == 404
    assert own.get(links(found(client, "/fhir/_history?_count=2"))["next"]).status_code == 404
    nurse = signed_in("clinician", unit="u1")
    theirs = [one for one in whole if not one.endswith(("c2", "p2"))]
    assert told(found(nurse, "/fhir/_history")) == theirs
    narrow = signed_in("clinician", unit="u1", scope="user/Patient.rs")
    assert told(found(narrow, "/fhir/_history")) == ["PUT Patient/p1"]
    assert narrow.get("/fhir/Observation/_history").status_code == 403
    for role in ("auditor", "admin"):
        blind = signed_in(role)
        assert told(found(blind, "/fhir/_history")) == [
            "PUT Organization/u2",
            "PUT Organization/u1",
        ]
        assert blind.get("/fhir/Observation/_history").status_code == 403
        assert blind.get("/fhir/Observation/o1/_history").status_code == 403


@pytest.mark.check(30, 33)
def test_no_poll_by_since_misses_what_began_earlier_and_is_committed_later(
    databases, tmp_path
) -> None:
    with databases.lend("postgresql") as url, house(url, tmp_path) as runtime:
        reception, client, engine = Reception(runtime), signed_in_to(runtime), create_engine(url)
        reception.put(a_unit("u1", enrols=False), a_patient("p1"))
        whole = told(found(client, "/fhir/_history"))
        with engine.begin() as earlier:
            earlier.execute(text("SELECT pg_current_xact_id()"))
            reception.put(an_hba1c("o1"))
            assert client.get("/fhir/Observation/o1").status_code == 200
            assert told(found(client, "/fhir/_history")) == whole
            assert told(found(client, "/fhir/Observation/_history")) == []
            assert found(client, "/fhir/Observation/_history?_summary=count")["total"] == 0
        assert told(found(client, "/fhir/_history")) == ["PUT Observation/o1", *whole]
        assert told(found(client, "/fhir/Observation/_history")) == ["PUT Observation/o1"]
        with engine.begin() as restored:
            restored.execute(text("UPDATE transactions SET xid = xid + 1000000000"))
        assert len(told(found(client, "/fhir/_history"))) == len(whole) + 1
        engine.dispose()


def signed_in_to(runtime) -> Client:
    """A client that may do and see everything."""
    at = runtime.clock.now()
    token = Issuer.opened(runtime.settings).issue(Grant(Role.SYSTEM, "tests", at + LATER), at=at)
    return Client(create_app(runtime).test_client(), token)
