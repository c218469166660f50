"""Values of queries: what a backslash protects."""

from hypothesis import given
from hypothesis import strategies as st

from service.fhir.search.query_values import split_unescaped, unescaped

_TEXTS = st.text(alphabet="ab,|$\\ ", max_size=8)


def escaped(text: str) -> str:
    for sign in "\\,|$":
        text = text.replace(sign, f"\\{sign}")
    return text


@given(st.lists(_TEXTS, min_size=1, max_size=4))
def test_escaped_texts_are_split_and_read_as_they_were(texts: list[str]) -> None:
    joined = ",".join(map(escaped, texts))
    assert [unescaped(part) for part in split_unescaped(joined, ",")] == texts


@given(_TEXTS, _TEXTS)
def test_a_bar_splits_once_and_keeps_the_rest(system: str, code: str) -> None:
    joined = f"{escaped(system)}|{escaped(code)}"
    assert [unescaped(part) for part in split_unescaped(joined, "|", most=2)] == [system, code]


def test_an_escaped_backslash_protects_nothing_after_it() -> None:
    assert split_unescaped(r"a\\,b", ",") == [r"a\\", "b"]
