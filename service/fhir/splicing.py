"""Bodies as received, with only what must change put into their bytes.

Source: R4 http.html#create (id, versionId, lastUpdated are the server's). White space, the order of
members and the literals of numbers stay as they came.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from service.fhir.timing import instant_text

_KEY: Final = re.compile(rb'\s*("(?:[^"\\]|\\.)*")\s*:\s*')
_COMMA: Final = re.compile(rb"\s*,?")
_COMMA_SIGN: Final = ord(",")
_WHITE_SPACE: Final = b" \t\r\n"
_OWN_META: Final = ("versionId", "lastUpdated")


class Span(NamedTuple):
    """Where a member of an object stands: `begin` of its key, `value` and `end` of its value."""

    begin: int
    value: int
    end: int


class Edit(NamedTuple):
    """A part of a text and what stands there afterwards."""

    begin: int
    end: int
    text: bytes


class _Literal(NamedTuple):
    """A number with a point or an exponent, as written: 1.0 and 1.00 differ in precision."""

    digits: str


class _WithMeta(msgspec.Struct):
    meta: msgspec.Raw = msgspec.Raw(b"")


# `{"resourceType":"T","id":` - the id - and, where it follows, `,"meta":` before its brace.
_BEGINNING: Final = re.compile(
    rb'(\{"resourceType":"[A-Za-z]+","id":)("[^"\\]*")(,"meta":(?=\{"))?(?=[,}{])'
)
_META: Final = msgspec.json.Decoder(_WithMeta)
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUES: Final = msgspec.json.Decoder(Any, float_hook=_Literal)


def stamp(body: bytes, *, id: str, version: int, at: datetime) -> bytes:  # noqa: A002 - FHIR's word
    """The body with our id, version and instant in `id`, `meta.versionId` and `meta.lastUpdated`.

    What stands there is replaced in place. What is missing is put in: the id after `resourceType`,
    meta after the id, the two at the end of meta.
    """
    quick = _stamped_where_usual(body, id, version, at)
    if quick is not None:
        return quick
    members = members_of(body)
    place = members.get("id", members["resourceType"]).end
    edits = [_put_id(members, place, orjson.dumps(id))]
    stamps = {"versionId": b'"%d"' % version, "lastUpdated": orjson.dumps(instant_text(at))}
    if "meta" not in members:
        edits.append(Edit(place, place, b',"meta":{' + _joined(stamps.items()) + b"}"))
    else:
        edits += _put_into_meta(body, members["meta"], stamps)
    return edited(body, edits)


def _stamped_where_usual(body: bytes, id_: str, version: int, at: datetime) -> bytes | None:
    """The stamped body where type, id and meta stand first, as most senders write them; else None."""
    begin = _BEGINNING.match(body)
    if begin is None:
        return None
    text = b'"versionId":"%d","lastUpdated":"%s"' % (version, instant_text(at).encode())
    raw = bytes(_META.decode(body).meta)
    if not raw:
        return b'%s%s,"meta":{%s}%s' % (begin[1], orjson.dumps(id_), text, body[begin.end(2) :])
    end = begin.end() + len(raw) - 1
    if not begin[3] or b'"versionId"' in raw or b'"lastUpdated"' in raw or not raw[1:-1].strip():
        return None
    return b"%s%s%s,%s%s" % (
        begin[1],
        orjson.dumps(id_),
        body[begin.end(2) : end],
        text,
        body[end:],
    )


def without_stamp(body: bytes) -> bytes:
    """The body without `id`, `meta.versionId` and `meta.lastUpdated`; without `meta` if it is empty."""
    members = members_of(body)
    cut = [name for name in ("id",) if name in members]
    edits: list[Edit] = []
    if (span := members.get("meta")) is not None:
        meta = without(body[span.value : span.end], _OWN_META)
        if members_of(meta):
            edits.append(Edit(span.value, span.end, meta))
        else:
            cut.append("meta")
    return without(edited(body, edits), cut)


def same_content(one: bytes, other: bytes) -> bool:
    """Whether two bodies say the same, but for id, version and instant; numbers by their literals."""
    return bool(_VALUES.decode(without_stamp(one)) == _VALUES.decode(without_stamp(other)))


def members_of(text: bytes) -> dict[str, Span]:
    """Where the members of a JSON object stand in its text; each key stands once."""
    return dict(_members(text))


def edited(text: bytes, edits: Iterable[Edit]) -> bytes:
    """The text after some edits of parts that do not overlap; those of one place in order given."""
    parts, place = [], 0
    for edit in sorted(edits, key=lambda edit: edit.begin):
        parts += [text[place : edit.begin], edit.text]
        place = edit.end
    return b"".join((*parts, text[place:]))


def _members(text: bytes) -> Iterator[tuple[str, Span]]:
    place = text.index(b"{") + 1
    for name, raw in _OBJECT.decode(text).items():
        begin, value = _key_at(text, place, b'"%s":' % name.encode())
        end = value + memoryview(raw).nbytes
        yield name, Span(begin, value, end)
        place = end + 1 if text[end] == _COMMA_SIGN else _after(text, end)


def _key_at(text: bytes, place: int, compact: bytes) -> tuple[int, int]:
    """Where a key begins and its value begins; mostly without any white space between."""
    value = place + len(compact)
    if text.startswith(compact, place) and text[value] not in _WHITE_SPACE:
        return place, value
    key = _KEY.match(text, place)
    if key is None:
        raise ValueError("a key stands twice in one object")
    return key.start(1), key.end()


def _after(text: bytes, end: int) -> int:
    comma = _COMMA.match(text, end)
    return comma.end() if comma else end


def _put_id(members: dict[str, Span], place: int, text: bytes) -> Edit:
    if (span := members.get("id")) is not None:
        return Edit(span.value, span.end, text)
    return Edit(place, place, b',"id":' + text)


def _put_into_meta(body: bytes, span: Span, stamps: dict[str, bytes]) -> Iterator[Edit]:
    members = members_of(body[span.value : span.end])
    for name in stamps.keys() & members.keys():
        old = members[name]
        yield Edit(span.value + old.value, span.value + old.end, stamps[name])
    added = _joined((name, text) for name, text in stamps.items() if name not in members)
    if added:
        end = span.end - 1
        yield Edit(end, end, b"," + added if members else added)


def _joined(members: Iterable[tuple[str, bytes]]) -> bytes:
    return b",".join(b'"%s":%s' % (name.encode(), text) for name, text in members)


def without(text: bytes, names: Iterable[str]) -> bytes:
    """The object without some members, each with the comma it brought."""
    for name in names:
        if (span := members_of(text).get(name)) is not None:
            text = _cut(text, span)
    return text


def _cut(text: bytes, span: Span) -> bytes:
    before, after = text[: span.begin], text[span.end :]
    comma = _COMMA.match(after)
    if comma and comma[0].endswith(b","):
        return before + after[comma.end() :].lstrip()
    return before.rstrip().removesuffix(b",").rstrip() + after
