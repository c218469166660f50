"""The organisations of the demo region and who works in them: the same for every seed and day.

Business numbers (99999079, 99999212) are invented; identifiers have the shape of the SOTE
organisation register, `urn:oid:1.2.246.10.<business number>.10.<unit>`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple
from uuid import NAMESPACE_OID, uuid5

from service.jobs.demo.tables.municipalities import (
    BY_CODE,
    KANTA_HAME,
    LAPPI,
    MUNICIPALITIES,
    Municipality,
)
from service.jobs.demo.tables.names import NAMES

# The laboratory of this health centre sends nothing since so many days.
SILENT_UNIT: Final = "320"
SILENT_FOR_DAYS: Final = 47

_WORKERS_BORN: Final = 1975


class Organisation(NamedTuple):
    """An organisation: OID, resource id, name, its parent's id, and what it is."""

    oid: str
    id: str
    name: str
    swedish: str
    parent: str
    phone: str
    kind: str


class Worker(NamedTuple):
    """A nurse or physician of a unit, by an invented number of the central register (Terhikki)."""

    number: str
    id: str
    family: str
    given: str
    profession: str
    unit: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A health centre: its municipality, its organisation, its nurse and physician."""

    municipality: Municipality
    organisation: Organisation
    nurse: Worker
    physician: Worker


@dataclass(frozen=True, slots=True)
class County:
    """A wellbeing services county with its hospital, its laboratory and its health centres."""

    code: str
    organisation: Organisation
    hospital: Organisation
    laboratory: Organisation
    units: tuple[Unit, ...]
    north: bool


@dataclass(frozen=True, slots=True)
class Region:
    """The counties, and the laboratory of the one health centre that has its own."""

    counties: tuple[County, ...]
    silent_laboratory: Organisation

    def units(self) -> Iterator[tuple[County, Unit]]:
        """All health centres with their counties."""
        return ((county, unit) for county in self.counties for unit in county.units)

    def organisations(self) -> Iterator[Organisation]:
        """All organisations, each after the one it belongs to."""
        for county in self.counties:
            yield from (county.organisation, county.hospital, county.laboratory)
            yield from (unit.organisation for unit in county.units)
        yield self.silent_laboratory

    def workers(self) -> Iterator[Worker]:
        """All professionals."""
        for _, unit in self.units():
            yield from (unit.nurse, unit.physician)

    def laboratory(self, county: County, unit: Unit) -> Organisation:
        """The laboratory that examines the samples of a unit."""
        silent = unit.municipality.code == SILENT_UNIT
        return self.silent_laboratory if silent else county.laboratory


@cache
def region() -> Region:
    """The demo region."""
    south = _county(
        KANTA_HAME, names=("Kanta-Hämeen", "Egentliga Tavastlands"), business_number="99999079"
    )
    north = _county(LAPPI, names=("Lapin", "Lapplands"), business_number="99999212")
    silent = next(unit for unit in north.units if unit.municipality.code == SILENT_UNIT)
    own = _organisation(
        f"{silent.organisation.oid}.1",
        names=(
            f"{silent.organisation.name}n laboratorio",
            f"{silent.municipality.swedish} laboratorium",
        ),
        parent=silent.organisation.id,
        kind="laboratory",
    )
    return Region((south, north), own)


def with_parents(ids: Iterable[str]) -> Iterator[str]:
    """These organisations and professionals with all they belong to, each once, the highest first."""
    seen: dict[str, None] = {}
    for id_ in ids:
        above = [id_]
        while parent := _parents()[above[-1]]:
            above.append(parent)
        seen |= dict.fromkeys(reversed(above))
    return iter(seen)


@cache
def _parents() -> dict[str, str]:
    organisations = {one.id: one.parent for one in region().organisations()}
    return organisations | {who.id: who.unit for who in region().workers()}


def unit_of(code: str) -> tuple[County, Unit]:
    """The health centre of a municipality, with its county."""
    place = BY_CODE[code]
    county = next(county for county in region().counties if county.code == place.county)
    return county, next(unit for unit in county.units if unit.municipality == place)


def _county(code: str, *, names: tuple[str, str], business_number: str) -> County:
    genitive, swedish = names
    root = f"1.2.246.10.{business_number}.10"
    own = _organisation(
        f"{root}.0",
        names=(f"{genitive} hyvinvointialue", f"{swedish} välfärdsområde"),
        parent="",
        kind="county",
    )
    hospital = _organisation(
        f"{root}.1",
        names=(f"{genitive} keskussairaala", f"{swedish} centralsjukhus"),
        parent=own.id,
        kind="hospital",
    )
    laboratory = _organisation(
        f"{root}.2",
        names=(f"{genitive} keskussairaalan laboratorio", f"{swedish} centrallaboratorium"),
        parent=hospital.id,
        kind="laboratory",
    )
    places = [place for place in MUNICIPALITIES if place.county == code]
    units = tuple(_unit(place, root=root, parent=own.id) for place in places)
    return County(code, own, hospital, laboratory, units, north=code == LAPPI)


def _unit(place: Municipality, *, root: str, parent: str) -> Unit:
    own = _organisation(
        f"{root}.1{place.code}",
        names=(f"{place.genitive} terveysasema", f"{place.swedish} hälsostation"),
        parent=parent,
        kind="unit",
    )
    nurse, physician = (
        _worker(place, unit=own.id, profession=profession) for profession in ("nurse", "physician")
    )
    return Unit(place, own, nurse, physician)


def _organisation(oid: str, *, names: tuple[str, str], parent: str, kind: str) -> Organisation:
    phone = invented_phone(int(oid.rsplit(".", 1)[1]))
    return Organisation(oid, str(uuid5(NAMESPACE_OID, oid)), *names, parent, phone, kind)


def _worker(place: Municipality, *, unit: str, profession: str) -> Worker:
    number = f"999{place.code}{'10' if profession == 'nurse' else '20'}000"
    who = NAMES["fi"]
    given = who.women.of(_WORKERS_BORN) if int(place.code) % 2 else who.men.of(_WORKERS_BORN)
    position = int(number[3:8])
    return Worker(
        number,
        str(uuid5(NAMESPACE_OID, f"1.2.246.537.26.{number}")),
        who.family[position % len(who.family)],
        given[position % len(given)],
        profession,
        unit,
    )


def invented_phone(number: int) -> str:
    """A telephone number that nobody has: no Finnish subscriber number begins with a zero."""
    return f"+358 00 {number // 1000 % 1000:03d} {number % 1000:03d}"
