"""Blood and urine samples: which tests a sample is examined for, and the results that come of it."""

from datetime import date
from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart
from service.jobs.demo.faults import draw_sending
from service.jobs.demo.health import creatinine, measured
from service.jobs.demo.resources.laboratory_results import Sample, add_laboratory_result
from service.jobs.demo.resources.observations import Moment
from service.jobs.demo.resources.procedures import BLOOD_COUNT, add_report
from service.jobs.demo.tables.laboratory_tests import HBA1C_PERCENT, TESTS

GROUPS: Final = {
    "hba1c": ("hba1c",),
    "fpg": ("fpg",),
    "lipids": ("chol", "hdl", "trig", "ldl"),
    "kidney": ("egfr", "krea"),
    "salts": ("k", "na"),
    "acr": ("acr",),
    "alat": ("alat",),
    "ck": ("ck",),
    "b12": ("b12",),
    "hb": ("hb",),
    "minerals": ("pth", "phosphate", "calcium"),
    "infection": ("crp", "leukocytes"),
    "thyroid": ("tsh",),
    "clotting": ("inr",),
}
_OLD_UNITS_BEFORE_YEARS: Final = 3.5
_OLD_UNITS_SHARE: Final = 0.04


def morning_sample(chart: Chart, day: date) -> Sample:
    """A sample taken between seven and half past ten."""
    return Sample(day, chart.chance.randrange(7 * 60, 10 * 60 + 30))


def examine(chart: Chart, sample: Sample, *, groups: list[str]) -> None:
    """Put the results of a sample into the record, each sent as faults allow."""
    for item, value in values(chart, sample.day, groups=groups).items():
        sending = draw_sending(chart.chance)
        if item == "hba1c" and _in_old_unit(chart, sample.day):
            # NGSP's master equation: per cent = mmol/mol x 0.09148 + 2.152.
            test, printed = HBA1C_PERCENT, value * 0.09148 + 2.152
        else:
            test, printed = TESTS[item], value
        add_laboratory_result(chart, test, value=printed, sample=sample, sending=sending)
    if "hb" in groups:
        examined = Moment(sample.day, sample.minutes, chart.refer(chart.laboratory.id))
        add_report(chart, BLOOD_COUNT, moment=examined)


def values(chart: Chart, day: date, *, groups: list[str]) -> dict[str, float]:
    """The values of a sample, those that depend on each other in step."""
    items = [item for group in groups for item in GROUPS[group]]
    years_ago = chart.years_ago(day)
    found = {
        item: measured(chart.health, item, years_ago=years_ago, chance=chart.chance)
        for item in items
        if item not in {"krea", "chol"}
    }
    if "krea" in items:
        age = chart.person.age_on(day)
        found["krea"] = creatinine(found["egfr"], age=age, is_man=chart.person.is_man)
    if "chol" in items:
        # Friedewald's formula, in mmol/l (Clin Chem 1972;18:499).
        found["chol"] = found["ldl"] + found["hdl"] + found["trig"] / 2.2
    return found


def _in_old_unit(chart: Chart, day: date) -> bool:
    old = chart.years_ago(day) > _OLD_UNITS_BEFORE_YEARS
    return old and happens(chart.chance, _OLD_UNITS_SHARE)
