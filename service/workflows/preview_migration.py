"""What moving plans to another version would do is counted beforehand, and nothing is changed."""

from collections.abc import Sequence
from dataclasses import replace

from service.domain.plan_outlook import outlook, told
from service.domain.plan_preview import PlanPreview
from service.domain.renewal import Renewal
from service.workflows.ports import View


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
