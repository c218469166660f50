"""Days by chance with diabetes on everybody's plan, and what is known in the end, without how it came so."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from service.runtime import Runtime
from tests.jobs.past_days import PEOPLE, Days
from tests.receiving import a_condition, a_unit

# What people send, and no client that changes what is there in this world alone.
SENT = (
    *("a result", "a condition", "a condition without a day", "a changed result"),
    *("a deleted result", "a changed condition", "a deleted condition", "a stay", "a visit"),
    *("a person who moved", "an enrolment", "a night", "a load"),
)
KNOWN_NOW = {
    "plan_protocols": "SELECT patient, care_plan, protocol, version, from_day, until_day, decision,"
    " run FROM plan_protocols WHERE known_to = 253402300799999999",
    "follow_ups": "SELECT patient, id, status, protocols FROM follow_ups"
    " WHERE status <> 'entered-in-error'",
    "rounds": "SELECT patient, began, task, status, done_on, done_source FROM rounds"
    " WHERE status <> 'entered-in-error'",
}
_HIDDEN = {"follow_up", "known_from", "known_to", "tx", "live"}


class SickDays(Days):
    """Days at a health centre whose people all have type 2 diabetes; the same seed gives the same ones."""

    def begin(self) -> None:
        """The people come, with their condition."""
        self._receive(a_unit("u1"), a_unit("u2", enrols=False), *map(self._person, PEOPLE))
        self._receive(*(a_condition(f"d{one}", patient=one) for one in PEOPLE))

    def go_on(self, events: int, *, first: int) -> list[str]:
        """Let so many things happen that people send."""
        possible = [one for one in self._possible if one[0] in SENT]
        happened = []
        for number in range(first, first + events):
            name, happen = self._chance.choice(possible)
            self._now += timedelta(hours=self._chance.choice((1, 20, 24 * 9, 24 * 40)))
            happen(self, number)
            happened.append(name)
        return happened

    def later(self, hours: int = 1) -> Runtime:
        """The house some hours later."""
        self._now += timedelta(hours=hours)
        return self.runtime


def known_now(runtime: Runtime) -> dict[str, list[str]]:
    """Every follow-up, window, round and version as known now, in the order of their values."""
    found: dict[str, list[str]] = {}
    with runtime.store.read() as view:
        connection: Any = view
        for name, statement in KNOWN_NOW.items():
            rows = connection._connection.execute(text(statement)).mappings()
            found[name] = sorted(repr(_in_order(row)) for row in rows)
        stretches = connection._connection.execute(text(_STRETCHES)).mappings()
        found["stretches"] = sorted(repr(_in_order(row)) for row in stretches)
    return found


def _in_order(row: Any) -> dict[str, str]:
    shown = {name: str(value) for name, value in row.items() if name not in _HIDDEN}
    if "run" in shown:  # its name ends by chance
        shown["run"] = shown["run"].rpartition("-")[0]
    return shown


_STRETCHES = (
    "SELECT f.id AS of_follow_up, s.* FROM stretches s JOIN follow_ups f"
    " ON f.patient = s.patient AND f.follow_up = s.follow_up"
    " WHERE s.known_to = 253402300799999999"
)
