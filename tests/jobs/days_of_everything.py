"""Days by chance at a health centre where, beside all else, plans are begun by acceptance, moved, and moved back."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from service.clock import clinic_day
from service.domain.acceptance import Acceptance
from service.domain.access import Role, Viewer
from service.domain.errors import BusinessRuleBroken, Conflict
from service.domain.plan_migration import Chosen
from service.jobs.migrate_plans import AlreadyOver, begin, migrate, run_of, undo
from service.runtime import Runtime
from service.workflows.start_care_plan import start_care_plan
from tests.jobs.past_days import Days
from tests.receiving import a_condition
from tests.renewed import NEW, OLD, every, renewed, unchanged, with_versions

PROTOCOLS = ("type-2-diabetes", "hypertension", "chronic-kidney-disease")
ICPC2 = "urn:oid:1.2.246.537.6.31"


class DaysOfEverything(Days):
    """Days on which everything may happen that moves a plan; the same seed gives the same ones."""

    def __init__(self, runtime: Runtime, folder: Path, seed: int) -> None:
        protocols = [runtime.catalogue.protocols[one] for one in PROTOCOLS]
        changes = (every("hba1c", "P12M"), every("bp", "P3M"), unchanged)
        versions = map(renewed, protocols, changes)
        super().__init__(with_versions(runtime, *versions), folder, seed)
        self._migrations: list[str] = []

    def _suggested(self, number: int) -> None:
        """A condition that only suggests a protocol."""
        suggesting = a_condition(f"s{number}", patient=self._who())
        suggesting["code"] = {"coding": [{"system": ICPC2, "code": "U99"}]}
        self._receive(suggesting)

    def _accepted(self, _number: int) -> None:
        """A nurse accepts a protocol for somebody, where it fits or is suggested."""
        runtime, today = self.runtime, clinic_day(self._now)
        keeping = runtime.receiving.keeping
        protocol = keeping.catalogue.protocols[self._chance.choice(PROTOCOLS)]
        accepted = Acceptance(self._who(), protocol, frozenset(), {})
        nurse = Viewer(Role.SYSTEM, today, subject="nurse")

        def change(work: Any) -> None:
            start_care_plan(work, accepted, keeping, viewer=nurse, today=today)

        with suppress(BusinessRuleBroken, Conflict):
            runtime.store.carry_out(change, actor="nurse", request="accept", at=self._now)

    def _migrated(self, _number: int) -> None:
        """Plans move to the other version, of all people or of a health centre."""
        units = self._chance.choice(((), ("u1",)))
        version = self._chance.choice((NEW, NEW, OLD))
        chosen = Chosen(self._chance.choice(PROTOCOLS), version, units=units)
        run = begin(self.runtime, chosen, author="nurse-lead", reason="a new guideline")
        migrate(self.runtime, run)
        self._migrations.append(run.run)

    def _migration_undone(self, _number: int) -> None:
        if self._migrations:
            run = run_of(self.runtime, self._chance.choice(self._migrations))
            with suppress(AlreadyOver):
                undo(self.runtime, run)

    _possible: tuple[tuple[str, Callable[[Any, int], None]], ...] = (
        *Days._possible,
        ("a suggesting condition", _suggested),
        ("a suggesting condition", _suggested),
        ("an acceptance", _accepted),
        ("an acceptance", _accepted),
        ("an acceptance", _accepted),
        ("a migration", _migrated),
        ("a migration", _migrated),
        ("a migration undone", _migration_undone),
    )
