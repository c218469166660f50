"""Random patients as FHIR resources, made to measure for one action of a PlanDefinition.

Every input that the action's expressions ask for is filled, so that every fact is known; values lie
around the limits that the action names.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from service.domain.catalogue import Catalogue
from tests.fhir_evidence.resources import (
    ITEM,
    a_blood_pressure,
    a_condition,
    a_device,
    a_dispense,
    a_finding,
    a_measurement,
    a_medicine,
    a_patient,
    a_procedure,
    an_encounter,
    an_observation,
)
from tests.fhir_protocol.profiles import published
from tests.fhir_protocol.witness import PAINKILLER, SYSTEMS

TODAY = date(2027, 6, 1)
_ATC = re.compile(r"[A-Z]\d\d\w*")
THREE_YEARS = 1095
NORMAL = {"low": {"value": 5}, "high": {"value": 20}}
NUMBERS = {"valueQuantity", "detailQuantity"}
REMISSION = {"coding": [{"code": "remission"}]}
RESOLVED = {"coding": [{"code": "resolved"}]}
VALUE_SETS = {one["url"]: one for one in published("ValueSet")}


class Population:
    """Patients for one action; the same seed gives the same patients."""

    def __init__(self, catalogue: Catalogue, plan: dict[str, Any], action: dict[str, Any]) -> None:
        self._catalogue = catalogue
        self._plan = plan
        self._inputs = action.get("input", [])
        self._limits = sorted({*_limits(action), *_limits(plan.get("goal", []))})

    def patient(self, seed: int) -> list[dict[str, Any]]:
        """One patient's resources."""
        chance = Random(seed)  # noqa: S311 - invented patients, the same each time
        onset = _day(chance, THREE_YEARS).isoformat()
        system, code = _qualifying(self._catalogue, self._plan["id"])
        born = date(chance.randint(1935, 2002), chance.randint(1, 12), 7)
        found = [
            a_patient(birthDate=born.isoformat(), gender=chance.choice(["male", "female"])),
            a_condition(system, code, onsetDateTime=onset),
            a_medicine(PAINKILLER, effectivePeriod={"start": "2020-01-01"}),
        ]
        for one in self._inputs:
            found += self._resources(chance, one)
        return found

    def _resources(self, chance: Random, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
        makers = {
            "Observation": self._observations,
            "Procedure": self._procedures,
            "DeviceUseStatement": _devices,
            "MedicationStatement": _uses,
            "MedicationDispense": _dispenses,
            "Condition": _conditions,
            "Encounter": _encounters,
            "ServiceRequest": _nothing,
        }
        yield from makers[wanted["type"]](chance, wanted)

    def _observations(self, chance: Random, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
        item = self._catalogue.codes.items[_item_of(self._catalogue, wanted)]
        for day in _days(chance, least=item.findings != {"yes"} and not item.presence):
            when = {"effectiveDateTime": day.isoformat()}
            if item.components:
                yield a_blood_pressure(chance.randint(110, 170), chance.randint(65, 105), **when)
            elif item.unit:
                yield self._measurement(chance, item.key, item.unit, when)
            elif not item.findings:
                yield an_observation(ITEM, item.key, **when)
            else:
                value = chance.choice(sorted(item.findings))
                yield a_finding(item.key, value, **when)

    def _measurement(
        self, chance: Random, item: str, unit: str, when: dict[str, Any]
    ) -> dict[str, Any]:
        value = chance.choice(self._limits or [5, 20, 50]) + chance.choice([-5, -1, 0, 1, 5])
        return a_measurement(item, value, unit, referenceRange=[NORMAL], **when)

    def _procedures(self, chance: Random, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
        item = _item_of(self._catalogue, wanted)
        for day in _days(chance, least=False)[:1]:
            yield a_procedure(ITEM, item, performedDateTime=day.isoformat())


def _conditions(chance: Random, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Now and then one, active or in remission."""
    if chance.random() < 0.5:
        onset = _day(chance, THREE_YEARS)
        when: dict[str, Any] = {"onsetDateTime": onset.isoformat()}
        if chance.random() < 0.3:
            ended = onset + timedelta(days=chance.randint(1, (TODAY - onset).days + 1))
            when["abatementDateTime"] = min(ended, TODAY).isoformat()
            when["clinicalStatus"] = chance.choice([REMISSION, RESOLVED])
        yield a_condition(*_code_in(wanted), **when)


def _devices(chance: Random, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind = wanted["codeFilter"][0]["valueSet"].rpartition("device-")[2]
    start = TODAY - timedelta(days=chance.randint(10, 400))
    for _ in range(chance.randint(0, 2)):
        end = start + timedelta(days=chance.randint(5, 300))
        yield a_device(kind, timingPeriod={"start": start.isoformat(), "end": end.isoformat()})
        start = end + timedelta(days=chance.choice([0, 100, 180, 181]))


def _uses(chance: Random, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    groups = [part for part in wanted.get("codeFilter", ()) if part["path"] == "medication"]
    for group in groups:
        atc = _ATC.findall(group["valueSet"].rpartition("medicines-")[2])
        yield from _successive_uses(chance, atc)


def _dispenses(chance: Random, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield a_dispense(PAINKILLER, whenHandedOver="2027-01-01")
    for _ in range(chance.randint(0, 6)):
        yield a_dispense(whenHandedOver=_day(chance, 500).isoformat())


def _encounters(chance: Random, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    system, code = _code_in(wanted)
    reason = {"coding": [{"system": system, "code": code}]}
    for _ in range(chance.randint(0, 3)):
        day = _day(chance, 500).isoformat()
        kind = chance.choice(["AMB", "EMER", "IMP"])
        yield an_encounter(kind, period={"start": day, "end": day}, reasonCode=[reason])


def _nothing(chance: Random, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from ()


def _successive_uses(chance: Random, atc: list[str]) -> Iterator[dict[str, Any]]:
    """Uses of a group one after the other, with gaps around the washout and changing doses."""
    start = TODAY - timedelta(days=chance.randint(10, 900))
    for _ in range(chance.randint(0, 3)):
        code = f"{chance.choice(atc)}XX99"[: len(PAINKILLER)]
        end = start + timedelta(days=chance.randint(5, 300))
        period = {"start": start.isoformat(), "end": end.isoformat()}
        dose = [{"text": chance.choice(["5 mg", "10 mg"])}]
        yield a_medicine(code, effectivePeriod=period, dosage=dose)
        start = end + timedelta(days=chance.randint(1, 250))


def _day(chance: Random, within: int) -> date:
    return TODAY - timedelta(days=chance.randint(0, within))


def _days(chance: Random, *, least: bool) -> list[date]:
    """Some days of the last three years, each once."""
    number = chance.randint(int(least), 4)
    return sorted({_day(chance, chance.choice([200, THREE_YEARS])) for _ in range(number)})


def _limits(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for name, content in value.items():
            if name in NUMBERS:
                yield content["value"]
            yield from _limits(content)
    elif isinstance(value, list):
        for one in value:
            yield from _limits(one)


def _code_in(wanted: dict[str, Any]) -> tuple[str, str]:
    """The first code of the value set that an input asks for."""
    url = next(part["valueSet"] for part in wanted["codeFilter"] if "valueSet" in part)
    first = VALUE_SETS[url]["compose"]["include"][0]
    return first["system"], first["filter"][0]["value"]


def _item_of(catalogue: Catalogue, wanted: dict[str, Any]) -> str:
    url = next(part["valueSet"] for part in wanted["codeFilter"] if "valueSet" in part)
    name = url.rpartition("item-")[2]
    return next(key for key in catalogue.codes.items if key.replace("_", "-") == name)


def _qualifying(catalogue: Catalogue, protocol: str) -> tuple[str, str]:
    system, _, code = catalogue.protocols[protocol].conditions.beginnings[0].partition("|")
    return SYSTEMS[system], code
