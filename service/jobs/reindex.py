"""The search index made anew where it was made by other definitions than those of this program."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

import orjson

from service.fhir.search.indexing import definitions_digest
from service.fhir.types import SERVED_TYPES
from service.runtime import Runtime
from service.workflows.ports import Work

REQUEST: Final = "reindex"
AT_ONCE: Final = 500
T = TypeVar("T")


def stale_types(runtime: Runtime) -> list[str]:
    """The types of which searches may miss what was stored before; none in a new database."""
    digests = {type_: definitions_digest(type_) for type_ in SERVED_TYPES}
    with runtime.store.read() as view:
        if not view.search_index.changed(digests):
            return []
    return _carry_out(runtime, lambda work: work.search_index.stale(digests))


def reindex(
    runtime: Runtime,
    types: Sequence[str],
    *,
    going_on: Callable[[], None],
) -> int:
    """Make the rows of these types anew and stamp each; how many resources.

    Searches go on meanwhile. `going_on` is called after each transaction.
    """
    count = 0
    for type_ in types:
        after = 0
        while keys := _carry_out(runtime, partial(_renewed, runtime, type_, after)):
            count, after = count + len(keys), keys[-1]
            going_on()
        _carry_out(runtime, partial(_stamped, type_))
    return count


def _stamped(type_: str, work: Work) -> None:
    work.search_index.stamp(type_, definitions_digest(type_))


def _renewed(runtime: Runtime, type_: str, after: int, work: Work) -> list[int]:
    found = work.search_index.held(type_, after=after, limit=AT_ONCE)
    day = runtime.clock.today()
    readings = [
        (
            key,
            one.patient,
            runtime.reader.read(orjson.loads(one.body), one.body, id=one.id, received_on=day),
        )
        for key, one in found.items()
    ]
    work.search_index.renew(readings)
    return list(found)


def _carry_out(runtime: Runtime, change: Callable[[Work], T]) -> T:
    return runtime.store.carry_out(change, actor="service", request=REQUEST, at=runtime.clock.now())
