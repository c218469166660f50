"""A person's record as it grows: every resource gets its id and its mark of invention here."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid5

from service.jobs.demo.diseases import DAYS_OF_YEAR
from service.jobs.demo.health import Health
from service.jobs.demo.person import Person
from service.jobs.demo.region import Organisation, region
from service.jobs.demo.resources.datatypes import INVENTED, Json, reference


@dataclass(slots=True)
class Chart:
    """The resources of one person, and whom of the region they refer to.

    `quota` is how many results (Observations) are kept; those that come later are let go.
    `laboratory` examines the person's samples; the `well_followed` miss little of what is asked for.
    """

    person: Person
    health: Health
    chance: Random
    today: date
    well_followed: bool = True
    quota: int | None = None
    results: int = 0
    resources: list[Json] = field(default_factory=list)
    named: dict[str, None] = field(default_factory=dict)
    laboratory: Organisation = field(init=False)
    _space: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.laboratory = region().laboratory(self.person.county, self.person.unit)
        self._space = UUID(self.person.id)

    @property
    def last_day(self) -> date:
        """The last day on which anything has happened: yesterday, or the day of death."""
        return self.person.died_on or self.today - timedelta(days=1)

    @property
    def full(self) -> bool:
        """Whether no more results are wanted."""
        return self.quota is not None and self.results >= self.quota

    def years_ago(self, day: date) -> float:
        """How many years lie between the day and today."""
        return (self.today - day).days / DAYS_OF_YEAR

    def subject(self) -> Json:
        """A Reference to the person."""
        return reference(self.person.id)

    def refer(self, id_: str) -> Json:
        """A Reference to an organisation or professional of the region, who then come along."""
        self.named[id_] = None
        return reference(id_)

    def add(self, kind: str, content: Json, *, meta: Json | None = None) -> str:
        """Put a resource into the record; gives its id."""
        id_ = str(uuid5(self._space, str(len(self.resources))))
        self.put(kind, content, id_=id_, meta=meta)
        return id_

    def put(self, kind: str, content: Json, *, id_: str, meta: Json | None = None) -> None:
        """Put a resource with an id of its own into the record; `meta` is what else stands there."""
        head: Json = {"resourceType": kind, "id": id_, "meta": meta or {"security": [INVENTED]}}
        self.resources.append(head | content)

    def add_result(self, content: Json, *, meta: Json | None = None) -> None:
        """Put an Observation into the record, unless it is full."""
        if not self.full:
            self.results += 1
            self.add("Observation", content, meta=meta)
