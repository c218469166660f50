"""References of a transaction: the addresses of its entries become the resources they were stored as.

Source: R4 http.html#trules: in References, in uri and url elements (not canonical), and in links and
images of the narrative; everything else of the body stays byte for byte.
"""

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any, Final, NamedTuple

import orjson

from service.fhir.nested import Resource, resources_in
from service.fhir.references import Target, condition_of
from service.fhir.splicing import Edit, edited
from service.fhir.walking import members_of, nodes, root_of

# A JSON string that may be an address, and what stands before it where it is a plain Reference: in
# most senders' bodies all of them are, and nothing more has to be looked at.
_ADDRESS: Final = re.compile(rb'"(?:urn:|https?://|[A-Z][A-Za-z]+[/?])[^"\\]+"')
_POINTER: Final = re.compile(rb'"reference"\s*:\s*$')
_LONGEST_GAP: Final = 64
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"(\s*:)?')
_LINK: Final = re.compile(r"""(\s(?:href|src)\s*=\s*)(["'])(.*?)\2""")
# Escaped letters or slashes may hide an address, and a narrative may have links.
_MARKS_OF_MORE: Final = re.compile(rb"\\u00[2-7]|\\/|href|src")
# The standard names oid and uuid too; but what an entry became is `Type/id`, which is neither.
_ADDRESS_TYPES: Final = frozenset({"uri", "url"})
_VERSION: Final = "/_history/"


class _Text(NamedTuple):
    """A string of a resource: the type of its element, and whether that is Reference.reference."""

    value: str
    kind: str
    is_pointer: bool


def resolve(body: bytes, replacements: Mapping[str, Target]) -> bytes:
    """The body with the addresses that are keys of `replacements` written as `Type/id`.

    A version-specific address becomes one of the version that was stored.
    """
    known = list(_known(body, replacements))
    if _has_more(body) or not all(_is_pointer(body, match) for match, _ in known):
        return edited(body, _typed_edits(body, replacements))
    return edited(body, map(_plain_edit, known)) if known else body


def _known(
    body: bytes, replacements: Mapping[str, Target]
) -> Iterator[tuple[re.Match[bytes], str]]:
    """The strings of a body that are addresses of this transaction, each with its new one."""
    for match in _ADDRESS.finditer(body):
        old = match[0][1:-1].decode()
        if old in replacements or _VERSION in old:
            new = _resolved(old, replacements)
            if new is not None:
                yield match, new


def conditions_in(body: bytes) -> tuple[str, ...]:
    """The conditional references (`Patient?identifier=...`) of a body, each once."""
    return tuple(places_of_conditions(body, ""))


def places_of_conditions(body: bytes, expression: str) -> dict[str, str]:
    """The conditional references of a body that stands at a place, each with where it first stands."""
    if b"?" not in body:
        return {}
    found: dict[str, str] = {}
    for place in resources_in(orjson.loads(body), expression):
        for node in nodes(root_of(place.resource, place.expression)):
            pointer = node.value.get("reference")
            if node.kind == "Reference" and isinstance(pointer, str) and condition_of(pointer):
                found.setdefault(pointer, f"{node.expression}.reference")
    return found


def addresses_in(body: bytes, known: Container[str]) -> tuple[str, ...]:
    """Which of some known addresses the references of a body name, each once."""
    matches = _ADDRESS.finditer(body)
    found = (_plain(match) for match in matches if _is_pointer(body, match))
    return tuple(dict.fromkeys(text for text in found if text in known))


def _plain(match: re.Match[bytes]) -> str:
    return match[0][1:-1].decode()


def _is_pointer(body: bytes, match: re.Match[bytes]) -> bool:
    begin = match.start()
    before = body[max(begin - _LONGEST_GAP, 0) : begin]
    return before.endswith(b'"reference":') or _POINTER.search(before) is not None


def _has_more(body: bytes) -> bool:
    return (b"\\" in body or b"='" in body) and _MARKS_OF_MORE.search(body) is not None


def _plain_edit(known: tuple[re.Match[bytes], str]) -> Edit:
    match, address = known
    return Edit(match.start(), match.end(), orjson.dumps(address))


def _resolved(address: str, replacements: Mapping[str, Target]) -> str | None:
    """The new address of an old one; None for what is not of this transaction."""
    if (target := replacements.get(address)) is not None:
        return f"{target.type}/{target.id}"
    plain, mark, _ = address.partition(_VERSION)
    if mark and (target := replacements.get(plain)) is not None:
        return f"{target.type}/{target.id}{_VERSION}{target.version}"
    return None


def _typed_edits(body: bytes, replacements: Mapping[str, Target]) -> Iterator[Edit]:
    """Each string of the text beside its value and the type of its element, in the same order."""
    resource = orjson.loads(body)
    values = (match for match in _STRING.finditer(body) if match[1] is None)
    for match, text in zip(values, _texts_of(resource), strict=True):
        changed = _changed(text, replacements)
        if changed is not None:
            yield Edit(match.start(), match.end(), orjson.dumps(changed))


def _changed(text: _Text, replacements: Mapping[str, Target]) -> str | None:
    if text.kind == "xhtml":
        changed = _LINK.sub(lambda match: _relinked(match, replacements), text.value)
        return changed if changed != text.value else None
    if text.is_pointer or text.kind in _ADDRESS_TYPES:
        return _resolved(text.value, replacements)
    return None


def _relinked(match: re.Match[str], replacements: Mapping[str, Target]) -> str:
    address = _resolved(match[3], replacements)
    return match[0] if address is None else f"{match[1]}{match[2]}{address}{match[2]}"


def _texts_of(resource: Resource) -> Iterator[_Text]:
    return _texts(resource, resource["resourceType"])


def _texts(value: Any, kind: str, name: str = "", owner: str = "") -> Iterator[_Text]:
    """All strings inside a value in the order of the text, with the types of their elements."""
    if isinstance(value, str):
        yield _Text(value, kind, is_pointer=(owner, name) == ("Reference", "reference"))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, kind, name, owner)
    elif isinstance(value, dict):
        inner = value["resourceType"] if kind == "Resource" else kind
        members = members_of(inner)
        for key, child in value.items():
            member = members.get(key)
            yield from _texts(child, member.kind if member else "", key, inner)
