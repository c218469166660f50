"""One check explained to the patient: how it stands, what it is, why now, how to prepare.

The patient sees the window from its first day to the due date, never the grace.
"""

import re
from datetime import date
from typing import Final, NamedTuple

from service.domain.seen import SeenFollowUp
from service.wording.because import because
from service.wording.grounds import Reader
from service.wording.reasons import patient_basis
from service.wording.sentences import Text
from service.wording.states import Standing, patient_state, told_by_patient
from service.wording.telling import Teller

_SENTENCES: Final = re.compile(r"(?<=[.?]) ")
_LAB_BY: Final = "{lab_by}"


class Explained(NamedTuple):
    """A follow-up in the patient's words; empty texts are not shown.

    `reviewed` says that a professional has signed `what` and `prepare`; `told` is what the person told
    and a nurse is still to look at.
    """

    name: str
    state: Text
    what: Text
    why: Text
    prepare: Text
    basis: Text
    not_known: Text | str
    reviewed: bool
    told: Text | str = ""


def explain(
    teller: Teller, one: SeenFollowUp, *, day: date, lab_by: date | None = None
) -> Explained:
    """A follow-up on a day; `lab_by` is the day before which a visit's samples are to be taken."""
    told = teller.told(one.activity, one.kind, one.stretch)
    lay = teller.lay_text(one.activity)
    return Explained(
        name=told.activity,
        state=patient_state(teller.words, standing(one, day)),
        what=lay.what,
        why=because(teller, one, reader=Reader.PATIENT).text,
        prepare=_filled(teller, lay.prepare, lab_by),
        basis=patient_basis(teller.words, told),
        not_known=teller.words.text("mark.not_known.patient") if one.not_known else "",
        reviewed=lay.reviewed,
        told=told_by_patient(teller.words, one.told, "patient") if one.told else "",
    )


def standing(one: SeenFollowUp, day: date) -> Standing:
    """How a follow-up stands on a day, as its state is told."""
    stretch = one.stretch
    return Standing(
        state=one.state,
        window=stretch.window,
        day=day,
        done_on=stretch.done.on if stretch.done else None,
        ground=stretch.exclusion,
        adjustment=one.adjustment,
    )


def _filled(teller: Teller, prepare: Text, lab_by: date | None) -> Text:
    """How to prepare; the sentence about the samples stands only where there is a day for them."""
    if _LAB_BY not in prepare:
        return prepare
    if lab_by:
        return Text(prepare.replace(_LAB_BY, teller.words.value(lab_by)), prepare.language)
    rest = (said for said in _SENTENCES.split(prepare) if _LAB_BY not in said)
    return Text(" ".join(rest), prepare.language)
