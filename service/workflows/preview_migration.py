"""What moving plans to another version would do is counted beforehand, and nothing is changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from service.domain.catalogue import Catalogue
from service.domain.errors import Invalid
from service.domain.plan_migration import Chosen
from service.domain.plan_outlook import outlook, told
from service.domain.plan_preview import PlanPreview
from service.domain.protocol import Protocol
from service.domain.renewal import Renewal
from service.workflows.ports import View

PEOPLE_AT_ONCE: Final = 500


class Asked(NamedTuple):
    """What is previewed: the version that plans would follow, of which protocol they are, when, whose.

    `origin` is another protocol where the version is an adaptation of it.
    """

    new: Protocol
    origin: str
    day: date
    units: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    from_version: str = ""


def prepare(
    view: View, catalogue: Catalogue, asked: Asked
) -> tuple[Renewal, Sequence[Sequence[int]]]:
    """The renewal, and whose plans would be moved: their keys, some hundred together.

    Invalid where no protocol has the origin's id.
    """
    renewal = Renewal(asked.origin, asked.new, catalogue, asked.day)
    if not renewal.versions:
        raise Invalid(f"There is no protocol {asked.origin} whose plans could be moved.")
    version = asked.new.version if asked.origin == asked.new.id else ""
    chosen = Chosen(asked.origin, version, asked.from_version, asked.units, asked.patients)
    keys = view.followers.keys(chosen)
    return renewal, [keys[n : n + PEOPLE_AT_ONCE] for n in range(0, len(keys), PEOPLE_AT_ONCE)]


def preview_migration(view: View, keys: Sequence[int], renewal: Renewal) -> PlanPreview:
    """What moving the plans of these people, by their keys, would do; facts are read where needed."""
    preview, day, catalogue = PlanPreview(), renewal.day, renewal.catalogue
    people = view.followers.of(keys, activities=renewal.activities, day=day)
    known = [(one, told(renewal, one)) for one in people]
    unsure = [one.key for one, found in known if found.rest]
    classes = catalogue.figures.inpatient_classes.union(*catalogue.not_from.values())
    facts = (
        view.followers.facts(unsure, items=renewal.items, encounter_classes=classes)
        if unsure
        else {}
    )
    for person, found in known:
        outlooks = list(found.outlooks)
        if found.rest:
            seen = replace(person, facts=facts.get(person.key, ()))
            outlooks += outlook(renewal, seen, found.rest)
        preview.count(person, outlooks, day)
    return preview
