"""The directory: who a patient is, what a unit is called and decides, where places lie."""

from datetime import date
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

EARTH_RADIUS_KM: Final = 6371.0088  # mean radius, International Union of Geodesy and Geophysics


class Person(NamedTuple):
    """What the service keeps of a Patient beside the record, to find, group and call them.

    `identity` is the digest of the official identity code, empty without one, and where another
    Patient is used in the place of this one.
    """

    born_on: date | None = None
    died_on: date | None = None
    sex: str = ""
    language: str = ""
    municipality: str = ""
    identity: str = ""
    non_disclosure: bool = False
    invented: bool = False


class Unit(NamedTuple):
    """What the service keeps of an Organization: its name, what it is part of, its own setting."""

    name: str
    part_of: str = ""
    enrols_on_arrival: bool = False
    phone: str = ""
    invented: bool = False


class Place(NamedTuple):
    """Where a unit, or the centre of a municipality, lies: degrees of WGS 84."""

    unit: str
    municipality: str
    latitude: float
    longitude: float


def distance_km(one: Place, other: Place) -> float:
    """The distance between two places over the earth's surface, by the haversine formula."""
    latitudes = radians(one.latitude), radians(other.latitude)
    north = latitudes[1] - latitudes[0]
    east = radians(other.longitude - one.longitude)
    chord = sin(north / 2) ** 2 + cos(latitudes[0]) * cos(latitudes[1]) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(chord))
