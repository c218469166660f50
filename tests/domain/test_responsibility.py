"""The unit on a day: the episode's, else the registered one, else the latest visited, else none."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.fact import UNIT, Fact
from service.domain.responsibility import GROUNDS, NO_UNIT, responsibilities
from tests.builders import a_patient, a_unit

FIRST = date(2024, 1, 1)
UNITS = st.lists(
    st.builds(
        lambda start, length, unit, ground: Fact(
            UNIT,
            FIRST + timedelta(days=start),
            f"{ground}/{unit}-{start}",
            FIRST + timedelta(days=start + length),
            code=unit,
            detail=ground,
        ),
        st.integers(0, 15),
        st.integers(0, 10),
        st.sampled_from(["a", "b"]),
        st.sampled_from(GROUNDS),
    ),
    max_size=6,
)


def unit_on(facts: list[Fact], day: date) -> str:
    """The unit by asking each ground in turn."""
    held = sorted((f for f in facts if f.day <= day <= f.until), key=lambda f: (f.day, f.source))
    latest = [[f.code for f in held if f.detail == ground][-1:] for ground in GROUNDS]
    return [*[code for codes in latest for code in codes], NO_UNIT][0]


@given(UNITS)
def test_on_each_day_one_unit_is_responsible(facts: list[Fact]) -> None:
    found = responsibilities(a_patient(*facts))

    for number in range(-1, 30):
        day = FIRST + timedelta(days=number)
        held = [one for one in found if one.start <= day]
        assert held[-1].unit == unit_on(facts, day)


def test_without_any_unit_the_patient_has_none_and_is_still_there() -> None:
    (only,) = responsibilities(a_patient())

    assert only == (date.min, NO_UNIT, "")


def test_the_ground_of_it_is_told() -> None:
    found = responsibilities(a_patient(a_unit("hc", "2024-03-01", "registered")))

    assert [one.ground for one in found] == ["", "registered"]
