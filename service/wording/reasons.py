"""Why a follow-up is asked for, and when: one short reason, the full sentence, the patient's words.

Whatever a reader may not see (a result held back, a hidden one) must not be among the grounds:
without grounds the base sentence stands.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from service.domain.truth import Ground
from service.wording.grounds import patient_ground, staff_ground, unknown_fact
from service.wording.sentences import Text
from service.wording.states import ended_for_patient
from service.wording.told import Aim, Decision, Names, Told
from service.wording.values import measured
from service.wording.words import Words

__all__ = [
    "Aim",
    "Decision",
    "Names",
    "Told",
    "patient_basis",
    "patient_reason",
    "staff_reason",
    "staff_sentence",
]

_OWN_ENTRY: Final = "own-entry"
# What the patient reads first where a rule rests on several grounds.
_FOREMOST: Final = ("to-confirm", "at-target")
# Kinds whose own sentence says less than the rule's own words for the patient.
_VAGUE: Final = ("finding",)


def staff_reason(words: Words, told: Told) -> Text:
    """The grounds in short: what made the rule true, or that the base interval is used and why."""
    if told.variant or told.interval is None:
        said = dict.fromkeys(staff_ground(words, told, ground) for ground in told.because)
        return words.joined(*said) or words.text(
            "reason.rule.staff", when=told.when or told.variant
        )
    known_base = words.text("reason.base.staff", interval=told.interval)
    return _unknowns(words, told) or known_base


def staff_sentence(words: Words, told: Told) -> Text:
    """All that a flag explains: interval, reason, protocol and version, window, what closes it."""
    return words.joined(
        _interval_told(words, told),
        _reason_after_interval(words, told),
        _protocol_told(words, told),
        _protocols_told(words, told),
        _window_told(words, told),
        _closing_told(words, told),
    )


def patient_reason(words: Words, told: Told) -> Text:
    """Why now, in at most three sentences of everyday words: what was found, else the rule's own words.

    The interval alone where none fits, and where nothing that may be told made the rule true.
    """
    if told.interval is None:
        return ended_for_patient(words, next((ground.kind for ground in told.because), ""))
    grounds = sorted(told.because, key=_foremost) if told.variant else _seasons(told)
    telling = _first_said(words, told, [one for one in grounds if one.kind not in _VAGUE])
    said = telling or (told.why if grounds else None) or _first_said(words, told, grounds)
    return said or words.text("reason.base.patient", interval=told.interval)


def _first_said(words: Words, told: Told, grounds: Sequence[Ground]) -> Text | None:
    found = (patient_ground(words, told, ground) for ground in grounds)
    return next((sentence for sentence in found if sentence), None)


def patient_basis(words: Words, told: Told) -> Text:
    """The guideline it rests on, and that the centre may change an unconfirmed interval."""
    key = "portal.detail.basis" if told.source else "portal.detail.basis.no_source"
    protocol = told.set_by or next(iter(told.protocols), "")
    basis = words.text(key, protocol=protocol, version=told.version, source=told.source)
    return words.joined(basis, "" if told.confirmed else words.text("mark.unconfirmed.patient"))


def _foremost(ground: Ground) -> bool:
    return ground.kind not in _FOREMOST


def _seasons(told: Told) -> list[Ground]:
    return [ground for ground in told.because if ground.kind == "season"]


def _unknowns(words: Words, told: Told) -> Text:
    """Under the base interval the grounds are those of rules that could not be decided."""
    seasons = _seasons(told)
    rest = [ground for ground in told.because if ground not in seasons]
    undecided = [ground for ground in rest if measured(ground)]
    unknown = (unknown_fact(words, told, ground) for ground in rest if ground not in undecided)
    facts = ", ".join(dict.fromkeys(unknown))
    return words.joined(
        *(staff_ground(words, told, ground) for ground in seasons),
        *(_undecided(words, ground) for ground in undecided),
        words.text("reason.not-known.staff", facts=facts) if facts else "",
    )


def _undecided(words: Words, ground: Ground) -> Text:
    value = measured(ground)
    on = date.fromisoformat(str(dict(ground.values)["on"]))
    return words.text("reason.undecided.staff", value=value.value if value else "", date=on)


def _interval_told(words: Words, told: Told) -> Text:
    if told.interval is None:
        return words.text("sentence.ended.staff", activity=told.activity)
    if told.variant == _OWN_ENTRY and told.interval.days:
        # A date in the plan has no interval of its own: days to it, counted from the last time.
        due_on = told.window.due_on
        return words.text("sentence.by_plan.staff", activity=told.activity, date=due_on)
    key = "sentence.interval.staff" if told.confirmed else "sentence.unconfirmed.staff"
    return words.text(key, activity=told.activity, interval=told.interval)


def _reason_after_interval(words: Words, told: Told) -> Text:
    """The short reason, without the interval that has just been told."""
    if told.variant or told.interval is None:
        return staff_reason(words, told)
    return _unknowns(words, told) or words.text("reason.base.alone.staff")


def _protocol_told(words: Words, told: Told) -> Text | str:
    protocol = told.set_by or next(iter(told.protocols), "")
    if not protocol:
        return ""
    key = "sentence.protocol.source.staff" if told.source else "sentence.protocol.staff"
    return words.text(key, protocol=protocol, version=told.version, source=told.source)


def _protocols_told(words: Words, told: Told) -> Text | str:
    """All that ask, and which one sets the date: the earliest, unless the plan's own entry does."""
    if not told.protocols[1:] or not told.set_by or told.variant == _OWN_ENTRY:
        return ""
    named = ", ".join(told.protocols)
    return words.text("sentence.protocols.staff", protocols=named, first=told.set_by)


def _window_told(words: Words, told: Told) -> Text | str:
    if told.interval is None:
        return ""
    window = told.window
    key = f"sentence.window.{told.kind}.staff"
    return words.text(
        key if key in words else "sentence.window.staff",
        opens=window.opens_on,
        due=window.due_on,
        overdue=window.overdue_from,
    )


def _closing_told(words: Words, told: Told) -> Text | str:
    if told.interval is None or not told.closes_with:
        return ""
    return words.text(f"sentence.closes.{told.kind}.staff", what=told.closes_with)
