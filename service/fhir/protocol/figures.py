"""Our own figures and the grids' classes from the Parameters `follow-up-figures` and `visit-figures`.

Source: `what-is-due`, the figures marked with a dagger, and `combined-visit`; each stands as data,
marked unconfirmed.
"""

from collections.abc import Mapping

from service.domain.codes import CodeSet
from service.domain.figures import Figures, Share
from service.domain.interval import Interval
from service.domain.outreach import OutreachResult
from service.domain.rule.grid import Axis, GridClass
from service.domain.visit_figures import VisitFigures
from service.fhir.evidence.code_systems import coded
from service.fhir.protocol.element import Element
from service.fhir.protocol.support import check_support

HIERARCHIES = ("icd10|", "atc|")


def read_figures(parameters: Element) -> Figures:
    """The figures, each of which must say what supports it."""
    given = _Given(parameters)
    return Figures(
        lead=given.share("lead"),
        grace=given.share("grace"),
        safety_grace_days=given.days("safety-grace"),
        safety_after_start=given.interval("safety-after-start"),
        plan_lead_days=given.days("plan-lead"),
        plan_grace_days=given.days("plan-grace"),
        prompt_grace_days=given.days("prompt-grace"),
        urgent_grace_days=given.days("urgent-grace"),
        declined_for=given.interval("declined-for"),
        after_suspension_days=given.days("after-suspension"),
        after_discharge_days=given.days("after-discharge"),
        washout_days=given.days("washout"),
        prescription=given.interval("prescription"),
        inpatient_classes=frozenset(one.needed("code") for one in given.all("inpatient-class")),
        palliative=code_set([one.needed("code") for one in given.all("palliative-condition")]),
        grids=tuple((one.needed("scheme"), _axes(one)) for one in given.all("grid")),
        returns=tuple((one, given.days(f"return-after-{one}")) for one in OutreachResult),
        returns_within_days=given.days("return-at-most"),
    )


def read_visit_figures(parameters: Element) -> VisitFigures:
    """The figures of a combined visit, each of which must say what supports it."""
    given = _Given(parameters)
    return VisitFigures(
        results_days=given.days("results"),
        fresh_days=given.days("fresh"),
        often_days=given.days("often"),
        soon_days=given.days("soon"),
        far_km=given.one("far").needed("km"),
        remote=given.activities("remote"),
        fasting=given.activities("fasting"),
        reviewing=given.activities("reviewing"),
        confirmed=given.confirmed,
    )


class _Given:
    """The parameters by name, checked for their support."""

    def __init__(self, parameters: Element) -> None:
        self._parameters = parameters
        self._found = parameters.children("parameter")
        supported = [
            check_support(one, one.part_value("evidence"), one.part_values("source"))
            for one in self._found
        ]
        self.confirmed = all(supported)

    def all(self, name: str) -> list[Element]:
        return [one for one in self._found if one.get("name") == name]

    def one(self, name: str) -> Element:
        found = self.all(name)
        if len(found) != 1:
            raise self._parameters.refusal(f"the figure `{name}` must be given once.")
        return found[0]

    def share(self, name: str) -> Share:
        one = self.one(name)
        return Share(one.needed("divisor"), one.needed("at-least-days"), one.needed("at-most-days"))

    def days(self, name: str) -> int:
        days: int = self.one(name).needed("days")
        return days

    def activities(self, name: str) -> frozenset[str]:
        return frozenset(one.needed("activity") for one in self.all(name))

    def interval(self, name: str) -> Interval:
        return self.one(name).interval("interval")


def code_set(codings: list[Mapping[str, str]]) -> CodeSet:
    """Codings as a set: those of a hierarchy stand for their subdivisions too."""
    codes = coded(codings)
    beginnings = tuple(code for code in codes if code.startswith(HIERARCHIES))
    return CodeSet(frozenset(codes) - frozenset(beginnings), beginnings)


def _axes(grid: Element) -> tuple[Axis, Axis]:
    rows, columns = (_axis(one) for name in ("rows", "columns") for one in grid.parts(name))
    return rows, columns


def _axis(axis: Element) -> Axis:
    return Axis(axis.needed("item"), tuple(_grid_class(one) for one in axis.parts("class")))


def _grid_class(one: Element) -> GridClass:
    return GridClass(
        one.needed("name"),
        at_least=one.part_value("at-least"),
        below=one.part_value("below"),
        over=one.part_value("over"),
        up_to=one.part_value("up-to"),
    )
