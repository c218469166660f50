"""Kleene's logic over days: what is put together says on each day what its parts say on that day."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.domain.truth import (
    Ground,
    Span,
    Timeline,
    Truth,
    all_of,
    always,
    any_of,
    from_spans,
    negation,
    span_on,
    true_since,
    truth_of,
    untrue_since,
)
from tests.builders import a_day

FIRST = date(2024, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(12)]
TRUTHS = st.sampled_from(Truth)
GROUNDS = st.lists(st.sampled_from([Ground("a"), Ground("b", event=FIRST)]), max_size=2).map(tuple)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Any timeline that changes within the days."""
    starts = draw(st.lists(st.sampled_from(DAYS), unique=True, max_size=6))
    return from_spans(Span(day, draw(TRUTHS), draw(GROUNDS)) for day in [date.min, *starts])


MANY = st.lists(timelines(), min_size=1, max_size=4)


def truths(timeline: Timeline) -> list[Truth]:
    """The truth on each day."""
    return [span_on(timeline, day).truth for day in DAYS]


@given(MANY)
def test_all_is_on_each_day_the_least_true_of_its_parts(parts: list[Timeline]) -> None:
    assert truths(all_of(parts)) == [
        min(of_day) for of_day in zip(*map(truths, parts), strict=True)
    ]


@given(MANY)
def test_any_is_on_each_day_the_truest_of_its_parts(parts: list[Timeline]) -> None:
    assert truths(any_of(parts)) == [
        max(of_day) for of_day in zip(*map(truths, parts), strict=True)
    ]


@given(timelines())
def test_not_turns_true_and_false_and_leaves_unknown(one: Timeline) -> None:
    turned = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN}

    assert truths(negation(one)) == [turned[truth] for truth in truths(one)]


@given(timelines())
def test_not_not_says_the_same(one: Timeline) -> None:
    assert truths(negation(negation(one))) == truths(one)


@given(MANY)
def test_de_morgan(parts: list[Timeline]) -> None:
    negated = [negation(part) for part in parts]

    assert truths(negation(all_of(parts))) == truths(any_of(negated))
    assert truths(negation(any_of(parts))) == truths(all_of(negated))


@given(timelines(), timelines())
def test_the_order_of_the_parts_does_not_matter(one: Timeline, other: Timeline) -> None:
    assert truths(all_of([one, other])) == truths(all_of([other, one]))
    assert truths(any_of([one, other])) == truths(any_of([other, one]))


@given(timelines(), timelines())
def test_the_grounds_are_those_of_all_parts_that_share_the_deciding_truth(
    one: Timeline, other: Timeline
) -> None:
    for day in DAYS:
        spans = [span_on(one, day), span_on(other, day)]
        both = span_on(any_of([one, other]), day)
        deciding = {ground for s in spans if s.truth is both.truth for ground in s.grounds}
        assert set(both.grounds) == deciding


@given(MANY)
def test_no_two_neighbours_are_the_same(parts: list[Timeline]) -> None:
    line = all_of([*parts, always(Truth.TRUE)])

    assert all(old[1:] != new[1:] for old, new in pairwise(line))
    assert [span.start for span in line] == sorted({span.start for span in line})
    assert line[0].start == date.min


@given(timelines())
def test_true_since_is_the_first_day_of_the_unbroken_true_stretch(one: Timeline) -> None:
    for number, day in enumerate(DAYS):
        since = true_since(one, day)
        held = [d for d in DAYS[: number + 1] if since is not None and d >= since]
        assert (since is not None) == (span_on(one, day).truth is Truth.TRUE)
        assert all(span_on(one, d).truth is Truth.TRUE for d in held)
        assert since in {None, date.min} or not _is_true_before(one, since)


@given(timelines())
def test_untrue_since_is_its_mirror(one: Timeline) -> None:
    mirror = from_spans(s._replace(truth=truth_of(s.truth is not Truth.TRUE)) for s in one)

    assert [untrue_since(one, day) for day in DAYS] == [true_since(mirror, day) for day in DAYS]


def _is_true_before(one: Timeline, day: date | None) -> bool:
    assert day
    return span_on(one, day - timedelta(days=1)).truth is Truth.TRUE


def test_what_is_not_so_is_no_event() -> None:
    diagnosed = always(Truth.FALSE, Ground("diagnosed", event=a_day("2024-01-01")))

    (span,) = negation(diagnosed)

    assert span.grounds == (Ground("diagnosed"),)


def test_of_two_spans_on_one_day_the_last_given_holds() -> None:
    first, second = Span(FIRST, Truth.TRUE), Span(FIRST, Truth.FALSE)

    assert span_on(from_spans([Span(date.min, Truth.UNKNOWN), first, second]), FIRST) == second
