"""The demo region moves in whole, even when it was stopped half way."""

import pytest
from typing_extensions import override

from service.domain.marks import INVENTED
from service.domain.search import Query
from service.jobs.demo.filling import fill_with_demo, has_demo
from service.jobs.demo.named_people import demo_people
from service.jobs.progress import Unwatched
from service.runtime import Runtime
from tests.house import SYSTEM

PEOPLE = 3


class Impatient(Unwatched):
    """Somebody who stops the work at its first step."""

    @override
    def advance(self, done: int, words: str = "") -> None:
        raise KeyboardInterrupt(done, words)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few people are loaded faster without processes beside this one."""
    monkeypatch.setattr("service.jobs.load.loading.ALONE_BELOW", 10_000_000)


def test_a_filling_that_was_stopped_goes_on_where_it_was(runtime: Runtime) -> None:
    with pytest.raises(KeyboardInterrupt):
        fill_with_demo(runtime, Impatient(), people=PEOPLE)
    assert not has_demo(runtime)

    fill_with_demo(runtime, Unwatched(), people=PEOPLE)

    assert has_demo(runtime)
    with runtime.store.read() as view:
        assert view.marks.value(INVENTED) == "seed 1"
        found = view.resources.search(Query("Patient"), viewer=SYSTEM)
    assert {one.id for one in found.matches} == {one.patient for one in demo_people(1)}
    assert not list(runtime.settings.data_dir.glob("demo-*"))
