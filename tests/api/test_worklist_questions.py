"""What can be asked of the worklist, and what becomes of a question that cannot."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from cryptography.fernet import Fernet

from service.api.schemas.worklist import Reading
from service.domain.access import Role, Viewer
from service.domain.errors import Invalid
from service.domain.window import State
from service.domain.worklist import Sort, WorklistQuestion
from service.fhir.protocol.reader import read_protocols

PROFILES = Path(__file__).parents[2] / "fhir_profiles"
TODAY = date(2026, 11, 21)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
VIEWER = Viewer(Role.SYSTEM, TODAY, subject="tests")


@cache
def reading() -> Reading:
    catalogue = read_protocols(PROFILES)
    return Reading("worklist/follow-ups", lambda: catalogue, Fernet.generate_key())


def asked(text: str, at: datetime = MONDAY) -> WorklistQuestion:
    pairs = parse_qsl(text, keep_blank_values=True)
    return reading().read(pairs, viewer=VIEWER, at=at).question


def test_nothing_asked_is_everything_overdue_today():
    assert asked("") == WorklistQuestion(as_of=TODAY)


def test_all_that_can_be_asked_is_read():
    assert asked(
        "status=due&unit=u1&protocol=asthma&activity=act&performer=nurse&booked=no&language=sv"
        "&distance_over=30&as_of=2026-02-28&known_at=2026-03-01T10:00:00%2B02:00"
        "&sort=since&limit=7"
    ) == WorklistQuestion(
        as_of=date(2026, 2, 28),
        known_at=datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
        states=frozenset({State.DUE}),
        units=("u1",),
        protocols=frozenset({"asthma"}),
        activities=frozenset({"act"}),
        performers=frozenset({"nurse"}),
        booked=False,
        language="sv",
        distance_over=30,
        sort=Sort.SINCE,
        limit=7,
    )


def test_an_instant_may_come_with_a_plus_that_was_not_encoded():
    known_at = asked("known_at=2026-11-22T10:00:00+02:00").known_at
    assert known_at == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("cursor", ["x", "gAAAAABh", "ä"])
def test_a_forged_cursor_is_refused(cursor):
    with pytest.raises(Invalid) as refused:
        asked(f"cursor={cursor}")
    assert refused.value.issues[0].expression == "cursor"


def test_a_cursor_lives_for_a_day_and_pins_what_was_known():
    first = reading().read([("limit", "1")], viewer=VIEWER, at=MONDAY)
    cursor = reading().next(first, (1, "a"), viewer=VIEWER, at=MONDAY)
    following = asked(f"cursor={cursor}", MONDAY + timedelta(hours=23))
    assert (following.after, following.known_at, following.limit) == ((1, "a"), MONDAY, 1)
    with pytest.raises(Invalid, match="older than a day"):
        asked(f"cursor={cursor}", MONDAY + timedelta(hours=25))


def test_the_last_page_has_no_cursor():
    last = reading().read([], viewer=VIEWER, at=MONDAY)
    assert reading().next(last, None, viewer=VIEWER, at=MONDAY) is None


WRONG = {
    "status=late": ("status", "any of upcoming, due, overdue, paused, ended"),
    "protocol=gout": ("protocol", "type-2-diabetes"),
    "activity=toenails": ("activity", "hba1c"),
    "performer=robot": ("performer", "nurse"),
    "booked=perhaps": ("booked", "one of yes, no"),
    "sort=name": ("sort", "one of urgency, since"),
    "limit=501": ("limit", "a whole number from 1 to 500"),
    "limit=0": ("limit", "a whole number from 1 to 500"),
    "limit=ten": ("limit", "a whole number from 1 to 500"),
    "distance_over=-1": ("distance_over", "a whole number from 0"),
    "as_of=2026-02-30": ("as_of", "a day, YYYY-MM-DD"),
    "as_of=9999-12-31": ("as_of", "a day, YYYY-MM-DD"),
    "as_of=today": ("as_of", "a day, YYYY-MM-DD"),
    "known_at=2026-11-21T10:00:00": ("known_at", "an instant with its offset"),
    "known_at=noon": ("known_at", "an instant with its offset"),
    "language=fi_FI.UTF-8": ("language", "a language code"),
    "unit=a%20b": ("unit", "ids of resources"),
    "sort=since&sort=urgency": ("sort", "it may be given once"),
    "cursor=": ("cursor", "the `next` of an earlier answer"),
    "colour=red": ("colour", "there are status, unit"),
    "as-of=2026-11-21": ("as-of", "There is no parameter `as-of`; there are status"),
    "Colour%21=red": ("", "There is an unknown parameter"),
}


@pytest.mark.parametrize(("question", "fault"), WRONG.items(), ids=WRONG)
def test_a_wrong_parameter_is_named_with_what_is_allowed(question, fault):
    with pytest.raises(Invalid) as refused:
        asked(question)
    [issue] = refused.value.issues
    assert issue.expression == fault[0]
    assert fault[1] in issue.words


def test_what_was_sent_is_never_repeated():
    with pytest.raises(Invalid) as refused:
        asked("unit=010101-900R%20&language=010101-900R+&limit=010101900")
    assert "010101" not in str([issue.words for issue in refused.value.issues])
