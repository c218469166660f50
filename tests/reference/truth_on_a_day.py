"""All rules, asked on one day: importing this makes every rule shape answer."""

from tests.reference import events_on_a_day, since_on_a_day, values_on_a_day
from tests.reference.answer import Answer, answer

__all__ = ["Answer", "answer", "events_on_a_day", "since_on_a_day", "values_on_a_day"]
