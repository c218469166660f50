import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.wording.numbers import Quantity, Share
from service.wording.words import Words
from tests.wording.builders import LANGUAGES, visible

languages = st.sampled_from(LANGUAGES)
values = st.floats(-9_999, 9_999, allow_nan=False)

WRITTEN = [
    (61.0, "61", "61", "61"),
    (2.4, "2,4", "2,4", "2.4"),
    (7.215, "7,22", "7,22", "7.22"),
    (0.012, "0,012", "0,012", "0.012"),
    (0, "0", "0", "0"),
    (1953, "1953", "1953", "1953"),
    (42_500, "42~500", "42~500", "42,500"),
    (Share(0.74), "74~%", "74~%", "74%"),
    (Quantity(61.0, "mmol/mol"), "61~mmol/mol", "61~mmol/mol", "61~mmol/mol"),
    (Quantity(2.4, "mmol/L"), "2,4~mmol/l", "2,4~mmol/l", "2.4~mmol/l"),
    (Quantity(3, "mg/mmol", "<"), "<~3~mg/mmol", "<~3~mg/mmol", "<~3~mg/mmol"),
    (
        Quantity(45, "mL/min/{1.73_m2}"),
        "45~ml/min/1,73~m²",
        "45~ml/min/1,73~m²",
        "45~ml/min/1.73~m²",
    ),
    (Quantity(140, "mm[Hg]"), "140~mmHg", "140~mmHg", "140~mmHg"),
    (Quantity(17, "{score}"), "17~pistettä", "17~poäng", "17~points"),
    (Quantity(1, "{score}"), "1~piste", "1~poäng", "1~point"),
    (Quantity(2.5, "{INR}"), "2,5", "2,5", "2.5"),
    (Quantity(97, "%"), "97~%", "97~%", "97%"),
]


@pytest.mark.parametrize(("value", "fi", "sv", "en"), WRITTEN)
def test_numbers_are_written_as_laboratories_print_them(value, fi, sv, en):
    assert [visible(Words(language).value(value)) for language in LANGUAGES] == [fi, sv, en]


@given(values, languages)
def test_a_number_reads_back_as_itself_to_two_decimals(value, language):
    written = Words(language).value(value).replace("\u2212", "-").replace(",", ".")
    assert float(written) == pytest.approx(value, abs=0.0051)


@given(values, st.sampled_from(["mmol/mol", "mg/mmol", "kg", "mL/min"]), languages)
def test_a_no_break_space_and_no_other_stands_before_the_unit(value, unit, language):
    written = Words(language).value(Quantity(value, unit))
    assert re.fullmatch(r"[^\s]+\u00a0[a-z/]+", written)
