"""An agreed change as the JSON API takes and gives it.

Source: docs/agreed-changes.md. A wrong value is never repeated in the answer: it might be a person's
identity code.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

from marshmallow import Schema, ValidationError, fields, validate
from typing_extensions import override

from service.api.schemas.parameters import FIRST_DAY, LAST_DAY
from service.domain.access import Role, Viewer
from service.domain.adjustment import Adjustment, AdjustmentKind, KnownAdjustment
from service.domain.catalogue import Catalogue
from service.domain.errors import Invalid, Issue, Malformed
from service.domain.interval import FOREVER, Interval

Json: TypeAlias = dict[str, Any]
_REFERENCE: Final = re.compile(
    r"(Practitioner|PractitionerRole|Organization|Patient|RelatedPerson)/[A-Za-z0-9.-]{1,64}",
    re.ASCII,
)
_LONGEST_TEXT: Final = 1_000
# Which members a kind needs; the day of those that have one.
_DAYS: Final = {
    AdjustmentKind.POSTPONED: "due_on",
    AdjustmentKind.OWN_DATE: "due_on",
    AdjustmentKind.DONE_ELSEWHERE: "done_on",
}
_KINDS: Final = [kind for kind in AdjustmentKind if kind is not AdjustmentKind.PLAN_ON_HOLD]
_MEMBERS: Final = {
    "date": "due_on",
    "reason-code": "reason_code",
    "accepted-by": "accepted_by",
    "ask-again": "ask_again_on",
    "for-good": "for_good",
}


class _Day(fields.Field[date]):
    """A day, YYYY-MM-DD."""

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            day = date.fromisoformat(value) if len(value) == len("2027-06-07") else None
        except (TypeError, ValueError):
            day = None
        if day is None or not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(f"a day, YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}")
        return day


class _Duration(fields.Field[Interval]):
    """An interval, as ISO 8601 writes it."""

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Interval:
        try:
            found = Interval.parse(value)
        except (TypeError, ValueError):
            found = Interval()
        if not (found.months or found.days) or (found.months and found.days):
            raise ValidationError("a duration of years and months, or of weeks and days: P6M, P8W")
        return found


class Asked:
    """Reads the bodies of one deployment: its reasons are those of the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._figures = catalogue.figures
        text = validate.Length(max=_LONGEST_TEXT)
        who = validate.Regexp(
            _REFERENCE.pattern + "$", error="a reference, such as PractitionerRole/1"
        )
        reasons = validate.OneOf(sorted(catalogue.names["adjustment-reason"]))
        self._new = Schema.from_dict(
            {
                "kind": fields.String(required=True, validate=validate.OneOf([*map(str, _KINDS)])),
                "from": _Day(),
                "until": _Day(),
                "for_good": fields.Boolean(),
                "due_on": _Day(),
                "done_on": _Day(),
                "interval": _Duration(),
                "reason_code": fields.String(validate=reasons),
                "reason": fields.String(validate=text),
                "place": fields.String(validate=text),
                "author": fields.String(validate=who),
                "ask_again_on": _Day(),
            }
        )()
        self._end = Schema.from_dict({"last_day": _Day()})()
        self._acceptance = Schema.from_dict({"by": fields.String(validate=who)})()

    def decision(self, body: Any, viewer: Viewer) -> Adjustment:
        """The decision that a body tells, of no follow-up yet; Invalid names each wrong member."""
        given = _loaded(self._new, body)
        kind = AdjustmentKind(given["kind"])
        day = _DAYS.get(kind)
        needed = [day] if day else ["interval"] if kind is AdjustmentKind.OWN_INTERVAL else []
        missing = [
            Issue(Invalid.code, f"`{one}` is needed.", one) for one in needed if one not in given
        ]
        if missing:
            raise Invalid(issues=missing)
        from_day = given.get("from", viewer.today)
        found = Adjustment(
            kind,
            from_day,
            given.get("until", FOREVER),
            reason=given.get("reason", ""),
            author=given.get("author") or author_of(viewer),
            due_on=given[day] if day else None,
            interval=given.get("interval"),
            ask_again_on=given.get("ask_again_on"),
            reason_code=given.get("reason_code", ""),
            place=given.get("place", ""),
        )
        is_open = kind is AdjustmentKind.DECLINED and "until" not in given
        if is_open and not given.get("for_good"):
            return found._replace(until_day=self._figures.declined_for.after(from_day))
        return found

    def last_day(self, body: Any, today: date) -> date:
        """The last day of what is ended: yesterday where the body names none."""
        found: date = _loaded(self._end, body).get("last_day", today - timedelta(days=1))
        return found

    def accepted_by(self, body: Any, viewer: Viewer) -> str:
        """Who accepts: who the body names, else who asks."""
        return str(_loaded(self._acceptance, body).get("by") or author_of(viewer))


def author_of(viewer: Viewer) -> str:
    """Who says something with a token: the patient by reference, anybody else as the token names them."""
    return f"Patient/{viewer.patient}" if viewer.role is Role.PATIENT else viewer.subject


def decision_members(one: Adjustment) -> Json:
    """A decision as the API gives it."""
    is_elsewhere = one.kind is AdjustmentKind.DONE_ELSEWHERE
    until = None if one.until_day == FOREVER else one.until_day
    asked = until if one.kind is AdjustmentKind.DECLINED else None
    return {
        "id": one.id,
        "kind": one.kind,
        "reason_code": one.reason_code or None,
        "reason": one.reason,
        "author": one.author,
        "accepted_by": one.accepted_by or None,
        "waits": one.waits,
        "from": one.from_day,
        "until": until,
        "due_on": None if is_elsewhere else one.due_on,
        "done_on": one.due_on if is_elsewhere else None,
        "place": one.place or None,
        "interval": one.interval.iso if one.interval else None,
        "ask_again_on": one.ask_again_on or asked,
    }


def known_members(one: KnownAdjustment) -> Json:
    """A decision with the instants from and to which it was known."""
    known = {"known_from": one.known_from, "known_to": one.known_to}
    return decision_members(one.decision) | {name: _instant(at) for name, at in known.items()}


def member_of(part: str, kind: AdjustmentKind) -> str:
    """The member of the body that a part of the extension was made from."""
    if part == "date" and kind is AdjustmentKind.DONE_ELSEWHERE:
        return "done_on"
    return _MEMBERS.get(part, part)


def _loaded(schema: Schema, body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise Malformed("The body is a JSON object.")
    try:
        found: Mapping[str, Any] = schema.load(body)
    except ValidationError as error:
        told = error.messages_dict.items()
        raise Invalid(
            issues=[
                Issue(Invalid.code, f"`{name}`: {'; '.join(map(str, words))}", name)
                if name in schema.fields
                else Issue(Invalid.code, "There is no such member.", "")
                for name, words in told
            ]
        ) from None
    return found


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
