"""Whether what is kept of people, step by step, is what is computed at once from all that is known."""

from collections.abc import Sequence
from typing import Any

from service.domain.care_plan import ON_ARRIVAL
from service.runtime import Runtime
from service.workflows.foreseeing import Wanted, foresee
from tests.house import SYSTEM


def expect_kept_as_computed(runtime: Runtime, happened: Sequence[str] = ()) -> None:
    """What was kept step by step is what is computed at once from all that is known."""
    keeping, today = runtime.receiving.keeping, runtime.clock.today()
    nothing = Wanted(frozenset(), ON_ARRIVAL)

    def compare(work: Any) -> None:
        keys = work.kept.people(after=0, limit=100)
        facts = work.evidence.of_many(keys, viewer=SYSTEM)
        for kept in work.kept.of(keys, facts):
            foreseen = foresee(kept, keeping, work.directory.units(), today=today, wanted=nothing)
            computed = {one.identity: one.stretches for one in foreseen.follow_ups}
            told = {
                one.identity: one.stretches for one in kept.follow_ups.values() if one.stretches
            }
            assert told == computed, (kept.id, happened)

    runtime.store.carry_out(compare, actor="tests", request="a-look", at=runtime.clock.now())
