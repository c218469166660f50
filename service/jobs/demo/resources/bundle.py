"""One line of the region: a transaction Bundle of POSTs that refer to each other by `urn:uuid:`.

Source: https://hl7.org/fhir/R4/http.html#transaction
"""

from collections.abc import Iterable, Iterator
from typing import Final

import orjson

from service.jobs.demo.chart import Chart
from service.jobs.demo.region import with_parents
from service.jobs.demo.resources.datatypes import INVENTED, Json
from service.jobs.demo.resources.organisations import all_entries, entry_of

_HEAD: Final[Json] = {
    "resourceType": "Bundle",
    "meta": {"security": [INVENTED]},
    "type": "transaction",
}


def region_line() -> bytes:
    """The line of the organisations, the professionals and the places."""
    return _line(all_entries())


def person_line(chart: Chart) -> bytes:
    """The line of one person, with the organisations and professionals that it refers to."""
    return _line(_entries(chart))


def _entries(chart: Chart) -> Iterator[object]:
    for id_ in with_parents(chart.named):
        yield entry_of(id_)
    for resource in chart.resources:
        yield {
            "fullUrl": f"urn:uuid:{resource['id']}",
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }


def _line(entries: Iterable[object]) -> bytes:
    return orjson.dumps(_HEAD | {"entry": list(entries)}, option=orjson.OPT_APPEND_NEWLINE)
