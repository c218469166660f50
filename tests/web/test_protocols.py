"""The pages of protocols: read by all who work here, in three languages, with what awaits a clinician marked."""

import io
import json
from typing import Any

import pytest
from openpyxl import load_workbook

from service.domain.access import Identity, Role
from service.protocol_tables.drafting import Adaptation
from service.protocol_tables.reading_back import read_back
from service.protocol_tables.shelf import opened_shelf
from service.protocol_tables.submitting import submit
from service.workbooks import as_csv
from tests.house import SYSTEM
from tests.web.reading import Page
from tests.web.region import HATTULA, LANGUAGES, Region

STAFF = {
    "nurse": Identity(Role.CLINICIAN, "nurse", unit=HATTULA),
    "auditor": Identity(Role.AUDITOR, "auditor"),
    "administrator": Identity(Role.ADMIN, "administrator"),
}
UNCONFIRMED = {"fi": "vahvistamatta", "sv": "obekräftad", "en": "unconfirmed"}


def read(region: Region, address: str, who: str = "nurse") -> Page:
    answer = region.browser(STAFF[who]).get(address)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def adapted(region: Region, version: str) -> None:
    """A local adaptation of hypothyroidism with one other interval."""
    shelf = opened_shelf(region.runtime, SYSTEM)
    table = shelf.table(shelf.plan("hypothyroidism"), "fi")
    body = as_csv(table).replace(",P6W,", ",P9W,").encode()
    names = dict.fromkeys(LANGUAGES, "Hattulan kilpirauhasohjelma")
    adaptation = Adaptation("hattula-thyroid", names)
    draft = read_back(shelf, "table.csv", body, version, adaptation)
    submit(region.runtime, draft.resources, SYSTEM)


@pytest.mark.parametrize("who", STAFF)
def test_all_who_work_here_read_all_protocols(region: Region, who: str) -> None:
    page = read(region, "/protocols/", who)
    assert page.all("h1") == ["Seurantaohjelmat"]
    assert len(page.all("tr")) == 22
    assert "2026.1 · käytössä" in page.all("td")


def test_who_is_not_signed_in_or_is_a_patient_reads_none(region: Region) -> None:
    for browser in (region.anybody(), region.patient(region.people[0].patient)):
        for address in ("/protocols/", "/protocols/copd", "/protocols/copd/workbook"):
            assert browser.get(address).status_code == 401


def test_who_administers_comes_to_the_protocols_by_their_link(pages: Region) -> None:
    answer = pages.anybody().get(pages.link(STAFF["administrator"]))
    assert answer.headers["Location"] == "/protocols/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_protocol_is_told_in_the_readers_language(region: Region, language: str) -> None:
    page = read(region, f"/protocols/hypothyroidism?lang={language}")
    names = {"fi": "Kilpirauhasen vajaatoiminta", "sv": "Hypotyreos", "en": "Hypothyroidism"}
    assert page.all("h1") == [names[language]]
    assert any(UNCONFIRMED[language] in cell for cell in page.all("td"))
    assert len(page.all("caption")) == 3
    links = [one.get("href", "") for one in page.attributes("a")]
    assert any(link.startswith("https://www.kaypahoito.fi/") for link in links)


def test_a_protocol_is_downloaded_as_the_workbook_that_is_read_back(region: Region) -> None:
    answer = region.browser(STAFF["nurse"]).get("/protocols/copd/workbook?version=2026.1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="copd-2026.1.xlsx"'
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert sheet.cell(3, 1).value == "copd"
    shelf = opened_shelf(region.runtime, SYSTEM)
    assert read_back(shelf, "copd.xlsx", answer.data, "2027.1").resources == ()


def test_an_adaptation_shows_its_origin_and_what_it_changes(pages: Region) -> None:
    adapted(pages, "2026.2")
    page = read(pages, "/protocols/hattula-thyroid")
    assert any("Paikallinen muunnos ohjelmasta: hypothyroidism 2026.1" in p for p in page.all("p"))
    difference = read(pages, "/protocols/hattula-thyroid/difference?lang=en")
    assert difference.all("td") == ["changed: Interval", "P6W", "P9W"]
    origin = read(pages, "/protocols/hypothyroidism?lang=en")
    assert "Adaptation: hattula-thyroid 2026.2" in origin.all("a")


def test_a_version_that_differs_in_nothing_says_so(region: Region) -> None:
    page = read(region, "/protocols/copd/difference?lang=en")
    assert "Nothing changes." in page.all("p")


@pytest.mark.parametrize(
    "address", ["gout", "copd?version=1999.1", "gout/workbook", "copd/difference?old=x"]
)
def test_what_is_not_there_is_a_page_that_says_so(region: Region, address: str) -> None:
    answer: Any = region.browser(STAFF["nurse"]).get(f"/protocols/{address}")
    assert answer.status_code == 404
    assert json.dumps(address) not in answer.text


CONFIRM = "/protocols/hypothyroidism/confirm?figure=tsh.lithium-or-amiodarone"


def test_who_administers_confirms_a_figure_by_a_form(pages: Region) -> None:
    browser = pages.browser(STAFF["administrator"])
    links = [
        one.get("href", "")
        for one in Page(browser.get("/protocols/hypothyroidism").text).attributes("a")
    ]
    assert any("figure=tsh.lithium-or-amiodarone" in link for link in links)
    assert Page(browser.get(CONFIRM).text).all("h1") == ["Vahvista luku"]

    answer = browser.post(CONFIRM, data={"role": "lääkäri", "source_read": "oma käytäntö"})
    assert answer.headers["Location"] == "/protocols/hypothyroidism?version=2026.2"
    shown = Page(browser.get(answer.headers["Location"]).text)
    assert any("vahvistus: lääkäri · administrator" in cell for cell in shown.all("td"))


def test_what_is_missing_in_the_form_is_told_and_what_was_typed_stays(pages: Region) -> None:
    answer = pages.browser(STAFF["administrator"]).post(CONFIRM, data={"role": "lääkäri"})
    assert answer.status_code == 400
    page = Page(answer.text)
    assert page.all("title")[0].startswith("Virhe:")
    fields = {one.get("id"): one for one in page.attributes("input")}
    assert fields["role"]["value"] == "lääkäri"
    assert fields["source_read"]["aria-invalid"] == "true"


def test_only_who_administers_may_confirm(region: Region) -> None:
    nurse = region.browser(STAFF["nurse"])
    assert nurse.get(CONFIRM).status_code == 401
    assert nurse.post(CONFIRM, data={"role": "x", "source_read": "y"}).status_code == 401
    assert "figure=" not in nurse.get("/protocols/hypothyroidism").text


def test_a_figure_that_is_not_there_cannot_be_confirmed(region: Region) -> None:
    browser = region.browser(STAFF["administrator"])
    assert browser.get("/protocols/copd/confirm?figure=gold").status_code == 400


def uploaded(region: Region, body: bytes, version: str = "2027.1") -> Any:
    browser = region.browser(STAFF["administrator"])
    sent = {"workbook": (io.BytesIO(body), "mine.xlsx"), "version": version}
    return browser.post("/protocols/hypothyroidism/upload", data=sent)


def workbook_with(region: Region, interval: str) -> bytes:
    """The workbook of hypothyroidism with another interval after a change of thyroxine."""
    address = "/protocols/hypothyroidism/workbook?version=2026.1"
    book = load_workbook(io.BytesIO(region.browser(STAFF["nurse"]).get(address).data))
    sheet = book.worksheets[0]
    (cell,) = (one for one in sheet[4] if one.value == "P6W")
    cell.value = interval
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_sent_back_becomes_a_draft_and_its_changes_are_shown(pages: Region) -> None:
    answer = uploaded(pages, workbook_with(pages, "P9W"))
    assert answer.status_code == 303
    shown = read(pages, f"{answer.headers['Location']}&lang=en", "administrator")
    assert shown.all("td") == ["changed: Interval", "P6W", "P9W"]


def test_each_cell_that_is_wrong_is_told_on_the_page(region: Region) -> None:
    answer = uploaded(region, workbook_with(region, "9 vk"))
    assert answer.status_code == 400
    page = Page(answer.text)
    assert any(one.startswith("hypothyroidism!M4: “9 vk” is no interval") for one in page.all("li"))
    assert page.all("title")[0].startswith("Virhe:")


@pytest.mark.parametrize("body", [b"no workbook", b""])
def test_what_is_no_workbook_is_told(region: Region, body: bytes) -> None:
    answer = uploaded(region, body)
    assert (answer.status_code, "The file is no workbook" in answer.text) == (400, True)


def test_only_who_administers_may_send_a_workbook(region: Region) -> None:
    nurse = region.browser(STAFF["nurse"])
    assert nurse.get("/protocols/copd/upload").status_code == 401
    assert nurse.post("/protocols/copd/upload").status_code == 401
    nothing = region.browser(STAFF["administrator"]).post("/protocols/copd/upload", data={})
    assert "Valitse tiedosto." in nothing.text
