"""The texts that people read of a protocol, each in Finnish, Swedish and English."""

from typing import Final

from service.fhir.protocol.element import Element

LANGUAGES: Final = ("fi", "sv", "en")


def check_plan_texts(plan: Element) -> None:
    """Refuse a protocol whose name is missing in a language."""
    _expect(plan, "title")


def check_action_texts(action: Element) -> None:
    """Refuse an activity or a variant without its name, or a variant that does not tell the patient why."""
    _expect(action, "title")
    for nested in action.children("action"):
        _expect(nested, "title")
        if nested.get("condition") and _is_told(nested):
            _expect(nested, "description")


def _is_told(nested: Element) -> bool:
    """Whether people are told why it holds: not of the base, nor of the plan's own entry."""
    is_base = nested.value_of("anchor") is None
    return not (is_base or nested.value_of("own-entry"))


def _expect(place: Element, name: str) -> None:
    told = place.names(name)
    missing = [language for language in LANGUAGES if not told.get(language)]
    if missing:
        raise place.refusal(f"`{name}` is missing in {', '.join(missing)}.")
