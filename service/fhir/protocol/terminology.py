"""Value sets, concept maps and code systems: items with their codes, sets of conditions, names.

Source: R4 valueset.html, conceptmap.html, codesystem.html; the extensions are our own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from service.domain.catalogue import Codes, Item
from service.domain.codes import CodeSet
from service.domain.protocol import Names
from service.fhir.evidence.code_systems import code_of, coded
from service.fhir.protocol.element import Element


@dataclass(frozen=True, slots=True)
class Terminology:
    """Items with their codes, the kinds of device, and other sets of codes by their value set's address.

    Those are sets of conditions, of procedures and of medicines. `item_sets` and `device_sets` name the
    item and the kind of device of which a value set lists the codes.
    """

    codes: Codes
    conditions: Mapping[str, CodeSet]
    item_sets: Mapping[str, str] = field(default_factory=dict)
    device_sets: Mapping[str, str] = field(default_factory=dict)

    @property
    def devices(self) -> frozenset[str]:
        """The kinds of device that a rule may ask for."""
        return frozenset(self.codes.devices.values())

    def known(self, place: Element, item: str) -> str:
        """An item that has a value set."""
        if item not in self.codes.items:
            raise place.refusal(f"the item `{item}` has no value set.")
        return item

    def conditions_of(self, place: Element, url: str) -> CodeSet:
        """The conditions of a value set."""
        if url not in self.conditions:
            raise place.refusal(f"there is no value set {url}.")
        return self.conditions[url]


def read_terminology(value_sets: Iterable[Element], maps: Iterable[Element]) -> Terminology:
    """All value sets and concept maps of a folder; one with the extension `item` is an item's."""
    sets = list(value_sets)
    of_items = [one for one in sets if one.value_of("item")]
    of_devices = [one for one in sets if one.value_of("device")]
    others = [one for one in sets if not one.value_of("item")]
    codes = replace(_codes(of_items, list(maps)), devices=_devices(of_devices))
    return Terminology(
        codes,
        {one.need("url"): CodeSet(*_members(one)) for one in others},
        item_sets={one.need("url"): one.value_of("item") for one in of_items},
        device_sets={one.need("url"): one.value_of("device") for one in of_devices},
    )


def _devices(value_sets: Iterable[Element]) -> dict[str, str]:
    """The kind of device by the codes that stand for it."""
    members = ((one.value_of("device"), *_members(one)) for one in value_sets)
    return {code: kind for kind, exact, _ in members for code in exact}


def with_own(terminology: Terminology, own: frozenset[str]) -> Terminology:
    """The same, saying of which items the patient's own measurement counts."""
    codes = terminology.codes
    items = {key: replace(item, own=item.own or key in own) for key, item in codes.items.items()}
    return replace(terminology, codes=replace(codes, items=items))


def read_names(systems: Iterable[Element]) -> dict[str, dict[str, Names]]:
    """The names of our own codes, by code system and code."""
    return {
        system.need("id"): {one.need("code"): _names(one) for one in system.children("concept")}
        for system in systems
    }


def read_condition_names(value_sets: Iterable[Element]) -> dict[CodeSet, Names]:
    """The names of sets of conditions, by what they hold; of equal sets the first one's."""
    found: dict[CodeSet, Names] = {}
    for one in value_sets:
        if not one.value_of("item"):
            found.setdefault(CodeSet(*_members(one)), one.names("title"))
    return found


def _names(concept: Element) -> Names:
    designations = concept.get("designation", [])
    return {"fi": concept.need("display")} | {
        one["language"]: one["value"] for one in designations if "language" in one
    }


def _codes(value_sets: list[Element], maps: list[Element]) -> Codes:
    exact: dict[str, str] = {}
    beginnings: list[tuple[str, str]] = []
    for value_set in value_sets:
        item = value_set.value_of("item")
        codes, wider = _members(value_set)
        for code in codes:
            if exact.setdefault(code, item) != item:
                raise value_set.refusal(f"`{code}` stands for `{exact[code]}` already.")
        beginnings += [(code, item) for code in wider]
    return Codes(
        items={one.value_of("item"): _item(one) for one in value_sets},
        exact=exact,
        beginnings=tuple(beginnings),
        series=frozenset(code for one in value_sets for code in _series(one)),
        answers=dict(answer for one in maps for answer in _answers(one)),
        target_diseases=dict(disease for one in value_sets for disease in _diseases(one)),
    )


def _item(value_set: Element) -> Item:
    return Item(
        value_set.value_of("item"),
        unit=value_set.value_of("unit", ""),
        presence=value_set.value_of("presence-counts", default=False),
        own=value_set.value_of("own", default=False),
        components=tuple(value_set.values_of("component")),
        at_home=value_set.value_of("at-home", ""),
        findings=frozenset(value_set.values_of("finding")),
        condition_finding=value_set.value_of("condition-finding", ""),
    )


def _members(value_set: Element) -> tuple[frozenset[str], tuple[str, ...]]:
    """The exact codes of a value set, and the beginnings of codes (its `is-a` filters)."""
    exact: set[str] = set()
    beginnings: list[str] = []
    for include in _includes(value_set):
        system = include.need("system")
        exact |= {code_of(system, one.need("code")) for one in include.children("concept")}
        for part in include.children("filter"):
            if part.get("op") != "is-a":
                raise part.refusal("a value set may filter by `is-a` only.")
            beginnings.append(code_of(system, part.need("value")))
    return frozenset(exact), tuple(beginnings)


def _includes(value_set: Element) -> list[Element]:
    compose = value_set.child("compose")
    return compose.children("include") if compose else []


def _series(value_set: Element) -> Iterator[str]:
    for include in _includes(value_set):
        for one in include.children("concept"):
            if one.value_of("whole-series"):
                yield code_of(include.need("system"), one.need("code"))


def _diseases(value_set: Element) -> Iterator[tuple[str, str]]:
    for code in coded(value_set.values_of("target-disease")):
        yield code, value_set.value_of("item")


def _answers(concept_map: Element) -> Iterator[tuple[tuple[str, str], str]]:
    items = concept_map.values_of("item")
    for group in concept_map.children("group"):
        for one in group.children("element"):
            code = code_of(group.need("source"), one.need("code"))
            for target in one.children("target"):
                yield from (((item, code), target.need("code")) for item in items)
