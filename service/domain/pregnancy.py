"""How a pregnancy is told, and how long it lasts.

Source: ACOG Committee Opinion 700: the due date is 280 days after the last menstrual period.
"""

from datetime import date
from typing import Final

from service.domain.interval import days_after

PREGNANCY: Final = "pregnancy"
PREGNANT: Final = "pregnant"
DAYS_OF_PREGNANCY: Final = 280


def latest_due_date(known_on: date) -> date:
    """The latest day that the due date can be: that of a pregnancy which began on the day it was known."""
    return days_after(known_on, DAYS_OF_PREGNANCY)
