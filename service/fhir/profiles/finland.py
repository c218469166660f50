"""The base profiles of HL7 Finland, as the package carries them: profiles, extensions, terminology.

Source: Finnish Base Profiles 2.0.0-rc2 (hl7.fi), CC0-1.0, cut by `tools/cut_finnish_profiles.py`.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from service.fhir.nested import Resource

_FILES: Final = {
    "StructureDefinition": "profiles",
    "ValueSet": "value_sets",
    "CodeSystem": "code_systems",
}


def finnish(type_: str, canonical: str) -> Resource | None:
    """The definition at an address, with the version that is carried or without one."""
    url, _, version = canonical.partition("|")
    return _listed(type_).get(url) if version in {"", _version()} else None


@cache
def finnish_profiles_of(resource_type: str) -> tuple[str, ...]:
    """The addresses of the profiles of a type."""
    profiles = _listed("StructureDefinition").items()
    return tuple(url for url, one in profiles if one["type"] == resource_type)


@cache
def _listed(type_: str) -> Mapping[str, Resource]:
    name = _FILES.get(type_)
    found: Mapping[str, Resource] = msgspec.json.decode(_bytes(name)) if name else {}
    return found


@cache
def _version() -> str:
    return msgspec.json.decode(_bytes("origin"), type=dict[str, str])["version"]


def _bytes(name: str) -> bytes:
    return (resources.files("service.fhir") / "finland" / f"{name}.json").read_bytes()
