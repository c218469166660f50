"""Appointment: the only thing of the region that lies after today.

Source: https://hl7.org/fhir/R4/appointment.html; HL7 Finland scheduling's state "booked".
"""

from datetime import date, timedelta

from service.jobs.demo.chart import Chart
from service.jobs.demo.resources import codes
from service.jobs.demo.resources.datatypes import Json, coding, concept, instant


def add_appointment(chart: Chart, day: date, *, minutes: int, activity: str) -> None:
    """Put a booked visit at the person's health centre into the record."""
    unit = chart.person.unit
    worker = unit.physician if activity == "phys" else unit.nurse
    content: Json = {
        "status": "booked",
        "serviceType": [concept(coding(codes.ACTIVITY, activity))],
        "start": instant(day, minutes),
        "end": instant(day, minutes + 30),
        "minutesDuration": 30,
        "created": (chart.today - timedelta(days=1)).isoformat(),
        "participant": [
            {"actor": chart.subject(), "status": "accepted"},
            {"actor": chart.refer(worker.id), "status": "accepted"},
        ],
    }
    chart.add("Appointment", content)
