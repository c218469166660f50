"""Booked visits of the coming weeks: a few people have one."""

from datetime import timedelta
from typing import Final

from service.jobs.demo.chance import happens
from service.jobs.demo.chart import Chart
from service.jobs.demo.occasions import working_day
from service.jobs.demo.resources.appointments import add_appointment
from service.jobs.demo.tables.prevalence import Disease

BOOKED_SHARE: Final = 0.08


def add_booking(chart: Chart) -> None:
    """Put a booked visit into the record, for one living person in twelve."""
    if chart.person.died_on or not happens(chart.chance, BOOKED_SHARE):
        return
    diabetic = Disease.TYPE_2_DIABETES in chart.person.onsets
    usual = "dm_annual" if diabetic else "nurse"
    activity = chart.chance.choice((usual, usual, "phys"))
    day = working_day(chart.today + timedelta(days=chart.chance.randrange(8, 60)))
    minutes = chart.chance.randrange(8 * 60, 15 * 60, 15)
    add_appointment(chart, day, minutes=minutes, activity=activity)
