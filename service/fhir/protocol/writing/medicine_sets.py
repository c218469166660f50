"""Groups of medicines as ValueSets, by which the inputs of an action ask for them.

The engine reads the beginnings of ATC codes in the rule itself; every other one needs the ValueSet.
"""

from collections.abc import Container, Iterator
from typing import Any, Final

from service.fhir.evidence.code_systems import BASE
from service.fhir.protocol.element import TRANSLATION
from service.fhir.protocol.writing.inputs import medicines
from service.fhir.protocol.writing.names import Json, url_of

ATC: Final = "http://www.whocc.no/atc"
_NAMES: Final = {"fi": "Lääkkeet", "sv": "Läkemedel", "en": "Medicines"}


def unknown_groups(action: Json, version: str, known: Container[str]) -> Iterator[Json]:
    """The ValueSets of the groups that an action's rules name and nobody has defined."""
    for group in sorted(set(_groups(action))):
        if url_of("ValueSet", medicines(list(group))) not in known:
            yield _value_set(group, version)


def _groups(value: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        parts = value.get("extension", [])
        if group := tuple(one["valueCode"] for one in parts if one["url"] == "atc"):
            yield group
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _groups(one)


def _value_set(group: tuple[str, ...], version: str) -> Json:
    name = medicines(list(group))
    titles = {language: f"{said}: {', '.join(group)}" for language, said in _NAMES.items()}
    return {
        "resourceType": "ValueSet",
        "id": name,
        "language": "fi",
        "url": f"{BASE}/ValueSet/{name}",
        "version": version,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "title": titles["fi"],
        "_title": {"extension": [_translation(one, titles[one]) for one in ("sv", "en")]},
        "status": "active",
        "experimental": True,
        "publisher": "Seuranta",
        "compose": {"include": [_subdivisions(code) for code in group]},
    }


def _subdivisions(code: str) -> Json:
    return {"system": ATC, "filter": [{"property": "concept", "op": "is-a", "value": code}]}


def _translation(language: str, text: str) -> Json:
    parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": text}]
    return {"url": TRANSLATION, "extension": parts}
