# ruff: noqa: RUF001 - ranges of days and months are written with an en dash
import re
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.wording.dates import Days, Months
from service.wording.words import Words
from tests.wording.builders import LANGUAGES

days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
ranges = st.tuples(days, days).map(lambda pair: Days(min(pair), max(pair)))
languages = st.sampled_from(LANGUAGES)

WRITTEN = [
    (date(2027, 6, 12), "12.6.2027", "12.6.2027", "12 June 2027"),
    (Days(date(2027, 6, 12), date(2027, 6, 12)), "12.6.2027", "12.6.2027", "12 June 2027"),
    (Days(date(2027, 6, 3), date(2027, 6, 12)), "3.–12.6.2027", "3–12.6.2027", "3–12 June 2027"),
    (
        Days(date(2027, 5, 28), date(2027, 6, 12)),
        "28.5.–12.6.2027",
        "28.5–12.6.2027",
        "28 May–12 June 2027",
    ),
    (
        Days(date(2027, 12, 28), date(2028, 1, 12)),
        "28.12.2027–12.1.2028",
        "28.12.2027–12.1.2028",
        "28 December 2027–12 January 2028",
    ),
    (
        datetime(2027, 6, 22, 9, 30),  # noqa: DTZ001 - the clinic's own time, as pages show it
        "tiistai 22.6.2027 klo 9.30",
        "tisdag 22.6.2027 kl. 9.30",
        "Tuesday 22 June 2027 at 9:30",
    ),
    (time(14, 5), "14.05", "14.05", "14:05"),
]
SEEN_ON = date(2027, 6, 7)
MONTHS = [
    (date(2027, 8, 20), date(2027, 9, 11), "elo–syyskuu", "augusti–september", "August–September"),
    (date(2027, 8, 1), date(2027, 8, 31), "elokuu", "augusti", "August"),
    (
        date(2028, 1, 10),
        date(2028, 3, 1),
        "tammi–maaliskuu 2028",
        "januari–mars 2028",
        "January–March 2028",
    ),
    (
        date(2027, 12, 10),
        date(2028, 1, 9),
        "joulukuu 2027–tammikuu 2028",
        "december 2027–januari 2028",
        "December 2027–January 2028",
    ),
]


@pytest.mark.parametrize(("value", "fi", "sv", "en"), WRITTEN)
def test_days_and_times_are_written_as_people_write_them(value, fi, sv, en):
    assert [Words(language).value(value) for language in LANGUAGES] == [fi, sv, en]


@pytest.mark.parametrize(("first", "last", "fi", "sv", "en"), MONTHS)
def test_later_months_are_named(first, last, fi, sv, en):
    months = Months(first, last, SEEN_ON)
    assert [Words(language).value(months) for language in LANGUAGES] == [fi, sv, en]


@pytest.mark.parametrize("backwards", [Days(date(2027, 6, 12), date(2027, 6, 3))])
def test_a_range_that_runs_backwards_is_refused(backwards):
    with pytest.raises(ValueError, match="2027-06-12 is after 2027-06-03"):
        Words("fi").value(backwards)


@given(ranges)
def test_a_finnish_range_reads_back_as_the_same_days(range_):
    first, _, last = Words("fi").value(range_).rpartition("–")
    day, month, year = (int(part) for part in last.split("."))
    begins = [int(part) for part in re.findall(r"\d+", first)] or [day]
    rest = [day, month, year][len(begins) :]
    assert (date(year, month, day), date(*reversed([*begins, *rest]))) == (
        range_.last,
        range_.first,
    )


@given(ranges, languages)
def test_a_range_ends_with_its_last_day_and_has_no_double_space(range_, language):
    words = Words(language)
    written = words.value(range_)
    assert written.endswith(words.value(range_.last))
    assert written.startswith(str(range_.first.day))
    assert "  " not in written


@given(ranges, days, languages)
def test_a_range_of_months_names_another_year(range_, seen_on, language):
    written = Words(language).value(Months(range_.first, range_.last, seen_on))
    said = str(range_.last.year) in written
    assert said == (range_.last.year != seen_on.year or range_.first.year != range_.last.year)
