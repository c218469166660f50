"""Units of one dimension become one unit; what must not be compared stays apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.units import conversion
from service.fhir.ucum import canonical


def turned(value: float, code: str) -> tuple[float, str]:
    found = canonical(code)
    assert found is not None
    return found.of(value), found.unit


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((5.4, "mmol/L"), (5400, "umol/L")),
        ((5.4, "mmol/L"), (5.4, "mmol/l")),
        ((140, "mg/dL"), (1.4, "g/L")),
        ((1, "mg/dL"), (10, "ug/mL")),
        ((61, "mmol/mol"), (0.061, "mol/mol")),
        ((3, "mg/g"), (3, "g/kg")),
        ((1, "%"), (10, "[ppth]")),
        ((37, "Cel"), (98.6, "[degF]")),
        ((37, "Cel"), (310.15, "K")),
        ((2, "h"), (120, "min")),
        ((1, "wk"), (7, "d")),
        ((60, "U/L"), (1, "ukat/L")),
        ((4, "10*9/L"), (4000, "/uL")),
        ((1, "[lb_av]"), (0.45359237, "kg")),
        ((1, "[ft_i]"), (12, "[in_i]")),
        ((25, "kg/m2"), (25, "kg.m-2")),
        ((60, "/min"), (1, "Hz")),
        ((90, "mL/min/{1.73_m2}"), (90, "mL/min")),
        ((2, "m[IU]/L"), (2, "u[iU]/mL")),
        ((1, "kPa"), (1, "(kg.m/s2)/m2.1000")),
    ],
)
def test_the_same_value_in_two_units_is_one(
    one: tuple[float, str], other: tuple[float, str]
) -> None:
    assert turned(*one) == turned(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("%", "mmol/mol"),  # HbA1c of 7 % is 53 mmol/mol
        ("meq/L", "mmol/L"),  # not for calcium
        ("mg/dL", "mmol/L"),  # the substance is not known
        ("[IU]/L", "U/L"),
        ("mg/g", "mmol/mol"),
        ("mm[Hg]", "mm"),
    ],
)
def test_what_is_not_of_one_kind_stays_apart(one: str, other: str) -> None:
    assert turned(1, one)[1] != turned(1, other)[1]


@pytest.mark.parametrize(
    "code",
    [
        *("", " ", "nonsense", "mg/", "/", "m//s", "(mg", "mg)", "mg..dL", "mmol/L ", "B[SPL]"),
        *("{score}", "10*99999", "0-1", "/0", "mg{", "5.4", "x" * 5_000, "10*99.10*99.10*99.10*99"),
    ],
)
def test_what_is_no_unit_of_ours_is_not_converted(code: str) -> None:
    found = canonical(code)
    assert found is None or (code == "5.4" and found.unit == "1")


@given(st.text("mgl/.0*-[]{}()IUHgLd%", max_size=12))
def test_any_text_is_read_or_not(code: str) -> None:
    found = canonical(code)
    assert found is None or isinstance(found.of(1.0), float)


@given(st.sampled_from(["mmol/L", "umol/L", "g/dL", "kPa", "L/s"]), st.floats(0.001, 10_000))
def test_a_value_keeps_its_order(code: str, value: float) -> None:
    assert turned(value * 1.001, code)[0] > turned(value, code)[0]


@pytest.mark.parametrize(
    ("written", "unit"),
    [("g/dL", "g/L"), ("mg/dL", "g/L"), ("ukat/L", "U/L"), ("g", "kg"), ("L/s", "L/min")],
)
def test_what_is_due_converts_as_a_search_does(written: str, unit: str) -> None:
    own = conversion("any", written, unit)
    assert own is not None
    assert turned(2500, written) == turned(own.of(2500), unit)
