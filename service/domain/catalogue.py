"""The catalogue: the published protocols, our figures, the codes that data carry, and the names of all.

Pure values, read by the FHIR edge (`fhir/protocol/`). A publication makes another catalogue; only its
protocols differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from service.domain.codes import CodeSet
from service.domain.errors import UnknownVersion
from service.domain.figures import Figures
from service.domain.protocol import Kind, Names, Protocol, ProtocolStatus
from service.domain.publication import version_order
from service.domain.visit_figures import VisitFigures


@dataclass(frozen=True, slots=True)
class Item:
    """What is measured, done or found: its UCUM unit (empty: none) and what makes a record count.

    With `presence` a record without a value counts (a form, a photograph, a vaccination).
    `components` must all be in one result. `own` says that the patient's own measurement counts;
    `at_home` is the item it then is. `findings` are the coded values it may have, and
    `condition_finding` the one that a Condition with one of its codes gives.
    """

    key: str
    unit: str = ""
    presence: bool = False
    own: bool = False
    components: tuple[str, ...] = ()
    at_home: str = ""
    findings: frozenset[str] = frozenset()
    condition_finding: str = ""


@dataclass(frozen=True, slots=True)
class Codes:
    """Which codes stand for which item. A code is written `system|code`: `loinc|4548-4`.

    `beginnings` are codes that stand for their subdivisions too (`atc|J07BB`); `series` those of a
    whole series of readings; `answers` are foreign coded values of an item as our findings;
    `target_diseases` what a vaccination is against; `devices` are kinds of device by their codes.
    """

    items: Mapping[str, Item]
    exact: Mapping[str, str]
    beginnings: tuple[tuple[str, str], ...] = ()
    series: frozenset[str] = frozenset()
    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    target_diseases: Mapping[str, str] = field(default_factory=dict)
    devices: Mapping[str, str] = field(default_factory=dict)

    @property
    def set_by_professionals(self) -> frozenset[str]:
        """Items that no code but ours stands for, with coded values: what only a professional can say."""
        known = {key for key, item in self.items.items() if item.findings and not item.presence}
        foreign = {key for code, key in self.exact.items() if not code.startswith("item|")}
        return frozenset(known - foreign)

    def item_of(self, code: str) -> Item | None:
        """The item that a code stands for, itself or as a subdivision."""
        key = self.exact.get(code) or self._broader(code)
        return self.items.get(key) if key else None

    def _broader(self, code: str) -> str | None:
        return next((key for beginning, key in self.beginnings if code.startswith(beginning)), None)


@dataclass(frozen=True, slots=True)
class ActivityText:
    """What a person is told of an activity: what and why, and how to prepare; empty where not written."""

    names: Names
    kind: Kind
    what: Names
    prepare: Names
    reviewed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """All that is published. `protocols` are the newest active versions by id; running plans keep theirs.

    `versions` are all that there are, drafts and retired ones included, by protocol and version.
    `origins` are the protocols that others adapt, by the adaptation's id.
    `names` are by code system (`item`, `finding`, `performer`, `unit` ...), then by code. `not_from`
    maps an item to the Encounter classes whose readings of it do not count. `condition_names` are the
    names of the sets of conditions that rules ask for.
    """

    protocols: Mapping[str, Protocol]
    versions: Mapping[tuple[str, str], Protocol]
    figures: Figures
    visit_figures: VisitFigures
    codes: Codes
    activities: Mapping[str, ActivityText]
    names: Mapping[str, Mapping[str, Names]]
    not_from: Mapping[str, frozenset[str]]
    condition_names: Mapping[CodeSet, Names] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)

    def version_of(self, protocol: str, version: str) -> Protocol:
        """A protocol as a running plan has it; UnknownVersion where that one is not published."""
        found = self.versions.get((protocol, version))
        if found is None:
            raise UnknownVersion(f"Protocol {protocol} is not published in version {version}.")
        return found

    def names_of(self, system: str, code: str) -> Names:
        """The names of one of our codes; the code itself where it has none."""
        return self.names.get(system, {}).get(code) or {"fi": code}

    def canonical(self, protocol: str, version: str) -> str:
        """The canonical of a protocol's version, as a plan names it."""
        return f"{self.version_of(protocol, version).url}|{version}"

    def with_versions(self, versions: Iterable[Protocol]) -> "Catalogue":
        """The same words and figures with these versions of protocols."""
        ordered = sorted(versions, key=lambda one: (one.id, version_order(one.version)))
        active = (one for one in ordered if one.status is ProtocolStatus.ACTIVE)
        return replace(
            self,
            protocols={one.id: one for one in active},
            versions={(one.id, one.version): one for one in ordered},
            origins={one.id: one.origin for one in ordered if one.origin},
        )

    def enrolling_in(self, versions: Mapping[str, str]) -> "Catalogue":
        """The same, with people put on these protocols in these versions."""
        named = {one: self.version_of(one, version) for one, version in versions.items()}
        return replace(self, protocols={**self.protocols, **named})

    def origin_of(self, protocol: str) -> str:
        """The protocol that a chain of adaptations begins with; itself where it adapts none."""
        seen = {protocol}
        while (origin := self.origins.get(protocol, "")) and origin not in seen:
            seen.add(origin)
            protocol = origin
        return protocol

    def held_in(self, protocol: str, unit: str) -> str:
        """What people of a unit follow in place of a protocol: the unit's adaptation, else the region's."""
        seen = {protocol}
        while True:
            own = [
                self.protocols[one]
                for one, of in self.origins.items()
                if of == protocol and one in self.protocols
            ]
            of_unit = [one.id for one in own if unit in one.units]
            of_region = [one.id for one in own if not one.units]
            found = next(iter([*of_unit, *of_region]), protocol)
            if found in seen:
                return protocol
            seen.add(found)
            protocol = found

    def family(self, protocols: Iterable[str]) -> frozenset[str]:
        """These protocols with all that adapt one of them."""
        wanted = frozenset(protocols)
        return wanted | {one for one in self.origins if self.origin_of(one) in wanted}

    @property
    def known(self) -> Mapping[str, Protocol]:
        """The protocols that plans may follow, by id: the newest active version, else the last that was."""
        was = (one for one in self.versions.values() if one.status is ProtocolStatus.RETIRED)
        return {one.id: one for one in was} | dict(self.protocols)
