"""What has no day of its own is told as not counted for as long as no Encounter dates it (what-is-due 1.3, 2.9)."""

from collections import defaultdict
from collections.abc import Sequence

from service.domain.access import Viewer
from service.domain.dating import Naming
from service.domain.record import NotCounted, NotCountedReason
from service.workflows.ports import Work


def tell_undated(work: Work, patient: int, namings: Sequence[Naming], *, viewer: Viewer) -> None:
    """Keep as not counted what nothing dates, and no longer what something does."""
    if not namings:
        return
    standing: defaultdict[str, list[NotCounted]] = defaultdict(list)
    for source, result in work.not_counted.of(patient, viewer=viewer):
        standing[source].append(result)
    for source, first in {one.undated.source: one for one in reversed(_in_parts(namings))}.items():
        results = [] if first.encounter else [_without_day(first)]
        if standing[source] != results:
            work.not_counted.replace(patient, source, results)


def dated_by(namings: Sequence[Naming]) -> dict[str, str]:
    """The Encounter that dates it, by the source that has no day of its own."""
    return {one.undated.source: one.encounter.source for one in namings if one.encounter}


def _in_parts(namings: Sequence[Naming]) -> list[Naming]:
    return sorted(namings, key=lambda one: (one.undated.source, one.undated.part))


def _without_day(naming: Naming) -> NotCounted:
    return NotCounted(NotCountedReason.DAY, naming.undated.code, naming.undated.detail)
