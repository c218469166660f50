"""One JSON object of a definition, with the place where it stands, so that every refusal can name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.domain.errors import UnusableProtocol
from service.domain.interval import Interval
from service.domain.protocol import Names
from service.fhir.evidence.code_systems import BASE

TRANSLATION: Final = "http://hl7.org/fhir/StructureDefinition/translation"
_PERIODS: Final = {"a": (12, 0), "mo": (1, 0), "wk": (0, 7), "d": (0, 1)}


@dataclass(frozen=True, slots=True)
class Element:
    """A JSON object, its FHIRPath, its file (empty: sent, not read from one), and the id it stands under."""

    content: Mapping[str, Any]
    path: str
    file: str
    within: str = ""

    def refusal(self, words: str) -> UnusableProtocol:
        """The error that says what is wrong here."""
        if self.file:
            return UnusableProtocol(f"{self.file}, {self.path}: {words}", self.path)
        place = self.content.get("id") or self.within
        return UnusableProtocol(f"`{place}`: {words}" if place else words, self.path)

    def get(self, name: str, default: Any = None) -> Any:
        """An element's content, where it is there."""
        return self.content.get(name, default)

    def need(self, name: str) -> Any:
        """An element's content, which must be there."""
        if name not in self.content:
            raise self.refusal(f"`{name}` is missing.")
        return self.content[name]

    def children(self, name: str) -> list["Element"]:
        """The repetitions of an element."""
        found = self.content.get(name, [])
        return [self._at(one, f"{name}[{n}]") for n, one in enumerate(found)]

    def child(self, name: str) -> "Element | None":
        """An element that does not repeat."""
        found = self.content.get(name)
        return None if found is None else self._at(found, name)

    def extensions(self, name: str) -> list["Element"]:
        """Our extensions of that name."""
        url = f"{BASE}/StructureDefinition/{name}"
        return [one for one in self.children("extension") if one.get("url") == url]

    def extension(self, name: str) -> "Element | None":
        """Our one extension of that name."""
        return next(iter(self.extensions(name)), None)

    def value_of(self, name: str, default: Any = None) -> Any:
        """The value of our one extension of that name."""
        found = self.extension(name)
        return default if found is None else found.value

    def values_of(self, name: str) -> list[Any]:
        """The values of our extensions of that name."""
        return [one.value for one in self.extensions(name)]

    def parts(self, name: str) -> list["Element"]:
        """The parts of that name of a complex extension, or of a parameter."""
        found = [*self.children("extension"), *self.children("part")]
        return [one for one in found if name in {one.get("url"), one.get("name")}]

    def expect_parts(self, *known: str) -> None:
        """Refuse a part of another name: nobody would heed it."""
        for one in [*self.children("extension"), *self.children("part")]:
            name = one.get("url") or one.get("name")
            if name not in known:
                raise one.refusal(f"`{name}` is no part of this; there are {', '.join(known)}.")

    def part(self, name: str) -> "Element | None":
        """The one part of that name."""
        return next(iter(self.parts(name)), None)

    def part_value(self, name: str, default: Any = None) -> Any:
        """The value of the one part of that name."""
        found = self.part(name)
        return default if found is None else found.value

    def part_values(self, name: str) -> list[Any]:
        """The values of the parts of that name."""
        return [one.value for one in self.parts(name)]

    def needed(self, name: str) -> Any:
        """The value of the one part of that name, which must be there."""
        found = self.part(name)
        if found is None:
            raise self.refusal(f"`{name}` is missing.")
        return found.value

    def interval(self, name: str) -> Interval:
        """The Duration in the one part of that name."""
        return interval_of(self, self.needed(name))

    def interval_of(self, name: str) -> Interval | None:
        """The Duration of our one extension of that name, where it is there."""
        found = self.extension(name)
        return None if found is None else interval_of(found, found.value)

    def coded(self, name: str) -> str:
        """The first code of a CodeableConcept, which must be there."""
        codings = self.need(name).get("coding") or [{}]
        if "code" not in codings[0]:
            raise self.refusal(f"`{name}` has no code.")
        return str(codings[0]["code"])

    @property
    def value(self) -> Any:
        """The value[x] of an extension or a parameter."""
        found = (value for name, value in self.content.items() if name.startswith("value"))
        value = next(found, None)
        if value is None:
            raise self.refusal("a value is missing.")
        return value

    def names(self, name: str) -> Names:
        """A text by language: its own, and those of the translation extension."""
        found = self._translations(name)
        text = self.content.get(name)
        return {"fi": text, **found} if text else found

    def _translations(self, name: str) -> dict[str, str]:
        texts = self._at(self.content.get(f"_{name}", {}), f"_{name}").children("extension")
        said = [one for one in texts if one.get("url") == TRANSLATION]
        return {one.needed("lang"): one.needed("content") for one in said}

    def _at(self, content: Mapping[str, Any], step: str) -> "Element":
        within = self.content.get("id") or self.within
        return Element(content, f"{self.path}.{step}", self.file, within)


def interval_of(place: Element, duration: Mapping[str, Any]) -> Interval:
    """A FHIR Duration of whole years, months, weeks or days."""
    return interval_from(place, duration.get("value"), duration.get("code"))


def interval_from(place: Element, value: object, unit: str | None) -> Interval:
    """So many of a unit of calendar time; anything else is refused."""
    if not isinstance(value, int) or unit not in _PERIODS:
        raise place.refusal("an interval is a whole number of a, mo, wk or d.")
    months, days = _PERIODS[unit]
    return Interval(months=value * months, days=value * days)
