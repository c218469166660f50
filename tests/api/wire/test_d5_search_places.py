"""Wire checklist D5: compartments, the whole system, parts of resources, and who sees what."""

from urllib.parse import urlencode

import pytest

from service.domain.access import Role
from tests.api.people import accesses
from tests.api.wire.results import (
    BASE,
    PAGED,
    found,
    house_of_results,
    ids,
    links,
    post,
    walk,
)
from tests.databases import BACKENDS


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request, databases, tmp_path_factory):
    """The house of results, once for all tests of this module."""
    with house_of_results(databases, request.param, tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.mark.check(118)
def test_a_compartment_is_searched_by_its_type_or_whole(client) -> None:
    inside = "/fhir/Patient/p9/Observation"
    assert len(ids(found(client, inside))) == 7
    newest = found(client, f"{inside}?code=4548-4&_sort=-date&_count=2")
    assert ids(newest) == ["n7", "n6"]
    assert ids(found(client, links(newest)["next"])) == ["n5", "n4"]
    assert links(newest)["self"].startswith(f"{BASE}{inside}?")
    posted = post(client, f"{inside}/_search", "date=2025-03-01")
    assert ids(posted.json) == ["n3"]
    everything = found(client, "/fhir/Patient/p9/*?_count=100")
    assert set(ids(everything)) >= {"p9", "n1", "n7"}
    assert ids(found(client, "/fhir/Patient/p9/*?_id=p9")) == ["p9"]
    assert ids(found(client, "/fhir/Patient/p9/Patient")) == ["p9"]
    types = {one["resource"]["resourceType"] for one in everything["entry"]}
    assert types.isdisjoint({"Organization", "Practitioner"})


@pytest.mark.check(118)
def test_what_is_no_compartment_is_told(client) -> None:
    for address, status in (
        ("Patient/p9/Organization", 400),
        ("Organization/u9/Patient", 404),
        ("Patient/p9/Nonsense", 404),
        ("Nonsense/p9/Patient", 404),
    ):
        assert client.get(f"/fhir/{address}").status_code == status, address
    assert ids(found(client, "/fhir/Patient/nobody/Observation")) == []


@pytest.mark.check(119)
def test_the_system_is_searched_by_what_its_types_have_in_common(client) -> None:
    asked = "/fhir?_type=Observation,Patient&_id=n1,n2,p9&_sort=_id"
    bundle = found(client, asked)
    assert ids(bundle) == ["n1", "n2", "p9"]
    assert "_type=Observation,Patient" in links(bundle)["self"]
    pages = walk(client, f"{asked}&_count=2")
    assert pages == [["n1", "n2"], ["p9"]]
    assert ids(post(client, "/fhir/_search", "_type=Patient&_id=p9").json) == ["p9"]
    shared = found(client, "/fhir?_type=Observation,Condition&patient=p9&_summary=count")
    assert shared["total"] == 7
    assert set(ids(found(client, "/fhir?_id=n1,p9,u9"))) == {"n1", "p9", "u9"}


@pytest.mark.check(119)
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("code=4548-4", "code"),
        ("_type=Observation,Patient&code=4548-4", "code"),
        ("_type=Observation,Patient&_include=Observation:subject", "_include"),
    ],
)
def test_what_a_type_of_the_system_search_does_not_have_is_refused(client, query, named) -> None:
    refused = client.get(f"/fhir?{query}")
    assert (refused.status_code, refused.json["issue"][0]["expression"]) == (400, [named])
    assert client.get("/fhir?_type=Nonsense").status_code == 404


@pytest.mark.check(29, 120)
def test_a_summary_is_what_the_standard_marks_so(client) -> None:
    [entry] = found(client, f"{PAGED}&_id=n1&_summary=true")["entry"]
    summary = entry["resource"]
    assert summary.keys() == {
        *("resourceType", "id", "meta", "status", "code", "subject"),
        *("effectiveDateTime", "valueQuantity"),
    }
    assert summary["meta"]["tag"][-1]["code"] == "SUBSETTED"
    [entry] = found(client, f"{PAGED}&_id=n1&_summary=data")["entry"]
    assert {"note", "referenceRange"} <= entry["resource"].keys()
    assert "text" not in entry["resource"]
    [entry] = found(client, f"{PAGED}&_id=n1&_summary=text")["entry"]
    assert entry["resource"].keys() == {"resourceType", "id", "meta", "text", "status", "code"}
    [entry] = found(client, f"{PAGED}&_id=n1&_summary=false")["entry"]
    assert "tag" not in entry["resource"]["meta"]


@pytest.mark.check(120)
def test_a_summary_of_texts_includes_nothing_and_other_words_are_refused(client) -> None:
    for wrong in (
        "_summary=text&_include=Observation:subject",
        "_revinclude=Provenance:target&_summary=text",
        "_summary=nonsense",
        "_summary=data&_elements=code",
    ):
        assert client.get(f"{PAGED}&{wrong}").status_code == 400, wrong


@pytest.mark.check(121)
def test_elements_come_with_those_that_must_be_there(client) -> None:
    bundle = found(client, f"{PAGED}&_id=n1&_elements=value,note&_include=Observation:subject")
    [match, included] = bundle["entry"]
    assert match["resource"].keys() == {
        *("resourceType", "id", "meta", "status", "code", "valueQuantity", "note"),
    }
    assert match["resource"]["meta"]["tag"][-1]["code"] == "SUBSETTED"
    assert {"birthDate", "name"} <= included["resource"].keys()
    told = found(client, f"{PAGED}&_id=n1&_elements=nonsense")
    assert ids(told, "outcome") == [""]


@pytest.mark.check(9, 29, 121)
def test_a_read_gives_a_part_too(client) -> None:
    for address in ("Observation/n1", "Observation/n1/_history/1"):
        part = client.get(f"/fhir/{address}?_elements=effective")
        assert part.headers["ETag"] == 'W/"1"'
        assert part.json.keys() == {
            *("resourceType", "id", "meta", "status", "code", "effectiveDateTime"),
        }
        assert "note" not in client.get(f"/fhir/{address}?_summary=true").json
        assert client.get(f"/fhir/{address}?_summary=count").status_code == 400


@pytest.mark.check(9)
def test_an_answer_is_laid_out_for_people_who_ask(client) -> None:
    pretty = client.get("/fhir/Observation/n1?_pretty=true")
    plain = client.get("/fhir/Observation/n1?_pretty=false")
    assert pretty.data.count(b"\n") > 20
    assert b"\n" not in plain.data
    assert pretty.json == plain.json
    assert client.get(f"{PAGED}&_pretty=true").data.count(b"\n") > 20


@pytest.mark.check(123)
def test_a_search_changes_nothing_but_the_access_log(client, runtime) -> None:
    before, noted = found(client, "/fhir/Observation/n1/_history"), len(accesses(runtime))
    found(client, f"{PAGED}&_include=*&_revinclude=*")
    last = accesses(runtime)[-1]
    assert (last.action, last.scope, len(last.patients)) == ("search", "Observation", 1)
    assert len(accesses(runtime)) == noted + 1
    assert found(client, "/fhir/Observation/n1/_history")["entry"] == before["entry"]


@pytest.mark.check(124)
def test_pages_totals_and_includes_hold_only_what_the_token_may_see(client, signed_in) -> None:
    for viewer in (signed_in("patient", patient="p1"), signed_in("clinician", unit="u2")):
        for address in (
            f"{PAGED}&_total=accurate",
            "/fhir/Patient/p9/Observation?_total=accurate",
            "/fhir/Patient/p9/*?_total=accurate",
            "/fhir?_type=Observation,Patient&_id=n1,p9&_total=accurate",
        ):
            bundle = found(viewer, address)
            assert (bundle["total"], bundle.get("entry")) == (0, None), address
        units = found(viewer, "/fhir/Organization?_id=u9&_revinclude=*&_revinclude:iterate=*")
        assert ids(units, "include") == []
    own = found(signed_in("patient", patient="p9"), "/fhir/Patient/p9/*?_total=accurate&_count=99")
    assert own["total"] == len(own["entry"])
    assert {"p9", "n1", "n7"} <= set(ids(own))


@pytest.mark.check(124)
def test_a_scope_bounds_what_is_included_and_what_the_system_shows(signed_in) -> None:
    narrow = signed_in("clinician", unit="u9", scope="user/Observation.rs user/Task.rs")
    assert ids(found(narrow, f"{PAGED}&_include=*&_count=1")) == ["n1"]
    assert ids(found(narrow, f"{PAGED}&_include=*&_count=1"), "include") == []
    assert ids(found(narrow, "/fhir?_id=n1,p9")) == ["n1"]
    assert narrow.get("/fhir?_type=Patient").status_code == 403
    auditor = signed_in("auditor")
    assert ids(found(auditor, "/fhir?_id=n1,p9,u9")) == ["u9"]
    assert auditor.get("/fhir/Patient/p9/*").status_code == 403


def test_administrators_are_told_how_a_search_goes_and_nobody_else(client, signed_in) -> None:
    admin = signed_in("admin")
    for as_role in ("true", Role.CLINICIAN, Role.PATIENT):
        told = found(admin, f"{PAGED}&patient=p9&_sort=-date&_explain={as_role}")
        [entry] = told["entry"]
        steps = [issue["diagnostics"] for issue in entry["resource"]["issue"]]
        assert steps[0].startswith("WITH page AS")
        assert len(steps) > 1
        assert "p9" not in str(steps)
    assert admin.get(f"{PAGED}&_explain=nonsense").status_code == 400
    for viewer in (client, signed_in("clinician", unit="u9"), signed_in("patient", patient="p9")):
        assert viewer.get(f"{PAGED}&_explain=true").status_code == 403


def test_a_form_may_be_long_and_say_the_format_too(client) -> None:
    form = urlencode({"_id": ",".join(f"n{number}" for number in range(1, 500)), "_format": "json"})
    assert len(ids(post(client, "/fhir/Observation/_search", form).json)) == 7
