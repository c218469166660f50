"""Two health centres and people whom the protocols follow, received as a client sends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from service.domain.access import Access
from service.runtime import Runtime
from service.storage.access_log.chain import read_line
from tests.api.conftest import Client, Json
from tests.databases import Databases
from tests.house import NOON, SYSTEM, house
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c

HATTULA, INARI = "u1", "u2"
MARJATTA, AINO, ELLA = "p1", "p2", "p3"
FOLLOW_UPS = "/worklist/v1/follow-ups"
PEOPLE = "/worklist/v1/people"


@contextmanager
def house_of_people(databases: Databases, backend: str, folder: Path) -> Iterator[Runtime]:
    """The whole house with these people in it, for tests that only read."""
    with databases.lend(backend) as url, house(url, folder) as runtime:
        receive_people(runtime)
        yield runtime


def receive_people(runtime: Runtime) -> Reception:
    """Marjatta and Ella of Hattula, Aino of Inari: all with type 2 diabetes, Ella in time with HbA1c."""
    reception = Reception(runtime)
    reception.put(a_unit(HATTULA), a_unit(INARI, name="Inarin terveysasema"))
    reception.put(
        a_patient(MARJATTA),
        a_patient(AINO, unit=INARI, communication=_speaks("sv")),
        a_patient(ELLA),
    )
    reception.put(
        *(
            a_condition(f"c{number}", patient=patient)
            for number, patient in enumerate((MARJATTA, AINO, ELLA))
        ),
        an_hba1c("o1", patient=MARJATTA, on="2026-03-12", value=61),
        an_hba1c("o2", patient=AINO, on="2026-03-12", value=61),
        an_hba1c("o3", patient=ELLA, on="2026-11-02", value=48),
    )
    return reception


def _speaks(language: str) -> list[dict[str, Any]]:
    coding = {"system": "urn:ietf:bcp:47", "code": language}
    return [{"language": {"coding": [coding]}, "preferred": True}]


def accesses(runtime: Runtime) -> list[Access]:
    """What the access log says of this house's reads, in order."""
    files = sorted((runtime.settings.data_dir / "access").glob("*.ndjson"))
    lines = (line for file in files for line in file.read_bytes().splitlines())
    return [read_line(line)[0].access for line in lines]


def key_of(runtime: Runtime, patient: str) -> int:
    """The store's own key of a patient."""

    def look(work: Any) -> int:
        return int(work.patients.keys([patient], viewer=SYSTEM)[patient])

    return runtime.store.carry_out(look, actor="tests", request="a-look", at=NOON)


def answered(client: Client, address: str, **headers: str) -> Json:
    """The JSON of an address that answers."""
    answer = client.get(address, **headers)
    assert answer.status_code == 200, answer.text
    found: Json = orjson.loads(answer.data)
    return found


def items(client: Client, question: str = "", address: str = FOLLOW_UPS) -> list[Json]:
    """The rows or people that a question finds."""
    found: list[Json] = answered(client, f"{address}?{question}")["items"]
    return found


def row_of(client: Client, patient: str, activity: str, question: str = "") -> Json:
    """The row of a patient and an activity."""
    rows = items(client, f"activity={activity}&{question}")
    return next(one for one in rows if one["patient"] == patient)


def found(client: Client, address: str) -> list[Json]:
    """The resources that all pages of a search show as matches."""
    resources: list[Json] = []
    page = answered(client, f"/fhir/{address}")
    while True:
        matches = (one for one in page.get("entry", ()) if one["search"]["mode"] == "match")
        resources += [one["resource"] for one in matches]
        following = [one["url"] for one in page["link"] if one["relation"] == "next"]
        if not following:
            return resources
        page = answered(client, "/fhir" + following[0].partition("/fhir")[2])
