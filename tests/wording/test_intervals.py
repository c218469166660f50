import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.interval import Interval
from service.wording.words import Words
from tests.wording.builders import LANGUAGES, visible

SAID = [
    ("P0D", "heti", "genast", "now"),
    ("P1D", "kerran päivässä", "en gång om dagen", "once a day"),
    ("P2D", "2 päivän välein", "med 2 dagars mellanrum", "every 2 days"),
    ("P1W", "viikon välein", "en gång i veckan", "every week"),
    ("P2W", "2 viikon välein", "med 2 veckors mellanrum", "every 2 weeks"),
    ("P12W", "12 viikon välein", "med 12 veckors mellanrum", "every 12 weeks"),
    ("P1M", "kuukauden välein", "en gång i månaden", "every month"),
    ("P3M", "3 kuukauden välein", "med 3 månaders mellanrum", "every 3 months"),
    ("P18M", "18 kuukauden välein", "med 18 månaders mellanrum", "every 18 months"),
    ("P12M", "kerran vuodessa", "en gång om året", "once a year"),
    ("P1Y", "kerran vuodessa", "en gång om året", "once a year"),
    ("P24M", "2 vuoden välein", "med 2 års mellanrum", "every 2 years"),
    ("P60M", "5 vuoden välein", "med 5 års mellanrum", "every 5 years"),
    (
        "P1M15D",
        "1~kk ja 15~pv välein",
        "med 1~mån. och 15~dgr mellanrum",
        "every 1~mo. and 15~d",
    ),
]


@pytest.mark.parametrize(("iso", "fi", "sv", "en"), SAID)
def test_an_interval_is_said_in_the_largest_whole_unit(iso, fi, sv, en):
    interval = Interval.parse(iso)
    assert [visible(Words(language).value(interval)) for language in LANGUAGES] == [fi, sv, en]


@given(st.integers(0, 240), st.integers(0, 800), st.sampled_from(LANGUAGES))
def test_every_interval_is_a_phrase_without_loose_ends(months, days, language):
    phrase = Words(language).value(Interval(months=months, days=days))
    assert re.fullmatch(r"[^\s{}][^{}]*[^\s{}]", phrase)
    assert "  " not in phrase


@given(st.integers(2, 240))
def test_intervals_of_different_lengths_are_told_apart(months):
    words = Words("fi")
    assert words.value(Interval(months=months)) != words.value(Interval(months=months + 1))
