"""The parameters of an address: each one known, each with what it allows, none of them echoed.

A wrong value is never repeated in the answer: it might be a person's identity code.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields
from typing_extensions import override

from service.domain.errors import Invalid, Issue

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
_NAME: Final = re.compile(r"[a-z_-]{1,30}", re.ASCII)
_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# A plus sign that was not encoded arrives as a space.
_LOST_PLUS: Final = re.compile(r" (?=[0-9]{2}:[0-9]{2}$)", re.ASCII)


def read_parameters(schema: Schema, given: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The values of an address's parameters; Invalid names each wrong one and what it allows."""
    texts: dict[str, list[str]] = {}
    for name, text in given:
        texts.setdefault(name, []).append(text)
    try:
        loaded: dict[str, Any] = schema.load(texts)
    except ValidationError as error:
        raise Invalid(issues=_issues(error.messages_dict, schema)) from None
    return loaded


def themselves(words: Iterable[str]) -> dict[str, str]:
    """Words that stand for themselves, in order."""
    return {word: word for word in sorted(words)}


def _issues(faults: Mapping[str, Any], schema: Schema) -> list[Issue]:
    known = ", ".join(schema.fields)
    return [
        Issue(Invalid.code, f"`{name}`: {_first(fault)}", name)
        if name in schema.fields
        else Issue(Invalid.code, f"{_unknown(name)}; there are {known}.", _shown(name))
        for name, fault in faults.items()
    ]


def _first(fault: Any) -> str:
    return str(fault[0]) if isinstance(fault, list) else str(fault)


def _unknown(name: str) -> str:
    return f"There is no parameter `{name}`" if _shown(name) else "There is an unknown parameter"


def _shown(name: str) -> str:
    return name if _NAME.fullmatch(name) else ""


class One(fields.Field[Any], ABC):
    """A parameter that is given once; subclasses read its text."""

    allowed = ""

    @override
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        del attr, data, kwargs
        texts: Sequence[str] = value
        if len(texts) != 1:
            raise ValidationError("it may be given once.")
        found = self.read(texts[0].strip())
        if found is None:
            raise ValidationError(f"it must be {self.allowed}.")
        return found

    @abstractmethod
    def read(self, text: str) -> Any:
        """The value of a text; None where it is none."""


class Several(fields.Field[Any], ABC):
    """A parameter that may be given several times, or with commas between its values."""

    allowed = ""

    @override
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        del attr, data, kwargs
        texts = dict.fromkeys(one.strip() for text in value for one in text.split(","))
        found = [self.read(text) for text in texts]
        if None in found:
            raise ValidationError(f"it must be {self.allowed}.")
        return self.together(found)

    @abstractmethod
    def read(self, text: str) -> Any:
        """The value of one text; None where it is none."""

    def together(self, found: list[Any]) -> Any:
        """The values as the question has them."""
        return frozenset(found)


class AnyOf(Several):
    """Any of some words, each standing for a value."""

    def __init__(self, values: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._values = values
        self.allowed = f"any of {', '.join(values)}"

    @override
    def read(self, text: str) -> Any:
        """The value that the word stands for."""
        return self._values.get(text)


class Ids(Several):
    """Ids of resources."""

    allowed = "ids of resources"

    @override
    def read(self, text: str) -> str | None:
        """The id."""
        return text if _ID.fullmatch(text) else None

    @override
    def together(self, found: list[Any]) -> tuple[str, ...]:
        """In the order in which they were given."""
        return tuple(found)


class Choice(One):
    """One of some words, each standing for a value."""

    def __init__(self, values: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._values = values
        self.allowed = f"one of {', '.join(values)}"

    @override
    def read(self, text: str) -> Any:
        """The value that the word stands for."""
        return self._values.get(text)


class Number(One):
    """A whole number within bounds."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._range = range(low, high + 1)
        self.allowed = f"a whole number from {low} to {high}"

    @override
    def read(self, text: str) -> int | None:
        """The number."""
        plain = text.isascii() and text.isdigit() and len(text) < len("1000000000")
        return int(text) if plain and int(text) in self._range else None


class Day(One):
    """A day of the clinic."""

    allowed = f"a day, YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}"

    @override
    def read(self, text: str) -> date | None:
        """The day."""
        if not _DAY.fullmatch(text):
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return day if FIRST_DAY <= day <= LAST_DAY else None


class Instant(One):
    """An instant with its offset from UTC."""

    allowed = "an instant with its offset, such as 2027-06-07T08:02:00Z"

    @override
    def read(self, text: str) -> datetime | None:
        """The instant, in UTC."""
        try:
            found = datetime.fromisoformat(_LOST_PLUS.sub("+", text))
            return found.astimezone(UTC) if found.tzinfo else None
        except (ValueError, OverflowError):
            return None


class LanguageCode(One):
    """A language tag, as a Patient's communication has it."""

    allowed = "a language code, such as fi, sv or se"

    @override
    def read(self, text: str) -> str | None:
        """The tag."""
        return text if _LANGUAGE.fullmatch(text) else None


class Sealed(One):
    """What an earlier answer gave as `next`; opened by who knows the key."""

    allowed = "the `next` of an earlier answer"

    @override
    def read(self, text: str) -> str | None:
        """The text as it is."""
        return text or None
