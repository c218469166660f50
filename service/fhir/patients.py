"""Whose data a resource is: the patients it is about.

Source: `types.SUBJECTS`; a resource named for several patients is about all of them.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from service.fhir.nested import Resource
from service.fhir.references import own_target
from service.fhir.types import SUBJECTS

PATIENT = "Patient"


def patients_of(resource: Resource, *, base_url: str = "") -> tuple[str, ...]:
    """The ids of the Patients that a resource is about, each once; none where it is no one's.

    References under `base_url` are our own; a Patient is about itself, a Bundle about the patients
    of its entries.
    """
    kind = resource["resourceType"]
    if kind == PATIENT:
        return (resource["id"],) if "id" in resource else ()
    if kind == "Bundle":
        return _of_entries(resource, base_url)
    subjects = _subjects(kind)
    found = (id_ for path in subjects for id_ in _named(resource, path, base_url))
    return tuple(dict.fromkeys(found)) if subjects else ()


def _of_entries(bundle: Resource, base_url: str) -> tuple[str, ...]:
    inner = [entry["resource"] for entry in bundle.get("entry", ()) if "resource" in entry]
    found = (id_ for resource in inner for id_ in patients_of(resource, base_url=base_url))
    return tuple(dict.fromkeys(found))


@cache
def _subjects(resource_type: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(path.split(".")) for path in SUBJECTS.get(resource_type, ()))


def _named(value: Any, path: tuple[str, ...], base_url: str) -> Iterator[str]:
    """The patients that the references at the end of a path point at."""
    if isinstance(value, list):
        for item in value:
            yield from _named(item, path, base_url)
    elif path:
        if isinstance(value, dict) and path[0] in value:
            yield from _named(value[path[0]], path[1:], base_url)
    elif isinstance(value, dict) and isinstance(pointer := value.get("reference"), str):
        target = own_target(pointer, base_url)
        if target is not None and target.type == PATIENT:
            yield target.id
