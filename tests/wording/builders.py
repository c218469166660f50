"""What the tests of the words share: valid values to override, and the same in three languages."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from service.domain.fact import Fact
from service.domain.interval import Interval
from service.domain.patient import PatientFacts
from service.domain.protocol import Kind
from service.domain.rule import Asked, Rule
from service.domain.truth import Ground, span_on
from service.domain.window import Window
from service.wording.told import Aim, Names, Told
from service.wording.words import Words

LANGUAGES = ("fi", "sv", "en")
SUMMER = Window(date(2027, 6, 3), date(2027, 6, 12), date(2027, 7, 5))

ITEMS = {
    "fi": {
        "act": "Astmatesti",
        "acr": "U-AlbKre",
        "bp.sys": "Yläpaine",
        "egfr": "GFR",
        "smoking": "Tupakointi",
    },
    "sv": {
        "act": "Astmatest",
        "acr": "U-AlbKre",
        "bp.sys": "Övertryck",
        "egfr": "GFR",
        "smoking": "Rökning",
    },
    "en": {
        "act": "Asthma test",
        "acr": "urine ACR",
        "bp.sys": "Upper value",
        "egfr": "GFR",
        "smoking": "Smoking",
    },
}
FINDINGS = {
    "fi": {"mild-retinopathy": "lieviä muutoksia", "current-smoker": "tupakoi"},
    "sv": {"mild-retinopathy": "lindriga förändringar", "current-smoker": "röker"},
    "en": {"mild-retinopathy": "mild changes", "current-smoker": "smokes"},
}
CONDITIONS = {
    "fi": {"icd10|I25.1": "sepelvaltimotauti"},
    "sv": {"icd10|I25.1": "kranskärlssjukdom"},
    "en": {"icd10|I25.1": "coronary disease"},
}


def told(**different: Any) -> Told:
    """An HbA1c every three months because of a variant; override what matters."""
    usual = Told(
        activity="HbA1c",
        key="hba1c",
        kind=Kind.LAB,
        interval=Interval(months=3),
        window=SUMMER,
        variant="above-target",
        when="when",
        aims=(Aim("hba1c", "<", 53.0),),
    )
    return replace(usual, **different)


def named(one: Told, language: str) -> Told:
    """The same with the names of a language."""
    return replace(one, names=Names(ITEMS[language], FINDINGS[language], CONDITIONS[language]))


def in_three(say: Callable[[Words, Told], str], one: Told) -> tuple[str, ...]:
    """What is said in Finnish, Swedish and English."""
    return tuple(visible(say(Words(language), named(one, language))) for language in LANGUAGES)


def visible(text: str) -> str:
    """The text with its no-break spaces as `~`."""
    return text.replace("\u00a0", "~")


def grounds(rule: Rule, facts: Iterable[Fact], on: date) -> tuple[Ground, ...]:
    """The grounds that a rule of the domain gives for a day, for a patient diagnosed in 2020."""
    asked = Asked(PatientFacts(facts), date(2020, 1, 15))
    return span_on(rule.timeline(asked), on).grounds


def hba1c(value: float, day: date, comparator: str = "") -> Fact:
    """A long-term blood sugar in mmol/mol."""
    return Fact("hba1c", day, "Observation/h", value=value, unit="mmol/mol", comparator=comparator)


def medicine(code: str, day: date) -> Fact:
    """A medicine in use from a day on."""
    return Fact("medicine", day, "MedicationStatement/m", code=code, detail="1 tablet")
