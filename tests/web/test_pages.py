"""What holds of every page: its headers, its size, no script, and errors that are pages."""

import gzip
import re
from itertools import pairwise

import pytest

from service.domain.errors import Conflict, SeurantaError, StorageFull
from service.domain.marks import INVENTED
from service.runtime import Runtime
from tests.house import NOON
from tests.web.reading import Page
from tests.web.region import HATTULA, LANGUAGES, Region

STYLE = re.compile(r'href="(/assets/seuranta\.css\?v=[0-9a-f]+)"')
ICON = "/assets/seuranta.svg"
ADDRESSES = ["/", "/portal/", "/worklist/", "/signed-out", "/sign-in/x", "/portal/missing"]


def answer_of(region: Region, address: str):
    nobody = {"/", "/signed-out", "/sign-in/x"}
    if address in nobody:
        return region.anybody().get(address)
    first = region.people[0]
    browser = region.nurse(first.unit) if "worklist" in address else region.patient(first.patient)
    return browser.get(address)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_is_kept_framed_or_scripted(region: Region, address):
    headers = answer_of(region, address).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_has_no_script_no_inline_style_and_nothing_from_elsewhere(region: Region, address):
    page = Page(answer_of(region, address).text)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "style", "iframe", "img", "object"}
    assert not any("style" in attributes for _, attributes in page.elements)
    fetched = [one.get("href", "") for one in page.attributes("link")]
    assert all(one.startswith("/assets/") for one in fetched)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_has_one_heading_of_its_own_and_its_landmarks(region: Region, address):
    page = Page(answer_of(region, address).text)
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("header")) == 1
    assert page.attributes("a")[0] == {"class": "skip", "href": "#content"}
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_page_with_all_it_needs_is_smaller_than_100_kilobytes(crowd: Region):
    browser = crowd.nurse(HATTULA)
    plain = browser.get("/worklist/")
    page = browser.get("/worklist/", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(page.data).count(b"<h2>") == plain.data.count(b"<h2>") == 20
    with browser.get(STYLE.findall(plain.text)[0]) as style, browser.get(ICON) as icon:
        assert len(page.data) + len(style.data) + len(icon.data) < 100_000


def test_the_style_sheet_may_be_kept_because_a_change_changes_its_address(region: Region):
    address = STYLE.findall(region.anybody().get("/").text)[0]
    with region.anybody().get(address) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.mimetype == "text/css"
        assert b"@import" not in answer.data
        assert b"url(" not in answer.data


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_is_not_there_is_a_page(region: Region, language):
    browser = region.patient(region.people[0].patient)
    answer = browser.get("/portal/missing", query_string={"lang": language})
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert region.runtime.words[language].text("message.not_found") in answer.text


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Conflict(), 503, "Yritä uudelleen 1 minuutin kuluttua."),
        (StorageFull(), 507, "Palvelussa on vika."),
        (ZeroDivisionError(), 500, "Palvelussa on vika."),
    ],
)
def test_what_fails_is_a_page_that_names_the_request_and_nothing_else(
    region: Region, monkeypatch, error: SeurantaError, status, said
):
    browser = region.patient(region.people[0].patient)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("service.web.portal.show_care_plan", fail)
    answer = browser.get("/portal/", headers={"X-Request-Id": "a-request"})

    assert answer.status_code == status
    assert said in answer.text
    assert ("Vian tunnus: a-request." in answer.text) == (status != 503)
    assert "Traceback" not in answer.text
    assert type(error).__name__ not in answer.text


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("address", ["/nowhere", "/portal/a/b", "/sign-in/", "/worklist/1/2"])
def test_a_person_whose_address_leads_nowhere_gets_a_page(region: Region, address):
    answer = region.anybody().get(address, headers=BROWSER | {"Accept-Language": "sv"})
    assert answer.status_code == 404
    assert Page(answer.text).all("h1") == ["Sidan hittades inte"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/fhir/Patient/a/b/c", "/worklist/v1/x", "/nowhere"])
def test_a_program_whose_address_leads_nowhere_gets_no_page(region: Region, address):
    headers = {"Accept": "*/*"} if address == "/nowhere" else BROWSER
    answer = region.anybody().get(address, headers=headers)
    assert answer.status_code in {401, 404}
    assert "json" in answer.content_type


def test_the_front_page_is_named_once(region: Region):
    assert Page(region.anybody().get("/").text).all("title") == ["Seuranta"]


def test_an_error_of_the_api_is_no_page(region: Region):
    answer = region.anybody().get("/portal/v1/care-plan")
    assert answer.status_code == 401
    assert answer.mimetype != "text/html"


@pytest.mark.parametrize("address", ["/", "/portal/", "/signed-out", "/sign-in/used"])
def test_where_all_people_are_invented_every_page_says_so(pages: Region, address):
    before = pages.anybody().get(address).text
    pages.runtime.store.carry_out(
        lambda work: work.marks.put(INVENTED, "7"), actor="tests", request="r", at=NOON
    )
    after = pages.anybody().get(address).text
    assert ("Esittelyaineisto." in before, "Esittelyaineisto." in after) == (False, True)


def test_the_front_page_leads_to_the_others(runtime: Runtime, pages: Region):
    del runtime
    page = Page(pages.anybody().get("/").text)
    links = {one["href"] for one in page.attributes("a")}
    assert {"/portal/", "/worklist/", "/docs"} <= links
    assert "Palvelulla ei ole CE-merkintää" in page.words
