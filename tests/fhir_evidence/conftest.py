import pytest

from service.domain.catalogue import Catalogue
from service.fhir.protocol.reader import read_protocols
from tests.fhir_protocol.profiles import PROFILES


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return read_protocols(PROFILES)
