"""The search parameters of a type as a query names them, aliases resolved to where their rows are.

Source: R4 searchparameter-registry.html; `r4/parameters.json`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from service.domain.search import Definition, SearchKind
from service.fhir.definitions import Parameter, codes, search_parameters
from service.fhir.search.own_parameters import ASKED_OF, OwnParameter, own_of
from service.fhir.search.paths import DECEASED, SearchPath, paths_of
from service.fhir.search.values import WITH_TEXT
from service.fhir.types import SERVED_TYPES

_KINDS: Final = {
    "composite": SearchKind.COMPOSITE,
    "date": SearchKind.DATE,
    "number": SearchKind.QUANTITY,
    "quantity": SearchKind.QUANTITY,
    "reference": SearchKind.REFERENCE,
    "string": SearchKind.STRING,
    "token": SearchKind.TOKEN,
    "uri": SearchKind.URI,
}
_FEW_VALUES: Final = frozenset({"code", "boolean"})
_OWN_COLUMNS: Final = {"_id": SearchKind.ID, "_lastUpdated": SearchKind.LAST_UPDATED}


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """A parameter that can be searched by.

    Its rows stand under `numbers`, of references only those to `target` where there is one.
    `targets` are the types it can point at; `systems` the code systems that its plain codes are of;
    `is_canonical` where it holds canonical addresses and no References. Where it `has_text`, its
    words have rows of strings; `is_common` where few codes are shared by all. `components` are the
    parameters of a composite. Of our own parameters `own_type` is FHIR's name of the type, and
    `definition` where it is defined.
    """

    code: str
    kind: SearchKind
    numbers: tuple[int, ...]
    target: str = ""
    targets: tuple[str, ...] = ()
    systems: frozenset[str] = frozenset()
    is_canonical: bool = False
    is_number: bool = False
    has_text: bool = False
    is_common: bool = False
    components: tuple[str, ...] = ()
    own_type: str = ""
    definition: str = ""

    @property
    def points_at(self) -> tuple[str, ...]:
        """The served types that it may point at: by reference, or by canonical address."""
        if self.kind is not SearchKind.REFERENCE:
            return ()
        served = self.targets or SERVED_TYPES
        return tuple(
            type_
            for type_ in served
            if type_ in SERVED_TYPES and (not self.is_canonical or definition_of(type_))
        )

    def addressed_by(self, target: str) -> Definition | None:
        """How a target is found where this holds canonical addresses; None of References."""
        return definition_of(target) if self.is_canonical else None

    @property
    def is_url(self) -> bool:
        """Whether it is the canonical address of a definition, which may be asked with a version."""
        return self.code == "url" and self.kind is SearchKind.URI


@cache
def searchable(resource_type: str) -> Mapping[str, SearchParameter]:
    """All parameters that a type can be searched by, by their names, sorted."""
    listed = {
        parameter.code: _search_parameter(parameter, resource_type)
        for parameter in _all(resource_type)
        if parameter.kind in _KINDS and not parameter.not_indexed
    }
    ours = {one.code: _own(one, resource_type) for one in own_of(resource_type)}
    return dict(sorted({**listed, **ours}.items()))


@cache
def definition_of(resource_type: str) -> Definition | None:
    """Where a type holds its canonical address and version; None where it has none."""
    known = searchable(resource_type)
    if "url" not in known or "version" not in known:
        return None
    return Definition(known["url"].numbers[0], known["version"].numbers[0])


@cache
def unsearchable(resource_type: str) -> Mapping[str, str]:
    """Why the standard's other parameters of a type cannot be searched by, by their names."""
    return {
        parameter.code: parameter.not_indexed
        for parameter in _all(resource_type)
        if parameter.code not in searchable(resource_type)
    }


def _all(resource_type: str) -> tuple[Parameter, ...]:
    own = search_parameters().get(resource_type, ())
    return (*own, *search_parameters()["Resource"])


def _search_parameter(parameter: Parameter, resource_type: str) -> SearchParameter:
    paths = _paths(parameter, resource_type)
    types = {path.type for path in paths}
    kind = _OWN_COLUMNS.get(parameter.code, _KINDS[parameter.kind])
    return SearchParameter(
        code=parameter.code,
        kind=kind,
        numbers=parameter.alias_of or (parameter.number,),
        target=parameter.alias_target,
        targets=_targets(parameter, paths),
        systems=_systems(paths) if types == {"code"} else frozenset(),
        is_canonical=parameter.kind == "reference" and not types & {"Reference", "Resource"},
        is_number=parameter.kind == "number",
        has_text=kind is SearchKind.TOKEN and not types.isdisjoint(WITH_TEXT),
        is_common=kind is SearchKind.TOKEN and bool(types) and types <= _FEW_VALUES,
        components=parameter.components,
    )


def _own(one: OwnParameter, resource_type: str) -> SearchParameter:
    return SearchParameter(
        code=one.code,
        kind=ASKED_OF[resource_type],
        numbers=(one.aspect,),
        targets=("Organization",) if one.type == "reference" else (),
        is_number=one.type == "number",
        own_type=one.type,
        definition=one.definition,
    )


def _paths(parameter: Parameter, resource_type: str) -> tuple[SearchPath, ...]:
    if parameter.expression == DECEASED or parameter.code in _OWN_COLUMNS or parameter.components:
        return ()
    return paths_of(parameter, resource_type)


def _targets(parameter: Parameter, paths: tuple[SearchPath, ...]) -> tuple[str, ...]:
    """The types that a parameter can point at, as far as its elements allow them on this type."""
    if parameter.alias_target:
        return (parameter.alias_target,)
    allowed = {target for path in paths for target in path.targets}
    if not allowed or not parameter.targets:
        return parameter.targets or tuple(sorted(allowed))
    return tuple(target for target in parameter.targets if target in allowed)


def _systems(paths: tuple[SearchPath, ...]) -> frozenset[str]:
    """The code systems that plain codes are of."""
    value_sets = {path.codes for path in paths if path.codes in codes()}
    return frozenset(system for name in value_sets for system in codes()[name])
