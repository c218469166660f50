"""Units: spellings, sourced factors, and what may never be converted (what-is-due 2.5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.units import conversion, ucum

CONVERTED = [
    # item, value, as written, in the item's unit, to that value
    ("hba1c", 7.0, "%", "mmol/mol", 53),
    ("hba1c", 6.5, "%", "mmol/mol", 48),
    ("hba1c", 53, "mmol/mol", "mmol/mol", 53),
    ("krea", 1.0, "mg/dL", "umol/L", 88.402),
    ("krea", 95, "umol/l", "umol/L", 95),
    ("ldl", 100, "mg/dL", "mmol/L", 2.586),
    ("trig", 150, "mg/dL", "mmol/L", 1.694),
    ("fpg", 126, "mg/dL", "mmol/L", 6.994),
    ("acr", 30, "mg/g", "mg/mmol", 3.394),
    ("acr", 3.4, "g/mol", "mg/mmol", 3.4),
    ("hb", 12.5, "g/dL", "g/L", 125),
    ("k", 4.1, "mEq/L", "mmol/L", 4.1),
    ("ca", 9.2, "mg/dL", "mmol/L", 2.295),
    ("phosphate", 3.4, "mg/dL", "mmol/L", 1.098),
    ("b12", 300, "pg/mL", "pmol/L", 221.337),
    ("egfr", 62, "ml/min/1,73m²", "mL/min/{1.73_m2}", 62),
    ("egfr", 62, "mL/min", "mL/min/{1.73_m2}", 62),
    ("bp.sys", 142, "mmHg", "mm[Hg]", 142),
    ("bp.sys", 18.9, "kPa", "mm[Hg]", 141.762),
    ("alat", 0.75, "µkat/l", "U/L", 45),
    ("weight", 180, "[lb_av]", "kg", 81.647),
    ("act", 21, "pistettä", "{score}", 21),
]

NOT_CONVERTED = [
    ("hba1c", "mmol/L", "mmol/mol"),
    ("k", "mg/dL", "mmol/L"),
    ("ldl", "g/L", "mmol/L"),
    ("bp.sys", "cm", "mm[Hg]"),
    ("weight", "", "kg"),
]


def converted(item: str, value: float, written: str, unit: str) -> float:
    change = conversion(item, written, unit)
    assert change is not None
    return change.of(value)


@pytest.mark.parametrize(("item", "value", "written", "unit", "expected"), CONVERTED)
def test_a_value_in_a_known_unit_is_converted(item, value, written, unit, expected):
    assert converted(item, value, written, unit) == pytest.approx(expected, abs=0.0005)


@pytest.mark.parametrize(("item", "written", "unit"), NOT_CONVERTED)
def test_a_unit_that_is_none_of_the_items_is_not(item, written, unit):
    assert conversion(item, written, unit) is None


FINNISH = [
    ("mmol/l", "mmol/L"),
    ("Umol/L", "umol/L"),
    ("µmol/l", "umol/L"),
    ("mU/l", "m[IU]/L"),
    ("mlu/l", "m[IU]/L"),
    ("E9/l", "10*9/L"),
    ("ml/min/1.73 m2", "mL/min/{1.73_m2}"),
]


@pytest.mark.parametrize(("written", "code"), FINNISH)
def test_finnish_spellings_are_read(written, code):
    assert ucum(written) == code


@given(
    row=st.sampled_from(CONVERTED),
    low=st.floats(0, 500, allow_nan=False),
    step=st.floats(0.01, 500, allow_nan=False),
)
def test_more_stays_more_so_that_a_comparator_keeps_its_sense(row, low, step):
    item, _, written, unit, _ = row
    less, more = (converted(item, value, written, unit) for value in (low, low + step))
    assert less <= more


@given(st.text(max_size=40))
def test_any_text_is_a_known_unit_or_none(text):
    code = ucum(text)
    assert code is None or ucum(code) == code
