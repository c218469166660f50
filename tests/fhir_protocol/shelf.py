"""The protocols that are shipped, as tables, without a database."""

from functools import cache

from service.fhir.protocol.reader import plan_reader, read_protocols
from service.fhir.protocol.versions import versions_shipped
from service.protocol_tables.shelf import Shelf
from tests.fhir_protocol.profiles import PROFILES


@cache
def shelf() -> Shelf:
    """The shelf of a house in which nothing was published beside what came with the program."""
    return Shelf(versions_shipped(PROFILES), plan_reader(PROFILES), read_protocols(PROFILES), "fi")


PROTOCOLS = versions_shipped(PROFILES).listed()
