"""A house with seven results of one person, whose unit stands in a region, and what searches answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.runtime import Runtime
from tests.api.people import receive_people
from tests.databases import Databases
from tests.fhir.resources import with_narrative
from tests.house import house
from tests.receiving import a_patient, an_hba1c

FORM = "application/x-www-form-urlencoded"
BASE = "http://127.0.0.1:8000"
HETU = "010190-901R"
PAGED = "/fhir/Observation?code=4548-4"


@contextmanager
def house_of_results(databases: Databases, backend: str, folder: Path) -> Iterator[Runtime]:
    """The people of the worklist, and p9 with seven results."""
    with databases.lend(backend) as url, house(url, folder) as opened:
        reception = receive_people(opened)
        reception.put(_organization("r1"), _organization("w1", partOf=_to("Organization/r1")))
        reception.put(_organization("u9", partOf=_to("Organization/w1")))
        reception.put(a_patient("p9", unit="u9", identifier=[_hetu(HETU)]))
        reception.put(*(_result(n) for n in range(1, 8)))
        reception.put(_provenance("v1", "Observation/n1"), _provenance("v2", "Observation/n2"))
        yield opened


def _result(number: int) -> dict:
    coding = {"system": "http://loinc.org", "code": "4548-4"}
    result = an_hba1c(
        f"n{number}",
        patient="p9",
        on=f"2025-0{number}-01",
        value=50 + (number * 5) % 7,
        code={"coding": [coding]},
        note=[{"text": "in the morning"}],
        referenceRange=[{"text": "20 to 42"}],
    )
    return with_narrative(result, "HbA1c")


def _provenance(id_: str, target: str) -> dict:
    return {
        "resourceType": "Provenance",
        "id": id_,
        "target": [_to(target)],
        "recorded": "2026-11-21T10:00:00Z",
        "agent": [{"who": _to("Organization/u9")}],
    }


def _organization(id_: str, **more) -> dict:
    return {"resourceType": "Organization", "id": id_, "name": f"Alue {id_}", **more}


def _to(target: str) -> dict:
    return {"reference": target}


def _hetu(code: str) -> dict:
    return {"system": "urn:oid:1.2.246.21", "value": code}


def found(client, address: str, **headers) -> dict:
    """The Bundle at an address that answers."""
    answer = client.get(address.removeprefix(BASE), **headers)
    assert answer.status_code == 200, answer.text
    bundle: dict = answer.json
    assert bundle["resourceType"] == "Bundle"
    return bundle


def ids(bundle: dict, mode: str = "match") -> list[str]:
    """The ids of the entries of one mode."""
    entries = (one for one in bundle.get("entry", []) if one["search"]["mode"] == mode)
    return [one["resource"].get("id", "") for one in entries]


def links(bundle: dict) -> dict[str, str]:
    """The links by relation."""
    return {one["relation"]: one["url"] for one in bundle["link"]}


def walk(client, address: str, relation: str = "next") -> list[list[str]]:
    """The ids of each page from an address on."""
    page = found(client, address)
    pages = [ids(page)]
    while relation in links(page):
        page = found(client, links(page)[relation])
        pages.append(ids(page))
    return pages


def post(client, address: str, form: str):
    """A search in a body."""
    return client.post(address, form.encode(), Content_Type=FORM)
