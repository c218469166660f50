"""Wire checklist D5: what a search answers: pages, order, includes, parts of resources, totals."""

from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from service.domain.access import Role
from service.fhir.cursor import Page, seal
from service.storage.search import inclusion
from tests.api.people import accesses, receive_people
from tests.databases import BACKENDS
from tests.fhir.resources import with_narrative
from tests.house import house
from tests.receiving import a_patient, an_hba1c

FORM = "application/x-www-form-urlencoded"
BASE = "http://127.0.0.1:8000"
HETU = "010190-901R"
PAGED = "/fhir/Observation?code=4548-4"


@pytest.fixture(scope="module", params=BACKENDS)
def runtime(request, databases, tmp_path_factory):
    """A house with three people, whose units stand in a region, and seven results of Marjatta."""
    with (
        databases.lend(request.param) as url,
        house(url, tmp_path_factory.mktemp("house")) as opened,
    ):
        reception = receive_people(opened)
        reception.put(_organization("r1"), _organization("w1", partOf=_to("Organization/r1")))
        reception.put(_organization("u9", partOf=_to("Organization/w1")))
        reception.put(a_patient("p9", unit="u9", identifier=[_hetu(HETU)]))
        reception.put(*(_result(n) for n in range(1, 8)))
        reception.put(_provenance("v1", "Observation/n1"), _provenance("v2", "Observation/n2"))
        yield opened


def _result(number: int) -> dict:
    coding = {"system": "http://loinc.org", "code": "4548-4"}
    result = an_hba1c(
        f"n{number}",
        patient="p9",
        on=f"2025-0{number}-01",
        value=50 + (number * 5) % 7,
        code={"coding": [coding]},
        note=[{"text": "in the morning"}],
        referenceRange=[{"text": "20 to 42"}],
    )
    return with_narrative(result, "HbA1c")


def _provenance(id_: str, target: str) -> dict:
    return {
        "resourceType": "Provenance",
        "id": id_,
        "target": [_to(target)],
        "recorded": "2026-11-21T10:00:00Z",
        "agent": [{"who": _to("Organization/u9")}],
    }


def _organization(id_: str, **more) -> dict:
    return {"resourceType": "Organization", "id": id_, "name": f"Alue {id_}", **more}


def _to(target: str) -> dict:
    return {"reference": target}


def _hetu(code: str) -> dict:
    return {"system": "urn:oid:1.2.246.21", "value": code}


def found(client, address: str, **headers) -> dict:
    """The Bundle at an address that answers."""
    answer = client.get(address.removeprefix(BASE), **headers)
    assert answer.status_code == 200, answer.text
    bundle: dict = answer.json
    assert bundle["resourceType"] == "Bundle"
    return bundle


def ids(bundle: dict, mode: str = "match") -> list[str]:
    """The ids of the entries of one mode."""
    entries = (one for one in bundle.get("entry", []) if one["search"]["mode"] == mode)
    return [one["resource"].get("id", "") for one in entries]


def links(bundle: dict) -> dict[str, str]:
    """The links by relation."""
    return {one["relation"]: one["url"] for one in bundle["link"]}


def walk(client, address: str, relation: str = "next") -> list[list[str]]:
    """The ids of each page from an address on."""
    page = found(client, address)
    pages = [ids(page)]
    while relation in links(page):
        page = found(client, links(page)[relation])
        pages.append(ids(page))
    return pages


def post(client, address: str, form: str):
    """A search in a body."""
    return client.post(address, form.encode(), Content_Type=FORM)


@pytest.mark.check(86)
def test_parameters_of_address_and_body_add_up_and_get_and_post_find_the_same(client) -> None:
    got = found(client, f"{PAGED}&_sort=-date&_count=3")
    posted = post(client, "/fhir/Observation/_search?_sort=-date", "code=4548-4&_count=3")
    assert ids(posted.json) == ids(got) == ["n7", "n6", "n5"]


@pytest.mark.check(87)
def test_nothing_found_is_an_empty_searchset(client) -> None:
    nothing = found(client, "/fhir/Observation?code=none")
    assert (nothing["type"], nothing.get("entry")) == ("searchset", None)


@pytest.mark.check(88)
def test_the_self_link_says_what_was_used_and_finds_the_same_again(client) -> None:
    asked = f"{PAGED}&nonsense=1&patient=&_sort=-date&_count=9999&_elements=code,nothing"
    first = found(client, asked)
    own = links(first)["self"]
    assert own.startswith(f"{BASE}/fhir/Observation?code=4548-4&")
    assert "nonsense" not in own
    assert "_sort=-date" in own
    assert "_count=500" in own
    assert "_elements=code&" in f"{own}&"
    assert ids(found(client, own)) == ids(first)


@pytest.mark.check(94)
def test_each_entry_says_why_it_is_there(client) -> None:
    bundle = found(client, f"{PAGED}&_count=1&_include=Observation:subject&nonsense=1")
    assert (ids(bundle), ids(bundle, "include")) == (["n1"], ["p9"])
    [told] = [one for one in bundle["entry"] if one["search"]["mode"] == "outcome"]
    assert {issue["severity"] for issue in told["resource"]["issue"]} == {"warning"}


@pytest.mark.check(95)
def test_a_count_bounds_the_matches_of_every_page_and_not_what_they_include(client) -> None:
    pages = walk(client, f"{PAGED}&_count=3&_include=Observation:subject&_sort=date")
    assert pages == [["n1", "n2", "n3"], ["n4", "n5", "n6"], ["n7"]]


@pytest.mark.check(96)
def test_a_count_of_nothing_is_the_total_alone(client) -> None:
    for asked in ("_count=0", "_summary=count"):
        bundle = found(client, f"{PAGED}&{asked}")
        assert (bundle["total"], bundle.get("entry"), [*links(bundle)]) == (7, None, ["self"])


@pytest.mark.check(97)
def test_a_total_counts_matches_alone_and_only_where_it_is_asked_for(client) -> None:
    included = "_count=2&_include=Observation:subject"
    assert found(client, f"{PAGED}&{included}&_total=accurate")["total"] == 7
    for asked in ("", "_total=none", "_total=estimate"):
        assert "total" not in found(client, f"{PAGED}&{included}&{asked}")


@pytest.mark.check(98)
def test_links_lead_forwards_and_back_also_after_a_post(client) -> None:
    form = f"identifier=urn:oid:1.2.246.21|{HETU},urn:x|none&_count=1"
    person = post(client, "/fhir/Patient/_search", form).json
    assert HETU not in quote(str(person["link"]))
    first = post(client, "/fhir/Observation/_search", "code=4548-4&_sort=date&_count=2").json
    second = found(client, links(first)["next"])
    third = found(client, links(second)["next"])
    assert links(first).keys() == {"self", "next"}
    assert links(third).keys() == {"self", "first", "previous", "next"}
    assert all(url.startswith(f"{BASE}/fhir/Observation?") for url in links(third).values())
    assert "4548-4" not in links(third)["next"]
    assert ids(third) == ["n5", "n6"]
    assert ids(found(client, links(third)["self"])) == ["n5", "n6"]
    back = found(client, links(third)["previous"])
    assert ids(back) == ids(second) == ["n3", "n4"]
    assert ids(found(client, links(back)["next"])) == ["n5", "n6"]
    again = found(client, links(back)["previous"])
    assert (ids(again), "previous" in links(again)) == (["n1", "n2"], False)
    assert ids(found(client, links(third)["first"])) == ["n1", "n2"]


@pytest.mark.check(99)
def test_a_walk_meets_each_match_once_while_others_write(client) -> None:
    for number in range(1, 6):
        client.put(f"/fhir/Practitioner/w{number}", _named(f"w{number}", f"Walker {number}"))
    page = found(client, "/fhir/Practitioner?family=walker&_sort=family&_count=2")
    met = ids(page)
    client.delete("/fhir/Practitioner/w1")
    client.put("/fhir/Practitioner/w0", _named("w0", "Walker 0"))
    while "next" in links(page):
        page = found(client, links(page)["next"])
        met += ids(page)
    assert met == ["w1", "w2", "w3", "w4", "w5"]
    for number in range(6):
        client.delete(f"/fhir/Practitioner/w{number}")


@pytest.mark.check(100)
def test_a_page_link_that_is_old_or_forged_leads_nowhere(client, signed_in, runtime) -> None:
    after = links(found(client, f"{PAGED}&_count=2"))["next"].removeprefix(BASE)
    for wrong in (after[:-5], "/fhir/Observation?_page=x", after.replace("Observation", "Task")):
        answer = client.get(wrong)
        assert (answer.status_code, answer.json["resourceType"]) == (404, "OperationOutcome")
    assert signed_in("patient", patient="p9").get(after).status_code == 404
    two_days_ago = runtime.clock.now() - timedelta(days=2)
    old = seal(Page("Observation", "code=4548-4"), key=runtime.cursor_key, at=two_days_ago)
    gone = client.get(f"/fhir/Observation?_page={old}")
    assert (gone.status_code, gone.json["issue"][0]["code"]) == (410, "deleted")
    assert "begin the search again" in gone.json["issue"][0]["diagnostics"]


@pytest.mark.check(101)
def test_each_page_brings_what_its_own_matches_include(client) -> None:
    page = found(client, f"{PAGED}&_count=1&_sort=date&_revinclude=Provenance:target")
    assert (ids(page), ids(page, "include")) == (["n1"], ["v1"])
    page = found(client, links(page)["next"])
    assert (ids(page), ids(page, "include")) == (["n2"], ["v2"])
    page = found(client, links(page)["next"])
    assert (ids(page), ids(page, "include")) == (["n3"], [])


@pytest.mark.check(102)
@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("value-quantity", ["n7", "n3", "n6", "n2", "n5", "n1", "n4"]),
        ("-value-quantity", ["n4", "n1", "n5", "n2", "n6", "n3", "n7"]),
        ("-code,value-quantity", ["n7", "n3", "n6", "n2", "n5", "n1", "n4"]),
        ("patient,-date", ["n7", "n6", "n5", "n4", "n3", "n2", "n1"]),
        ("combo-code,date", ["n1", "n2", "n3", "n4", "n5", "n6", "n7"]),
        ("-_lastUpdated,-_id", ["n7", "n6", "n5", "n4", "n3", "n2", "n1"]),
    ],
)
def test_matches_are_sorted_by_anything_indexed_and_walked_in_that_order(
    client, sort, order
) -> None:
    pages = walk(client, f"{PAGED}&_count=3&_sort={sort}")
    assert [id_ for page in pages for id_ in page] == order


@pytest.mark.check(102)
def test_names_are_sorted_whatever_their_capitals_and_accents(client) -> None:
    for number, family in enumerate(("Öhman", "ahola", "Ääri", "Aalto")):
        client.put(f"/fhir/Practitioner/s{number}", _named(f"s{number}", family))
    [page] = walk(client, "/fhir/Practitioner?_sort=family")
    assert page == ["s3", "s2", "s1", "s0"]


def _named(id_: str, family: str) -> dict:
    return {"resourceType": "Practitioner", "id": id_, "name": [{"family": family}]}


@pytest.mark.check(102)
def test_a_sort_key_that_there_is_not_is_told_or_refused(client) -> None:
    lenient = found(client, f"{PAGED}&_sort=nonsense,-date&_count=1")
    assert (ids(lenient), ids(lenient, "outcome")) == (["n7"], [""])
    strict = client.get(f"{PAGED}&_sort=nonsense", Prefer="handling=strict")
    assert (strict.status_code, strict.json["issue"][0]["expression"]) == (400, ["_sort"])


@pytest.mark.check(103)
def test_includes_are_asked_in_three_parts_and_iterate_only_where_they_are_told_to(client) -> None:
    one = f"{PAGED}&_id=n1&_include=Observation:subject:Patient"
    assert ids(found(client, one), "include") == ["p9"]
    assert ids(found(client, f"{PAGED}&_id=n1&_include=Observation:subject:Group"), "include") == []
    units = "_include:iterate=Patient:general-practitioner"
    regions = "_include:iterate=Organization:partof"
    assert ids(found(client, f"{one}&{units}"), "include") == ["p9", "u9"]
    found_all = found(client, f"{one}&{units}&{regions}&_revinclude=Provenance:target")
    assert sorted(ids(found_all, "include")) == ["p9", "r1", "u9", "v1", "w1"]


@pytest.mark.check(103)
def test_a_star_includes_every_reference_and_every_referrer(client) -> None:
    for star in ("*", "Observation:*"):
        assert ids(found(client, f"{PAGED}&_id=n1&_include={star}"), "include") == ["p9"]
    for star in ("*", "Provenance:*"):
        assert ids(found(client, f"{PAGED}&_id=n1&_revinclude={star}"), "include") == ["v1"]
    back = found(client, "/fhir/Patient?_id=p9&_revinclude=*&_revinclude:iterate=Provenance:target")
    assert {"n1", "n7", "v1", "v2"} <= set(ids(back, "include"))


@pytest.mark.check(103)
@pytest.mark.parametrize(
    "wrong",
    [
        "_include=Observation",
        "_include=Nonsense:subject",
        "_include=Patient:link",
        "_include=Observation:code",
        "_include=Observation:subject:Nonsense",
        "_include:recurse=Observation:subject",
        "_revinclude=Observation:has-member:Patient",
    ],
)
def test_what_cannot_be_included_is_refused(client, wrong) -> None:
    refused = client.get(f"{PAGED}&{wrong}")
    assert (refused.status_code, refused.json["issue"][0]["code"]) == (400, "not-supported")


@pytest.mark.check(103)
def test_includes_that_go_too_deep_are_refused_and_not_cut(client, monkeypatch) -> None:
    deep = "/fhir/Organization?_id=u9&_include:iterate=Organization:partof"
    assert ids(found(client, deep), "include") == ["w1", "r1"]
    monkeypatch.setattr(inclusion, "STEPS_AT_MOST", 1)
    refused = client.get(deep)
    assert (refused.status_code, refused.json["issue"][0]["code"]) == (413, "too-costly")


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
    assert set(ids(everything)) >= {"p9", "n1", "n7", "v1"}.difference({"v1"})
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
