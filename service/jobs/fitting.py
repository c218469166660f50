"""Whom protocols fit, found anew for everybody where others are active than when it was found last.

Who arrives is looked at at once; who was here before a publication, with their next change or here.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Final, TypeVar

from service.domain.catalogue import Catalogue
from service.domain.marks import FITTED
from service.jobs.lease import Lease
from service.runtime import Runtime
from service.workflows.keeping import Step
from service.workflows.ports import Work
from service.workflows.refresh_projection import fit_anew

REQUEST: Final = "fit"
PEOPLE_AT_ONCE: Final = 100
_DIGEST_BYTES: Final = 16
T = TypeVar("T")


def fit_everybody(runtime: Runtime, lease: Lease) -> int:
    """Find anew whom protocols fit, some people a transaction; how many people it moved something of."""
    runtime.store.catch_up()
    active = _fingerprint(runtime.catalogue)
    with runtime.store.read() as view:
        before = view.marks.value(FITTED) or _fingerprint(runtime.published.shipped())
    if before == active:
        return 0
    after = moved = 0
    while keys := _next(runtime, after):
        moved += sum(1 for step in _fitted(runtime, keys) if step.changed)
        after = keys[-1]
        lease.extend()
    _carry_out(runtime, lambda work: work.marks.put(FITTED, active))
    return moved


def _next(runtime: Runtime, after: int) -> list[int]:
    with runtime.store.read() as view:
        return view.kept.people(after=after, limit=PEOPLE_AT_ONCE)


def _fitted(runtime: Runtime, keys: list[int]) -> list[Step]:
    keeping, today = runtime.receiving.keeping, runtime.clock.today()
    return _carry_out(runtime, lambda work: fit_anew(work, keys, keeping, today=today))


def _carry_out(runtime: Runtime, change: Callable[[Work], T]) -> T:
    return runtime.store.carry_out(change, actor="service", request=REQUEST, at=runtime.clock.now())


def _fingerprint(catalogue: Catalogue) -> str:
    """What stands for the versions that are active: whom one fits never changes."""
    named = sorted(f"{one.url}|{one.version}" for one in catalogue.protocols.values())
    return blake2b("\n".join(named).encode(), digest_size=_DIGEST_BYTES).hexdigest()
