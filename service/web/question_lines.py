"""What only a professional can say, as the page of a patient asks it and tells what has been said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from service.domain.access import Viewer
from service.domain.errors import Issue
from service.domain.interval import FOREVER
from service.domain.open_question import Answer, Move, OpenQuestion, Questions, SetFact
from service.fhir.rendering.set_fact import author_of
from service.recording.answers import OBSERVATION, Answered
from service.web.typed import day_typed
from service.wording.sentences import Text
from service.wording.telling import Teller
from service.workflows.ports import View

FIELDS: Final = ("item", "finding", "until")


class AnswerLine(NamedTuple):
    """A possible answer, with what it would move, a line each."""

    finding: str
    name: str
    moves: tuple[Text, ...]


class QuestionLine(NamedTuple):
    """A question with its answers."""

    item: str
    name: str
    answers: tuple[AnswerLine, ...]


class SaidLine(NamedTuple):
    """What has been said, by whom and until when; `id` is the Observation's, to take it back."""

    id: str
    what: Text
    who: Text


class QuestionLines(NamedTuple):
    """The questions that are open, and what is set; `example` is a day as it may be typed."""

    open: tuple[QuestionLine, ...]
    said: tuple[SaidLine, ...]
    example: str


@dataclass(slots=True)
class AnswerForm:
    """An answer as it was filled in, and what is wrong with it; `not_saved` where it could not be kept."""

    teller: Teller
    today: date
    typed: Mapping[str, str]
    errors: dict[str, Text] = field(default_factory=dict)
    not_saved: bool = False

    def to_record(self, patient: str) -> Answered | None:
        """What it asks to record; None where something is wrong, which `errors` then says."""
        text = self.typed["until"].strip()
        until = day_typed(text) if text else None
        if not self.typed["finding"]:
            self._wrong("finding")
        if text and until is None:
            example = example_day(self.today)
            self.errors["until"] = self.teller.words.text(
                "worklist.record.error.day", example=example
            )
        if self.errors:
            return None
        return Answered(patient, self.typed["item"], self.typed["finding"], until)

    def refuse(self, issues: tuple[Issue, ...]) -> None:
        """Take over what was found wrong when it was to be recorded."""
        for issue in issues:
            if issue.expression in FIELDS:
                self._wrong(issue.expression)

    def _wrong(self, name: str) -> None:
        self.errors[name] = self.teller.words.text(f"worklist.question.error.{name}")


def new_answer(teller: Teller, today: date) -> AnswerForm:
    """A form with nothing filled in."""
    return AnswerForm(teller, today, dict.fromkeys(FIELDS, ""))


def example_day(today: date) -> str:
    """A day as it may be typed: in half a year, in digits in every language."""
    day = today + timedelta(days=182)
    return f"{day.day}.{day.month}.{day.year}"


def authors_of(view: View, questions: Questions, viewer: Viewer) -> dict[str, str]:
    """Who said what is set, by the Observation's id; those whose names are not told are left out."""
    ids = [_id_of(one) for one in questions.set]
    found = view.resources.find_many(OBSERVATION, ids, viewer=viewer).values()
    named = {one.id: author_of(one.body) for one in found if not one.deleted}
    return {id_: name for id_, name in named.items() if name}


def question_lines(
    teller: Teller, questions: Questions, authors: Mapping[str, str], today: date
) -> QuestionLines:
    """What is asked and what has been said, in the reader's words."""
    return QuestionLines(
        tuple(_question(teller, one) for one in questions.open),
        tuple(_said(teller, one, authors) for one in questions.set),
        example_day(today),
    )


def _question(teller: Teller, one: OpenQuestion) -> QuestionLine:
    answers = (
        AnswerLine(
            answer.finding, _named(teller, "finding", answer.finding), _moves(teller, answer)
        )
        for answer in one.answers
    )
    return QuestionLine(one.item, _named(teller, "item", one.item), tuple(answers))


def _moves(teller: Teller, answer: Answer) -> tuple[Text, ...]:
    if not answer.moves:
        return (teller.words.text("worklist.question.moves_nothing"),)
    return tuple(dict.fromkeys(_each_move(teller, answer.moves)))


def _each_move(teller: Teller, moves: tuple[Move, ...]) -> Iterator[Text]:
    for move in moves:
        what = _named(teller, "activity", move.activity)
        if move.before and move.after:
            yield teller.words.text(
                "worklist.question.moves", what=what, before=move.before, after=move.after
            )
        elif move.after:
            yield teller.words.text("worklist.question.comes", what=what, after=move.after)
        else:
            yield teller.words.text("worklist.question.goes", what=what)


def _said(teller: Teller, one: SetFact, authors: Mapping[str, str]) -> SaidLine:
    words, id_ = teller.words, _id_of(one)
    what = words.text(
        "worklist.question.said",
        item=_named(teller, "item", one.item),
        finding=_named(teller, "finding", one.finding),
    )
    who = authors.get(id_) or words.text("worklist.question.professional")
    if one.until == FOREVER:
        told = words.text("worklist.question.said_by", who=who, date=one.from_day)
    else:
        told = words.text(
            "worklist.question.said_by_until", who=who, date=one.from_day, until=one.until
        )
    return SaidLine(id_, what, told)


def _id_of(one: SetFact) -> str:
    return one.source.rpartition("/")[2]


def _named(teller: Teller, system: str, code: str) -> str:
    return teller.name(teller.catalogue.names_of(system, code)) or code
