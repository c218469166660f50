"""The pages in a real Chromium: read on a phone, by keyboard alone, without script, by axe."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect, sync_playwright

from service.domain.access import Identity, Role
from tests.browser import find_chromium
from tests.databases import Databases
from tests.house import house
from tests.web.region import HATTULA, LANGUAGES, Region, receive_many
from tests.web.region import opened as opened_region
from tests.web.serving import served

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
SEEN = [(PHONE, "fi"), (PHONE, "sv"), (PHONE, "en"), (DESK, "fi")]
SEEN_AS = ["phone-fi", "phone-sv", "phone-en", "desk-fi"]
NURSE = Identity(Role.CLINICIAN, "nurse of the tests", unit=HATTULA)
_FOCUS = "getComputedStyle(document.activeElement).outlineStyle"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    arguments = ["--no-sandbox"] * (os.geteuid() == 0)  # root has no sandbox to be in
    with sync_playwright() as playwright:
        program = find_chromium(os.environ)
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def of_region(region: Region) -> Iterator[str]:
    with served(region.app) as address:
        yield address


@pytest.fixture(scope="module")
def of_crowd(crowd: Region) -> Iterator[str]:
    with served(crowd.app) as address:
        yield address


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Open]:
    """Opens an address in a browser of its own; nothing may be refused or fail in its console."""
    complaints: list[str] = []
    contexts = []

    def open_(address: str, size: Any = DESK, **more: Any) -> Page:
        context = chromium.new_context(viewport=size, **({"locale": "fi-FI"} | more))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    refused = [text for text in complaints if not text.startswith("Failed to load resource")]
    assert refused == []


def patient_link(region: Region, number: int = 0) -> str:
    patient = region.people[number].patient
    return region.link(Identity(Role.PATIENT, "tests", patient=patient))


def open_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


def fits(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return not wide


def test_a_patient_reads_the_plan_on_a_phone_and_changes_to_swedish(region, of_region, opened):
    page = opened(of_region + patient_link(region), PHONE)

    expect(page).to_have_url(f"{of_region}/portal/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hoitosuunnitelmasi")
    page.get_by_text("Mitä tutkitaan ja miten valmistaudun").click()
    expect(page.get_by_text("Siksi mittaamme sen 3 kuukauden välein.").first).to_be_visible()

    page.get_by_role("link", name="Svenska").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Din vårdplan")
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    page.get_by_text("Vad undersöks och hur förbereder jag mig").click()
    expect(page.get_by_text("Därför mäter vi det med 3 månaders mellanrum.").first).to_be_visible()
    assert fits(page)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_question_to_a_professional_is_opened_by_keyboard_and_its_error_stands_at_it(
    region, of_region, opened, size
):
    marjatta = region.people[0]
    nurse = Identity(Role.CLINICIAN, "nurse of the tests", unit=marjatta.unit)
    page = opened(of_region + region.link(nurse), size, java_script_enabled=size == DESK)
    page.goto(f"{of_region}/worklist/people/{marjatta.patient}")
    question = page.locator("[aria-labelledby=questions] details").first
    expect(question.get_by_role("group")).to_be_hidden()
    question.locator("summary").focus()
    page.keyboard.press("Enter")
    question.get_by_role("button").focus()
    page.keyboard.press("Enter")

    expect(page).to_have_title("Virhe: Potilaan seuranta \u2013 Seuranta")
    expect(page.get_by_role("alert")).to_contain_text("Valitse vastaus.")
    if size == DESK:  # axe is a script
        assert violations(page) == []
        assert fits(page)


def test_a_clinician_walks_to_the_second_page_by_keyboard_alone(crowd, of_crowd, opened):
    page = opened(of_crowd + crowd.link(NURSE))
    expect(page).to_have_url(f"{of_crowd}/worklist/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Siirry sisältöön")).to_be_focused()
    page.keyboard.press("Enter")

    following = page.get_by_role("link", name="Seuraavat")
    for _ in range(100):
        page.keyboard.press("Tab")
        assert page.evaluate(_FOCUS) != "none", "what has the focus is seen to have it"
        if following.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"Näytetään 21.40 / 45"))).to_be_visible()

    grounds = page.locator("summary", has_text="Perustelut").first
    grounds.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sulkee:").first).to_be_visible()


@pytest.fixture(scope="module")
def hattula(databases: Databases, tmp_path_factory: Any) -> Iterator[Region]:
    """People of Hattula whom a nurse contacts."""
    folder = tmp_path_factory.mktemp("contacts")
    with databases.lend("sqlite") as url, house(url, folder) as runtime:
        receive_many(runtime, 4)
        yield opened_region(runtime)


@pytest.fixture(scope="module")
def of_hattula(hattula: Region) -> Iterator[str]:
    with served(hattula.app) as address:
        yield address


def test_a_nurse_records_a_contact_without_script_and_undoes_it(hattula, of_hattula, opened):
    page = opened(of_hattula + hattula.link(NURSE), java_script_enabled=False)
    row = page.get_by_role("listitem").filter(has_text="Numero01").first
    row.get_by_role("button", name="Kirjaa yhteydenotto").click()
    expect(page).to_have_url(re.compile("/worklist/people/p1/contact"))
    page.get_by_role("button", name="Tallenna yhteydenotto").click()
    expect(page.get_by_role("alert")).to_contain_text("Valitse tulos.")
    page.get_by_role("link", name="Valitse tulos.").click()
    page.get_by_label("Ei vastannut").check()
    page.get_by_role("button", name="Tallenna yhteydenotto").click()
    expect(page.get_by_role("status")).to_contain_text("Kirjattu. Pois soitettavista")
    expect(page.get_by_role("heading", name="Numero01")).to_have_count(0)
    page.get_by_role("button", name="Kumoa").click()
    expect(page.get_by_role("status")).to_contain_text("Yhteydenotto on kumottu.")
    expect(page.get_by_role("heading", name="Numero01")).to_have_count(1)


def test_what_is_wrong_with_a_contact_takes_the_focus_and_leads_to_the_field(
    hattula, of_hattula, opened
):
    page = opened(of_hattula + hattula.link(NURSE))
    page.goto(f"{of_hattula}/worklist/people/p2/contact")
    page.get_by_label("Takaisin listalle").fill("huomenna")
    page.get_by_label("Ei vastannut").focus()
    page.keyboard.press("Space")
    page.get_by_label("Muistiinpano").fill("Soitettu kaksi kertaa.")
    page.get_by_role("button", name="Tallenna yhteydenotto").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page).to_have_title(re.compile("^Virhe: "))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Takaisin listalle")).to_be_focused()
    expect(page.get_by_label("Takaisin listalle")).to_have_value("huomenna")
    expect(page.get_by_label("Muistiinpano")).to_have_value("Soitettu kaksi kertaa.")


@pytest.mark.parametrize(("size", "language"), SEEN, ids=SEEN_AS)
def test_axe_finds_nothing_in_a_contact_right_or_wrong(hattula, of_hattula, opened, size, language):
    page = opened(of_hattula + hattula.link(NURSE), size)
    page.goto(f"{of_hattula}/worklist/people/p3/contact?lang={language}")
    found = violations(page)
    assert fits(page)
    page.locator("form.told button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert found + violations(page) == []
    assert fits(page)
    page.locator("input[value=no-answer]").check()
    page.locator("form.told button").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("status").get_by_role("button").click()


def test_a_link_used_twice_says_so_and_opens_nothing(region, of_region, opened):
    link = of_region + patient_link(region)
    opened(link)
    page = opened(link, PHONE, locale="en-GB")
    expect(page.get_by_role("main")).to_contain_text(
        "This sign-in link has already been used or has expired."
    )
    page.goto(f"{of_region}/portal/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_signing_out_ends_what_can_be_read(region, of_region, opened):
    page = opened(of_region + patient_link(region))
    page.get_by_role("button", name="Kirjaudu ulos").click()
    expect(page.get_by_role("main")).to_contain_text("Olet kirjautunut ulos.")
    page.goto(f"{of_region}/portal/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kirjaudu sisään")


def test_without_script_everything_is_read_all_the_same(region, of_region, opened):
    page = opened(of_region + patient_link(region), PHONE, java_script_enabled=False)
    page.get_by_text("Mitä tutkitaan ja miten valmistaudun").click()
    expect(page.get_by_text("Voit syödä ja juoda tavalliseen tapaan.").first).to_be_visible()


@pytest.mark.parametrize(("size", "language"), SEEN, ids=SEEN_AS)
def test_axe_finds_nothing_in_a_plan(region, of_region, opened, size, language):
    page = opened(of_region + patient_link(region, 1), size)
    page.goto(f"{of_region}/portal/?lang={language}")
    open_everything(page)
    assert violations(page) == []
    assert fits(page)


@pytest.mark.parametrize(("size", "language"), SEEN, ids=SEEN_AS)
def test_axe_finds_nothing_in_a_worklist(region, of_region, opened, size, language):
    nurse = Identity(Role.CLINICIAN, "tests", unit=region.people[1].unit)
    page = opened(of_region + region.link(nurse), size)
    page.goto(f"{of_region}/worklist/?lang={language}")
    open_everything(page)
    assert violations(page) == []
    assert fits(page)


@pytest.mark.parametrize(("size", "language"), SEEN, ids=SEEN_AS)
def test_axe_finds_nothing_in_a_patient_of_the_staff(region, of_region, opened, size, language):
    person = region.people[1]
    page = opened(
        of_region + region.link(Identity(Role.CLINICIAN, "tests", unit=person.unit)), size
    )
    page.goto(f"{of_region}/worklist/people/{person.patient}?lang={language}")
    assert violations(page) == []
    assert fits(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_where_nobody_is_signed_in(of_region, opened, language):
    page = opened(f"{of_region}/?lang={language}", PHONE)
    found = violations(page)
    for path in ("/portal/", "/sign-in/used", "/signed-out"):
        page.goto(f"{of_region}{path}")
        found += violations(page)
        assert fits(page)
    assert found == []


@pytest.mark.parametrize(("size", "language"), SEEN, ids=SEEN_AS)
def test_axe_finds_nothing_in_the_protocols(region, of_region, opened, size, language):
    page = opened(of_region + region.link(NURSE), size)
    for address in ("", "hypothyroidism", "copd/difference?old=asthma"):
        joint = "&" if "?" in address else "?"
        page.goto(f"{of_region}/protocols/{address}{joint}lang={language}")
        open_everything(page)
        assert violations(page) == []
        assert fits(page)


def test_axe_finds_nothing_in_the_form_to_confirm_a_figure(region, of_region, opened):
    page = opened(of_region + region.link(Identity(Role.ADMIN, "administrator")), PHONE)
    page.get_by_role("link", name="Kilpirauhasen vajaatoiminta").click()
    page.get_by_role("link", name="Tuo muutettu taulukko").click()
    assert violations(page) == []
    page.go_back()
    page.get_by_role("link", name="Vahvista: tsh.lithium-or-amiodarone").click()
    assert violations(page) == []
    page.get_by_role("button", name="Kirjaa vahvistus").click()
    expect(page).to_have_title(re.compile("^Virhe:"))
    expect(page.get_by_role("alert")).to_be_focused()
    assert violations(page) == []
    assert fits(page)


def test_text_twice_as_large_still_fits(region, of_region, opened):
    page = opened(of_region + patient_link(region), {"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '225%'")
    open_everything(page)
    assert fits(page)


def test_what_is_tapped_is_large_enough_for_a_finger(region, of_region, opened):
    nurse = Identity(Role.CLINICIAN, "tests", unit=region.people[1].unit)
    page = opened(of_region + region.link(nurse), PHONE)
    open_everything(page)
    tapped = page.locator("button, select, summary, nav a, a.call, a.service")
    heights = [box["height"] for one in tapped.all() if (box := one.bounding_box())]
    assert len(heights) > 10
    assert min(heights) >= 44


def test_on_paper_the_data_are_invented_too_and_nothing_is_left_to_press(region, of_region, opened):
    page = opened(of_region + patient_link(region))
    page.emulate_media(media="print")
    expect(page.get_by_text("Esittelyaineisto.")).to_be_visible()
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_role("button")).to_be_hidden()
    expect(page.get_by_text("Voit syödä ja juoda tavalliseen tapaan.").first).to_be_visible()
