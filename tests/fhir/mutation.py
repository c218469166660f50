"""Mutants: resources with one thing made wrong, or only strange, chosen by a seed.

Used to hold verdicts together: whatever a mutant is, every way into the service must judge it alike.
"""

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

Resource = dict[str, Any]
Container = dict[str, Any] | list[Any]


class Mutant(NamedTuple):
    """A changed resource, and in words what was changed where."""

    resource: Resource
    change: str


class Spot(NamedTuple):
    """A value inside a resource: its container and its key or number there."""

    container: Any
    key: str | int

    @property
    def value(self) -> Any:
        return self.container[self.key]

    def put(self, value: Any) -> None:
        self.container[self.key] = value


def mutants(resources: Sequence[Resource], *, seed: int, count: int) -> Iterator[Mutant]:
    """`count` mutants of some resources; the same seed gives the same ones."""
    chance = random.Random(seed)  # noqa: S311 - mutants, no secrets
    for _ in range(count):
        resource = copy.deepcopy(chance.choice(resources))
        spot = chance.choice(list(_spots(resource)))
        name = chance.choice(sorted(MUTATIONS))
        MUTATIONS[name](spot, chance)
        yield Mutant(resource, f"{name} at {spot.key} of {resource.get('resourceType')}")


def _spots(container: Container) -> Iterator[Spot]:
    keys = list(container) if isinstance(container, dict) else range(len(container))
    for spot in (Spot(container, key) for key in keys):
        if spot.key != "resourceType":
            yield spot
        if isinstance(spot.value, dict | list):
            yield from _spots(spot.value)


def _drop(spot: Spot, _: random.Random) -> None:
    del spot.container[spot.key]


def _rename(spot: Spot, chance: random.Random) -> None:
    value = spot.container.pop(spot.key)
    names = [
        f"{spot.key}s",
        f"_{spot.key}",
        str(spot.key).upper(),
        f"{spot.key}__ext",
        "class_fhir",
    ]
    _add(spot.container, chance.choice(names), value)


def _add(container: Container, name: str, value: Any) -> None:
    if isinstance(container, dict):
        container[name] = value
    else:
        container.append(value)


def _replacing(*values: Any) -> Callable[[Spot, random.Random], None]:
    def replace(spot: Spot, chance: random.Random) -> None:
        spot.put(copy.deepcopy(chance.choice(values)))

    return replace


def _retype(spot: Spot, chance: random.Random) -> None:
    value = spot.value
    spot.put(chance.choice([str(value), [value], {"value": value}, 7, 7.0, -1, True, 1e300]))


def _as_json_text(spot: Spot, _: random.Random) -> None:
    spot.put(str(spot.value).replace("'", '"'))


def _adding(*members: tuple[str, Any]) -> Callable[[Spot, random.Random], None]:
    def add(spot: Spot, chance: random.Random) -> None:
        name, value = chance.choice(members)
        inside = spot.value if isinstance(spot.value, dict) else spot.container
        _add(inside, name, copy.deepcopy(value))

    return add


def _add_to_list(spot: Spot, chance: random.Random) -> None:
    listed = spot.value if isinstance(spot.value, list) else [spot.value]
    spot.put([*listed, chance.choice([None, {}, [], "", listed[0] if listed else 1])])


def _nest(spot: Spot, chance: random.Random) -> None:
    nested: Any = {"url": "http://example.org/x", "valueString": "x"}
    for _ in range(chance.choice([3, 20, 45])):
        nested = {"url": "http://example.org/x", "extension": [nested]}
    inside = spot.value if isinstance(spot.value, dict) else spot.container
    _add(inside, "extension", [nested])


def _swap(spot: Spot, chance: random.Random) -> None:
    keys = list(spot.container) if isinstance(spot.container, dict) else []
    other = chance.choice([key for key in keys if key != "resourceType"] or [spot.key])
    here, there = spot.value, spot.container[other]
    spot.put(there)
    spot.container[other] = here


def _change_text(spot: Spot, chance: random.Random) -> None:
    text = spot.value if isinstance(spot.value, str) else "x"
    changes = [
        text.upper(),
        f" {text}",
        f"{text} ",
        f"{text}\u00a0",
        f"{text}\x01",
        text.replace("-", "--", 1),
        text * 70,
        text[: len(text) // 2] or "x",
    ]
    spot.put(chance.choice(changes))


_BAD_DATES = (
    "2021-02-30", "2021-13-01", "2021-02-29", "1900-02-29", "2000-02-29", "0000", "2021-1-1",
    "2021-01-01T10:00", "2021-01-01T10:00:00", "2021-01-01T10:00:00Z", "2021-01-01T24:00:00Z",
    "2021-01-01T10:00:60Z", "2021-01-01T10:00:00+15:00", "2021-01-01T10:00:00.123456789Z",
    "9999-12-31T23:59:59-12:00", "0001-01-01", "20210101", "23 May", "2021", "2021-05",
)  # fmt: skip
_REFERENCES = (
    "Patient/1", "Practitioner/1", "Foo/1", "patient/1", "#", "#nothing", "urn:uuid:1",
    "http://example.org/fhir/Patient/1", "http://example.org/fhir/Medication/1",
    "https://example.org/", "Patient?identifier=a|b", "Patient/1/_history/2", "Patient/1/x",
    "no reference", "../Patient/1", f"Patient/{'1' * 65}",
)  # fmt: skip
_EXTENSIONS: tuple[Any, ...] = (
    {"id": "a"}, {"extension": [{"url": "http://x", "valueCode": "unknown"}]}, "text", [None], {},
    {"extension": []}, {"extension": [{"url": "http://x"}]}, {"fhir_comments": ["x"]},
    {"extension": [{"url": "http://x", "valueInteger": 1, "valueCode": "a"}]},
    {"extension": [{"url": "http://x", "_valueString": {"id": "b"}}]},
    {"extension": [{"url": "http://x", "valueMeta": {"versionId": "1"}}]},
)  # fmt: skip

MUTATIONS: dict[str, Callable[[Spot, random.Random], None]] = {
    "add an element": _adding(
        ("foo", 1),
        ("resourceType", "Patient"),
        ("resource_type", "Patient"),
        ("id", "a" * 70),
        ("id", "x y"),
        ("fhir_comments", ["x"]),
        ("subjectCanonical", "http://x"),
        ("language", "fi"),
        ("contained", [{"resourceType": "Basic", "id": "z"}]),
        ("contained", [{"resourceType": "Substance", "code": {"text": "x"}}]),
        ("meta", {}),
    ),
    "add an extension": _adding(*(("_status", value) for value in _EXTENSIONS)),
    "add another of a choice": _adding(
        ("valueString", "x"),
        ("valueInteger", 3),
        ("valueQuantity", {"value": 1.0}),
        ("effectiveDateTime", "2021-01-01"),
        ("onsetString", "x"),
        ("deceasedBoolean", False),
        ("medicationCodeableConcept", {"text": "x"}),
        ("_valueString", {"id": "a"}),
    ),
    "add to a list": _add_to_list,
    "change the text": _change_text,
    "drop": _drop,
    "nest deeply": _nest,
    "put JSON as text": _as_json_text,
    "put a code": _replacing("finaly", "banana", "final", "male", "active", "", " ", 3),
    "put a date": _replacing(*_BAD_DATES),
    "put a huge text": _replacing("x" * (2**20 + 1)),
    "put a number": _replacing(0, -1, 1.0, 1.5, 2**31, 1e18, 1579046400, "5.2", "1", True),
    "put a reference": _replacing(*({"reference": text} for text in _REFERENCES)),
    "put an extension": _replacing(*_EXTENSIONS),
    "put base64": _replacing("!!!", "QUJD", "QUI=", "QQ==", "QUJ", "Q U J D"),
    "put nothing": _replacing(None, {}, [], "", [None], [{}], [[]]),
    "rename": _rename,
    "retype": _retype,
    "swap": _swap,
}
