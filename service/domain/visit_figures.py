"""The figures of a combined visit: when samples are taken, how soon what is overdue, what needs no journey.

They stand as data in `fhir_profiles/` (Parameters `visit-figures`) and reach the domain as this value.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VisitFigures:
    """When samples are taken, how soon what is overdue is done, what needs no journey (days, km).

    A sample is taken at least `results_days` before its visit, so that its results are there, and
    at most `fresh_days`; what is taken at least every `often_days` is not bound to visits. What is overdue is done within `soon_days`. From `far_km` on the journey
    counts before the number of contacts. `remote`, `fasting` and `reviewing` are keys of activities; the
    last are visits at which results are gone through. `confirmed`: none of them awaits a clinician.
    """

    results_days: int
    fresh_days: int
    often_days: int
    soon_days: int
    far_km: int
    remote: frozenset[str]
    fasting: frozenset[str]
    reviewing: frozenset[str]
    confirmed: bool
