"""Wire checklist D5: what a search answers: pages, order, includes, totals."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from service.fhir.cursor import Page, seal
from service.storage.search import inclusion
from tests.api.wire.results import (
    BASE,
    HETU,
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
    for asked in (
        "_count=0",
        "_summary=count",
        "_count=0&_total=none",
        "_summary=count&nonsense=1",
    ):
        bundle = found(client, f"{PAGED}&{asked}")
        assert (bundle["total"], bundle.get("entry"), [*links(bundle)]) == (7, None, ["self"])
        assert "nonsense" not in links(bundle)["self"]
    strict = client.get(f"{PAGED}&_count=0&nonsense=1", Prefer="handling=strict")
    assert (strict.status_code, strict.json["issue"][0]["expression"]) == (400, ["nonsense"])
    assert found(client, f"{PAGED}&_count=2&_total=accurate")["total"] == 7


@pytest.mark.check(89, 90, 126)
@pytest.mark.parametrize("name", ["_text", "_content"])
def test_full_text_is_not_offered_and_asked_for_is_told_or_refused(client, name) -> None:
    told = client.get("/fhir/metadata").json["rest"][0]
    listed = [*told["searchParam"], *(one for of in told["resource"] for one in of["searchParam"])]
    assert name not in {one["name"] for one in listed}
    lenient = found(client, f"{PAGED}&{name}=morning")
    assert (ids(lenient, "outcome"), name in links(lenient)["self"]) == ([""], False)
    strict = client.get(f"{PAGED}&{name}=morning", Prefer="handling=strict")
    assert (strict.status_code, strict.json["issue"][0]["expression"]) == (400, [name])


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
    assert links(first).keys() == {"self", "next", "last"}
    assert links(third).keys() == {"self", "first", "previous", "next", "last"}
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
    last = found(client, links(first)["last"])
    assert (ids(last), "next" in links(last)) == (["n6", "n7"], False)
    assert ids(found(client, links(last)["previous"])) == ["n4", "n5"]


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
