"""The protocols that are shipped, as tables, without a database."""

from functools import cache

from service.fhir.protocol.reader import folder_read
from service.fhir.protocol.versions import versions_shipped
from service.protocol_tables.shelf import Shelf
from tests.fhir_protocol.profiles import PROFILES


@cache
def shelf() -> Shelf:
    """The shelf of a house in which nothing was published beside what came with the program."""
    folder = folder_read(PROFILES)
    return Shelf(versions_shipped(PROFILES), folder.reader, folder.catalogue, "fi")


PROTOCOLS = versions_shipped(PROFILES).listed()
