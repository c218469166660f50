"""What every resource made by the service bears: profile, mark of invention, codes with names."""

from datetime import date
from typing import Any, Final, TypeAlias

from service.domain.protocol import Names

Json: TypeAlias = dict[str, Any]

BASE: Final = "https://seuranta.example/fhir"
TRANSLATION: Final = "http://hl7.org/fhir/StructureDefinition/translation"
INVENTED: Final = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}


def meta(profile: str, *, invented: bool) -> Json:
    """The profile it meets, and HTEST where the person is invented."""
    made: Json = {"profile": [f"{BASE}/StructureDefinition/{profile}"]}
    return made | {"security": [INVENTED]} if invented else made


def concept(system: str, code: str, names: Names) -> Json:
    """A code of ours with its Finnish name, and the Swedish and English ones as translations."""
    coding: Json = {"system": f"{BASE}/CodeSystem/{system}", "code": code}
    if "fi" not in names:
        return {"coding": [coding]}
    coding["display"] = names["fi"]
    translations = [
        {
            "url": TRANSLATION,
            "extension": [
                {"url": "lang", "valueCode": language},
                {"url": "content", "valueString": name},
            ],
        }
        for language, name in names.items()
        if language != "fi"
    ]
    coding |= {"_display": {"extension": translations}} if translations else {}
    return {"coding": [coding], "text": names["fi"]}


def reference(target: str) -> Json:
    """A reference to another resource of the record."""
    return {"reference": target}


def day_text(day: date) -> str:
    """A day as FHIR writes it."""
    return day.isoformat()
