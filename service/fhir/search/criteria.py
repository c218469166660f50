"""One parameter of a search, as a client names it and gives it a value, read into what is asked.

Source: R4 search.html 3.1.1.4: modifiers, values, chains (`subject:Patient.name`), reverse chains
(`_has:Observation:patient:code`) and composites (`code-value-quantity`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from service.domain.errors import Invalid, Issue
from service.domain.search import (
    Asked,
    BelowUri,
    Chain,
    Composite,
    Criterion,
    Either,
    ReferenceValue,
    ReverseChain,
    SearchKind,
    Value,
)
from service.fhir.own_definitions import own_definitions
from service.fhir.search.hierarchies import Definitions, Members
from service.fhir.search.hierarchies import above as above_code
from service.fhir.search.hierarchies import below as below_code
from service.fhir.search.own_values import or_as_shown, own_values
from service.fhir.search.query_values import (
    above,
    below,
    plain_values,
    reference_value,
    split_unescaped,
    string_value,
    token_value,
    unescaped,
)
from service.fhir.search.refusing import refused
from service.fhir.search.registry import SearchParameter, searchable
from service.fhir.search.value_sets import Known, members_of
from service.fhir.types import SERVED_TYPES

HAS: Final = "_has"
_LONGEST_CHAIN: Final = 5
_MOST_WAYS: Final = 400  # one step from a List to anything is 64; four would be tens of thousands
_MOST_COMPARISONS: Final = 300  # SQLite takes no expression of more than a thousand levels
_MOST_NAMES: Final = 2_000
_NAMED: Final = frozenset({SearchKind.TOKEN, SearchKind.REFERENCE, SearchKind.URI, SearchKind.ID})
_WITHOUT_ROWS: Final = frozenset({SearchKind.ID, SearchKind.LAST_UPDATED})
_NUL: Final = "\0"  # PostgreSQL keeps no text with it, and no resource has it

_Read: TypeAlias = tuple[Asked, ...]


class Ours(NamedTuple):
    """What a search may name: terminology of our own folder and of the record, the protocols by id, each with its adaptations.

    Without a folder or a record there is none of theirs; where `protocols` is None any is taken.
    """

    profiles: Path | None = None
    protocols: Mapping[str, Collection[str]] | None = None
    record: Definitions | None = None

    @property
    def definitions(self) -> Known:
        """Value sets and code systems, our own first."""
        folder = own_definitions(self.profiles) if self.profiles is not None else None
        return Known(tuple(place for place in (folder, self.record) if place is not None))


NOTHING: Final = Ours()


@dataclass(frozen=True, slots=True)
class Reading:
    """What values are read by: the address under which references are our own, now, our definitions."""

    base_url: str
    at: datetime
    ours: Ours = NOTHING


def is_known(resource_type: str, name: str) -> bool:
    """Whether a name asks something of a type: by a parameter, along one, or in reverse."""
    code = name.partition(".")[0].partition(":")[0]
    return code == HAS or code in searchable(resource_type)


def read_criteria(
    resource_type: str, name: str, value: str, by: Reading, *, steps: int = 0
) -> tuple[Asked, ...]:
    """What a known parameter asks; all of it must hold.

    Raises Invalid for a modifier or a chain that is not supported, ValueError for a wrong value.
    """
    if _NUL in value:
        raise ValueError("no value has the character NUL")
    if steps > _LONGEST_CHAIN:
        raise refused(name, f"a chain has {_LONGEST_CHAIN} steps at most")
    first, _, rest = name.partition(".")
    if first.startswith(f"{HAS}:") or first == HAS:
        return (_reverse_chain(resource_type, name, value, by, steps),)
    code, _, modifier = first.partition(":")
    parameter = searchable(resource_type).get(code)
    if parameter is None:
        raise refused(name, f"{resource_type} has no search parameter `{code[:64]}`")
    if rest:
        return (_chain(parameter, modifier, rest, value, by, steps),)
    return _plain(resource_type, parameter, modifier, value, by)


def expect_few_ways(asked: Iterable[Asked]) -> None:
    """Raise Invalid where chains that name no types lead along more ways than a database plans."""
    if sum(map(_ways, asked)) > _MOST_WAYS:
        words = "the chains lead along too many types: name them, as in `subject:Patient.name`"
        raise Invalid(issues=[Issue("too-costly", words)])


def _ways(asked: Asked) -> int:
    if isinstance(asked, Chain):
        return sum(_ways(one) for _, inner in asked.targets for one in inner)
    return sum(map(_ways, asked.asked)) if isinstance(asked, ReverseChain) else 1


def _chain(
    parameter: SearchParameter, modifier: str, rest: str, value: str, by: Reading, steps: int
) -> Chain:
    """What is asked of the targets, of each type that they may have and that knows the rest."""
    may_be = parameter.points_at
    if not may_be or modifier not in {"", *(may_be if parameter.is_canonical else SERVED_TYPES)}:
        raise refused(f"{parameter.code}:{modifier}" if modifier else parameter.code, _NO_CHAIN)
    types = [type_ for type_ in ([modifier] if modifier else may_be) if is_known(type_, rest)]
    if not types:
        raise refused(rest, f"nothing that `{parameter.code}` points at is searched by it")
    found: list[tuple[str, _Read]] = []
    wrong: list[ValueError] = []
    for type_ in types:
        try:
            found.append((type_, read_criteria(type_, rest, value, by, steps=steps + 1)))
        except ValueError as error:
            wrong.append(error)
    if not found:
        raise wrong[0]
    definitions = (parameter.addressed_by(type_) for type_, _ in found)
    chain = Chain(parameter.numbers, tuple(found), tuple(filter(None, definitions)))
    expect_few_ways([chain])
    return chain


def _reverse_chain(
    resource_type: str, name: str, value: str, by: Reading, steps: int
) -> ReverseChain:
    _, _, along = name.partition(":")
    source, _, along = along.partition(":")
    code, _, rest = along.partition(":")
    parameter = searchable(source).get(code) if source in SERVED_TYPES else None
    if parameter is None or not rest or not parameter.points_at:
        raise refused(name, "`_has:Type:reference:parameter` is expected")
    if resource_type not in parameter.points_at:
        raise refused(name, f"`{code}` of {source} does not point at {resource_type}")
    asked = read_criteria(source, rest, value, by, steps=steps + 1)
    definition = parameter.addressed_by(resource_type)
    return ReverseChain(source, parameter.numbers, resource_type, asked, definition)


_NO_CHAIN: Final = "only a reference is chained, by itself or with a type that it points at"


def _plain(
    resource_type: str, parameter: SearchParameter, modifier: str, value: str, by: Reading
) -> tuple[Asked, ...]:
    if modifier == "missing":
        return _missing(resource_type, parameter, value)
    if modifier in {"in", "not-in"} and parameter.kind is SearchKind.TOKEN:
        return (_in_value_set(parameter, value, by, negated=modifier == "not-in"),)
    if modifier in _OF_CODES and parameter.kind is SearchKind.TOKEN:
        return (_along_hierarchy(parameter, modifier, value, by),)
    texts = [text for text in split_unescaped(value, ",") if text]
    most = _MOST_NAMES if parameter.kind in _NAMED else _MOST_COMPARISONS
    if len(texts) > most:
        raise ValueError(f"there are more than {most} values")
    if parameter.kind is SearchKind.COMPOSITE:
        return _composite(resource_type, parameter, modifier, texts, by)
    if parameter.is_url and not modifier and "|" in value:
        return (_with_version(resource_type, parameter, texts, by),)
    asked = [
        or_as_shown(
            resource_type,
            parameter.code,
            _criterion(parameter, kind, values, negated=modifier == "not"),
        )
        for kind, values in _values(parameter, modifier, texts, by)
    ]
    return (asked[0] if len(asked) == 1 else Either(tuple(asked)),)


def _criterion(
    parameter: SearchParameter, kind: SearchKind, values: tuple[Value, ...], *, negated: bool
) -> Criterion:
    number, *also = parameter.numbers
    common = parameter.is_common and kind is SearchKind.TOKEN
    return Criterion(number, kind, values, negated=negated, also=tuple(also), common=common)


_Values: TypeAlias = Sequence[tuple[SearchKind, tuple[Value, ...]]]


def _values(
    parameter: SearchParameter, modifier: str, texts: Sequence[str], by: Reading
) -> _Values:
    """The values by the index that they stand in: references may stand in two."""
    if parameter.kind is SearchKind.REFERENCE:
        return _references(parameter, modifier, texts, by)
    if parameter.kind is SearchKind.URI and modifier in {"above", "below"}:
        return _along_paths(modifier, texts)
    if parameter.kind is SearchKind.STRING and modifier in {"exact", "contains"}:
        return [(parameter.kind, tuple(string_value(text, modifier) for text in texts))]
    if parameter.has_text and modifier == "text":
        return [(SearchKind.STRING, tuple(string_value(text, "begins") for text in texts))]
    is_token = SearchKind.TOKEN in {parameter.kind, parameter.own_type}
    if modifier and not (is_token and modifier == "not"):
        raise _unsupported(parameter, modifier)
    if parameter.own_type:
        read_here = partial(own_values, base_url=by.base_url, at=by.at, protocols=by.ours.protocols)
        return [(parameter.kind, read_here(parameter, texts))]
    read = plain_values(parameter, by.at)[parameter.kind]
    return [(parameter.kind, tuple(value for text in texts for value in read(text)))]


def _references(
    parameter: SearchParameter, modifier: str, texts: Sequence[str], by: Reading
) -> _Values:
    if modifier == "identifier" and not parameter.is_canonical:
        return [(SearchKind.TOKEN, tuple(token_value(text, parameter) for text in texts))]
    if modifier in {"above", "below"} and parameter.is_canonical:
        return _along_paths(modifier, texts)
    if modifier and (modifier not in SERVED_TYPES or parameter.is_canonical):
        raise _unsupported(parameter, modifier)
    found = [
        reference_value(text, parameter, base_url=by.base_url, target=modifier) for text in texts
    ]
    addresses = tuple(value for value in found if isinstance(value, str))
    own = [value for value in found if isinstance(value, ReferenceValue)]
    fitting = tuple(value for value in own if parameter.target in {"", value.type})
    if addresses and not own:
        return [(SearchKind.URI, addresses)]
    return [
        (SearchKind.REFERENCE, fitting),
        *([(SearchKind.URI, addresses)] if addresses else []),
    ]


def _along_paths(modifier: str, texts: Sequence[str]) -> _Values:
    if modifier == "above":
        return [(SearchKind.URI, tuple(one for text in texts for one in above(text)))]
    return [(SearchKind.URI, tuple(BelowUri(below(text)) for text in texts))]


def _with_version(
    resource_type: str, parameter: SearchParameter, texts: Sequence[str], by: Reading
) -> Asked:
    """A canonical address with its version, asked of the two elements that hold them."""
    version = searchable(resource_type)["version"]
    alternatives: list[Asked] = []
    for text in texts:
        url, *versions = split_unescaped(text, "|", most=2)
        [asked] = _plain(resource_type, parameter, "", url, by)
        parts = [asked, *(_plain(resource_type, version, "", one, by)[0] for one in versions)]
        alternatives.append(Composite(tuple(one for one in parts if isinstance(one, Criterion))))
    return alternatives[0] if len(alternatives) == 1 else Either(tuple(alternatives))


def _composite(
    resource_type: str,
    parameter: SearchParameter,
    modifier: str,
    texts: Sequence[str],
    by: Reading,
) -> tuple[Asked, ...]:
    """What one element meets together; its first part is asked alone too, for an index finds that."""
    if modifier:
        raise _unsupported(parameter, modifier)
    whole = [_parts(resource_type, parameter, text, by) for text in texts]
    firsts = tuple(value for parts in whole for value in parts[0].values)
    together = tuple(Composite(parts) for parts in whole)
    asked = together[0] if len(together) == 1 else Either(together)
    if len({parts[0].kind for parts in whole}) > 1:
        return (asked,)
    return (asked, replace(whole[0][0], values=firsts)) if whole else (asked,)


def _parts(
    resource_type: str, parameter: SearchParameter, text: str, by: Reading
) -> tuple[Criterion, ...]:
    texts = split_unescaped(text, "$")
    if len(texts) != len(parameter.components) or not all(texts):
        raise ValueError(f"it has {len(parameter.components)} parts with `$` between them")
    known = searchable(resource_type)
    return tuple(
        _part(known[code], one, by) for code, one in zip(parameter.components, texts, strict=True)
    )


def _part(parameter: SearchParameter, text: str, by: Reading) -> Criterion:
    [(kind, values)] = _values(parameter, "", [text], by)
    return _criterion(parameter, kind, values, negated=False)


def _in_value_set(
    parameter: SearchParameter, value: str, by: Reading, *, negated: bool
) -> Criterion:
    members = members_of(unescaped(value), by.ours.definitions)
    return _criterion(parameter, SearchKind.TOKEN, _also_plain(parameter, members), negated=negated)


_OF_CODES: Final = {"above": above_code, "below": below_code}


def _along_hierarchy(
    parameter: SearchParameter, modifier: str, value: str, by: Reading
) -> Criterion:
    """A code, `system|code`, with all above or below it."""
    texts = filter(None, split_unescaped(value, ","))
    try:
        found = [one for text in texts for one in _related(modifier, text, by)]
    except ValueError as error:
        raise refused(f"{parameter.code}:{modifier}", str(error)) from None
    values = _also_plain(parameter, tuple(dict.fromkeys(found)))
    return _criterion(parameter, SearchKind.TOKEN, values, negated=False)


def _related(modifier: str, text: str, by: Reading) -> Members:
    parts = [unescaped(part) for part in split_unescaped(text, "|", most=2)]
    if len(parts) == 1 or not all(parts):
        raise ValueError("a code with its system is expected: `system|code`")
    return _OF_CODES[modifier](parts[0], parts[1], by.ours.definitions)


def _also_plain(parameter: SearchParameter, members: Members) -> Members:
    """The codes, and those of an element's own system as they stand in it: without."""
    own = (one._replace(system="") for one in members if one.system in parameter.systems)
    return (*members, *dict.fromkeys(own))


def _missing(resource_type: str, parameter: SearchParameter, value: str) -> tuple[Asked, ...]:
    """Whether there is a value: it may stand in several indexes, as a reference or its identifier."""
    if value not in {"true", "false"}:
        raise ValueError("`:missing` is true or false")
    if parameter.kind is SearchKind.COMPOSITE:
        raise _unsupported(parameter, "missing")
    missing = value == "true"
    if parameter.kind in _WITHOUT_ROWS:
        return (_criterion(parameter, parameter.kind, (), negated=False),) if missing else ()
    any_target = (ReferenceValue(parameter.target, ""),) if parameter.target else ()
    asked = tuple(
        or_as_shown(
            resource_type,
            parameter.code,
            replace(
                _criterion(parameter, kind, any_target, negated=False),
                missing=missing,
                common=False,
            ),
        )
        for kind in _indexes(parameter)
    )
    return asked if missing or len(asked) == 1 else (Either(asked),)


def _indexes(parameter: SearchParameter) -> tuple[SearchKind, ...]:
    if parameter.own_type or parameter.target:
        return (parameter.kind,)
    if parameter.is_canonical:
        return (SearchKind.URI,)
    if parameter.kind is SearchKind.REFERENCE:
        return (SearchKind.REFERENCE, SearchKind.URI, SearchKind.TOKEN, SearchKind.STRING)
    return (SearchKind.TOKEN, SearchKind.STRING) if parameter.has_text else (parameter.kind,)


def _unsupported(parameter: SearchParameter, modifier: str) -> Invalid:
    return refused(parameter.code, f"the modifier `:{modifier[:64]}` is not supported for it")
