"""The coded findings of the region: smoking, the eye fundus, risk classes, what was agreed.

Source: LOINC 72166-2 with SNOMED CT answers (R4 smoking status), 71490-7 and 71491-5 with LOINC's own
answers (severity of retinopathy); what has no public code with our own item and finding codes.
"""

from typing import Final

from service.jobs.demo.chart import Chart
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import coding, concept
from service.jobs.demo.resources.observations import Moment, add_finding

_SMOKING: Final = concept(coding(codes.LOINC, "72166-2", "Tobacco smoking status"))
_SMOKING_ANSWERS: Final = {
    "never": coding(codes.SNOMED, "266919005", "Never smoked tobacco"),
    "former": coding(codes.SNOMED, "8517006", "Ex-smoker"),
    "current": coding(codes.SNOMED, "77176002", "Smoker"),
}
_EYES: Final = (
    concept(coding(codes.LOINC, "71490-7", "Diabetic retinopathy severity level of left eye")),
    concept(coding(codes.LOINC, "71491-5", "Diabetic retinopathy severity level of right eye")),
)
_RETINOPATHY_ANSWERS: Final = {
    "none": coding(codes.LOINC, "LA18643-9", "No apparent retinopathy"),
    "mild": coding(codes.LOINC, "LA18644-7", "Mild non-proliferative retinopathy"),
    "moderate": coding(codes.LOINC, "LA18645-4", "Moderate non-proliferative retinopathy"),
    "severe": coding(codes.LOINC, "LA18646-2", "Severe non-proliferative retinopathy"),
}


def add_smoking(chart: Chart, moment: Moment) -> None:
    """Put the smoking status into the record."""
    answer = concept(_SMOKING_ANSWERS[chart.health.smoking])
    add_finding(chart, _SMOKING, value=answer, moment=moment, category="social-history")


def add_fundus_findings(chart: Chart, moment: Moment) -> None:
    """Put the finding of each eye into the record."""
    answer = concept(_RETINOPATHY_ANSWERS[chart.health.retinopathy])
    for eye in _EYES:
        add_finding(chart, eye, value=answer, moment=moment, category="imaging")


def add_foot_risk(chart: Chart, moment: Moment) -> None:
    """Put the risk class of the feet into the record."""
    _add_own(chart, "foot-risk", answer=f"foot-risk-{chart.health.foot_risk}", moment=moment)


def add_risk_class(chart: Chart, moment: Moment) -> None:
    """Put the cardiovascular risk class, as a physician set it, into the record."""
    _add_own(chart, "risk-class", answer=f"{chart.health.risk}-risk", moment=moment)


def add_self_monitoring(chart: Chart, moment: Moment) -> None:
    """Put into the record that measuring glucose at home has been agreed on."""
    _add_own(chart, "self-monitoring", answer="yes", moment=moment)


def _add_own(chart: Chart, item: str, *, answer: str, moment: Moment) -> None:
    code, value = concept(coding(codes.ITEM, item)), concept(coding(codes.FINDING, answer))
    add_finding(chart, code, value=value, moment=moment, category="exam")
