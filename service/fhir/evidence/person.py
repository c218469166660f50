"""The person: birth, death, and the units that are responsible for them.

Source: `what-is-due` 1.5 and 1.6; R4 patient.html, episodeofcare.html.
"""

from datetime import date
from typing import Final

from service.domain.fact import APPROXIMATE, BIRTH, DEATH, SEX, UNIT, Fact
from service.fhir.evidence.days import day_of, last_day_of
from service.fhir.evidence.received import Received, reference_to, references_to

REGISTERED: Final = "registered"
EPISODE: Final = "episode"
UNKNOWN: Final = "unknown"
FULL_DATE: Final = len("2000-01-01")
NOT_CARED_FOR: Final = frozenset({"planned", "waitlist", "cancelled", "entered-in-error"})


def patient(received: Received) -> None:
    """A Patient: when born and died, where registered, and the administrative sex."""
    resource = received.resource
    born_on = day_of(resource.get("birthDate"))
    if born_on:
        exact = len(resource["birthDate"]) >= FULL_DATE
        quality = "" if exact else APPROXIMATE
        received.note(Fact(BIRTH, born_on, received.source, quality=quality))
    _died(received, born_on)
    units = references_to(resource.get("generalPractitioner", ()), "Organization")
    for unit in units[:1]:
        # R4 does not say since when: the unit of today's registration stands for all days.
        first = born_on or date.min
        received.note(Fact(UNIT, first, received.source, code=unit, detail=REGISTERED))
    sex = resource.get("gender", UNKNOWN)
    if sex != UNKNOWN:
        received.note(Fact(SEX, born_on or date.min, received.source, code=sex))


def episode_of_care(received: Received) -> None:
    """An EpisodeOfCare: its organisation is responsible for its period."""
    resource = received.resource
    unit = reference_to(resource.get("managingOrganization"), "Organization")
    period = resource.get("period", {})
    first = day_of(period.get("start"))
    if unit and first and received.status not in NOT_CARED_FOR:
        last = last_day_of(period)
        fact = Fact(UNIT, first, received.source, until=last, code=unit, detail=EPISODE)
        received.note(fact)


def _died(received: Received, born_on: date | None) -> None:
    """A death without a day is that of the day we learnt of it: nobody dead stays on a list."""
    resource = received.resource
    died_on = day_of(resource.get("deceasedDateTime"))
    if died_on is None and resource.get("deceasedBoolean"):
        learnt = day_of(resource.get("meta", {}).get("lastUpdated"))
        died_on = received.received_on or learnt or born_on or date.min
    if died_on:
        received.note(Fact(DEATH, died_on, received.source))
