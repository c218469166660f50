"""A narrative that a browser would be harmed by is refused at the door: no page ever has to mend it."""

import pytest

from service.fhir.narrative import fault_of
from tests.fhir.examples import DEFECTS, official

XHTML = "http://www.w3.org/1999/xhtml"


def inside(text: str) -> str:
    return f'<div xmlns="{XHTML}">{text}</div>'


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<SCRIPT>alert(1)</SCRIPT>",
        "<p onclick='alert(1)'>x</p>",
        "<img src='x' onerror='alert(1)'/>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='JaVaScRiPt:alert(1)'>x</a>",
        "<a href='java&#x0A;script:alert(1)'>x</a>",
        "<a href='java&#9;script:alert(1)'>x</a>",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<a href=' javascript:alert(1)'>x</a>",
        "<a href='vbscript:x'>x</a>",
        "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
        "<a href='data:image/svg+xml,x'>x</a>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='/>",
        "<a href='blob:x'>x</a>",
        "<a href='//elsewhere.example/x'>x</a>",
        "<iframe src='https://elsewhere.example'/>",
        "<object data='x'>x</object>",
        "<embed src='x'/>",
        "<form action='https://elsewhere.example'><input name='x'/></form>",
        "<link rel='stylesheet' href='https://elsewhere.example'/>",
        "<style>p {}</style>",
        "<base href='https://elsewhere.example'/>",
        "<meta http-equiv='refresh' content='0'/>",
        "<svg onload='alert(1)'/>",
        "<math href='javascript:alert(1)'>x</math>",
        "<p style='width: expression(alert(1))'>x</p>",
        "<p style='background: url(javascript:alert(1))'>x</p>",
        "<p style='back\\67round: x'>x</p>",
        "<p style='-moz-binding: url(x)'>x</p>",
        "<p>unclosed",
        "&notanentity;",
        "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    ],
)
def test_what_could_run_or_fetch_is_refused(text):
    assert fault_of(inside(text)) is not None


def test_no_document_type_and_no_entities_of_its_own():
    bomb = '<!DOCTYPE div [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert fault_of(f'{bomb}<div xmlns="{XHTML}">&b;</div>') is not None


@pytest.mark.parametrize(
    "text",
    [
        "<p>Fundus <b>photograph</b>: no change</p>",
        "<table class='grid'><tr><td style='color: red'>48</td></tr></table>",
        "<a href='Patient/1'>the patient</a> <a href='#part'>a part</a>",
        "<a href='https://example.org/x?a=b&amp;c=d'>elsewhere</a> <a href='mailto:x@y.example'>x</a>",
        "<img src='#picture' alt='x'/>",
        "<img src='data:image/png;base64,iVBORw0KGgo=' alt='x'/>",
        "5 &lt; 6 &amp; 7 &gt; 6",
    ],
)
def test_what_only_formats_is_kept_as_it_is(text):
    assert fault_of(inside(text)) is None


def test_the_narratives_of_others_are_fit_to_be_shown():
    bodies = [example.resource for example in official() if example.name not in DEFECTS]
    divs = {one["text"]["div"] for one in bodies if "div" in one.get("text", {})}
    assert len(divs) > 300
    assert [found for div in divs if (found := fault_of(div))] == []
