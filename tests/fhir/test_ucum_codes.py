"""Which codes are units of UCUM."""

import pytest

from service.fhir.ucum import canonical
from service.fhir.ucum_codes import is_unit

UNITS = (
    "1 % mmol/L mmol/mol mm[Hg] kg/m2 /min 10*9/L 10*-3 mL/min/{1.73_m2} {score} Cel [degF] [pH] "
    "u[IU]/mL mg/(24.h) (mmol/L)/h B[SPL] g% [in_i'H2O] %[slope] ' m/s2 kg.m.s-2 {a}/{b} daPa KiBy "
    "/{HPF} meq/L a_j [m/s2/Hz^(1/2)] m[H2O]{mean} m+2 [arb'U]/mL"
)
NO_UNITS = (
    "mmHg mmol/l/ //L mg//dL E9/l x10*9/L ml/min/1,73m2 m[Hg mg/(dL mg)/dL beats/minute yrs µg "
    "hr mg{a}{b} {a}mg Kg [xx] k% 2m . / () mg..L cc {å}"
)


@pytest.mark.parametrize("code", UNITS.split())
def test_a_code_of_ucum_is_one(code: str) -> None:
    assert is_unit(code)


@pytest.mark.parametrize("code", ["", " ", "mg dL", *NO_UNITS.split(), "m" * 300])
def test_another_code_is_none(code: str) -> None:
    assert not is_unit(code)


def test_what_is_converted_is_a_unit_or_an_arbitrary_one_of_its_own() -> None:
    for code in UNITS.split():
        assert canonical(code) is None or is_unit(code)
