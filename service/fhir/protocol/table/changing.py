"""A changed table as a changed PlanDefinition: each cell that differs is set, all faults are told at once.

What no cell says stays as it is. An action in which anything changes is written anew in FHIRPath, for
its expressions exclude each other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from service.domain.protocol_table import (
    BASE,
    FIXED,
    LANGUAGES,
    OF_ACTIVITY,
    OF_VARIANT,
    CellChange,
    Differences,
    RowKey,
    TableRow,
)
from service.fhir.protocol.table import goals, setting
from service.fhir.protocol.table.parts import Unreadable
from service.fhir.protocol.table.rows import UNREVIEWED
from service.fhir.protocol.versions import activity_of

Json = dict[str, Any]
# What decides which variant holds, and so what the others' expressions say.
_DECIDING: Final = frozenset({"interval", "rule", "marks", "target"})
_NEW: Final = (
    "interval",
    "rule",
    "counts_from",
    "evidence",
    *(f"title_{language}" for language in LANGUAGES),
    *(f"reason_{language}" for language in LANGUAGES),
)


class Fault(NamedTuple):
    """What is wrong with a cell; an empty column means the row as a whole."""

    key: RowKey
    column: str
    words: str


@dataclass
class Changing:
    """A PlanDefinition and the ActivityDefinitions it names, as a table changes them.

    `actions` are those whose expressions must be written anew, `texts` the addresses of the
    ActivityDefinitions that were changed.
    """

    plan: Json
    activities: dict[str, Json]
    performers: Mapping[str, Mapping[str, str]]
    faults: list[Fault] = field(default_factory=list)
    actions: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)

    def take(self, found: Differences) -> None:
        """Make what differs so; what cannot be is a fault of its cell."""
        self._remove(found.gone)
        for row in found.added:
            self._add(row)
        for change in _reviews_last(found.changed):
            self._set(change)

    def action(self, activity: str) -> Json:
        """The action of an activity."""
        return next(one for one in self.plan["action"] if one["id"] == activity)

    def nested(self, key: RowKey) -> Json:
        """The nested action of a row."""
        wanted = f"{key.activity}.{key.variant}"
        return next(one for one in self.action(key.activity)["action"] if one["id"] == wanted)

    def _remove(self, rows: Sequence[TableRow]) -> None:
        gone = {row.key for row in rows}
        for key in sorted(gone):
            if key.variant == BASE:
                self._remove_activity(key, gone)
            elif RowKey(key.activity, BASE) not in gone:
                action = self.action(key.activity)
                action["action"].remove(self.nested(key))
                self.actions.add(key.activity)

    def _remove_activity(self, key: RowKey, gone: set[RowKey]) -> None:
        variants = {one["id"].partition(".")[2] for one in self.action(key.activity)["action"]}
        left = [one for one in variants if RowKey(key.activity, one) not in gone]
        if left:
            words = f"{key.activity} has no row `base` any more, but still the variant {min(left)}"
            self.faults.append(Fault(RowKey(key.activity, min(left)), "", words))
            return
        self.plan["action"].remove(self.action(key.activity))

    def _add(self, row: TableRow) -> None:
        known = {one["id"] for one in self.plan["action"]}
        if row.key.activity not in known or row.key.variant == BASE:
            words = (
                f"there is no activity {row.key.activity}: a new one begins in the PlanDefinition"
            )
            self.faults.append(Fault(row.key, "activity", words))
            return
        missing = [name for name in _NEW if name not in row.cells]
        self.faults += [Fault(row.key, name, "a new variant needs this") for name in missing]
        if missing:
            return
        action = self.action(row.key.activity)
        action["action"].insert(len(action["action"]) - 1, _empty(row.key))
        cells = [CellChange(row.key, column, "", text) for column, text in row.cells.items()]
        for change in _reviews_last(cells):
            self._set(change)
        self.actions.add(row.key.activity)

    def _set(self, change: CellChange) -> None:
        try:
            self.put(change)
        except Unreadable as error:
            self.faults.append(Fault(change.key, change.column, str(error)))

    def put(self, change: CellChange) -> None:
        """Set one cell; Unreadable where it cannot say that."""
        key, column, text = change.key, change.column, change.new
        _expect_place(change)
        if column in _DECIDING:
            self.actions.add(key.activity)
        if column in {"target", "target_evidence"}:
            self._put_goals(change)
        elif column in _OF_TEXTS:
            self._put_texts(key, column, text)
        elif column == "performer":
            setting.set_performer(self.performers)(self.action(key.activity), text)
        else:
            _SETTERS[column](self._element(key, column), text)

    def _element(self, key: RowKey, column: str) -> Json:
        """The nested action; the names and sources of a base are its activity's."""
        told = column == "sources" or column.startswith("title_")
        return self.action(key.activity) if told and key.variant == BASE else self.nested(key)

    def _put_goals(self, change: CellChange) -> None:
        """Goals may be of several activities: what one row changes of a goal, holds for all."""
        known = {goal["id"]: goal for goal in self.plan.get("goal", [])}
        old, new = goals.by_goal(change.old), goals.by_goal(change.new)
        if set(old) != set(new):
            raise Unreadable(f"the goals of {change.key.activity} stay: {', '.join(old)}")
        put = goals.set_bounds if change.column == "target" else goals.set_goal_evidence
        for goal, said in new.items():
            if said != old[goal]:
                put(known[goal], said)
                self._touch_users(goal)

    def _touch_users(self, goal: str) -> None:
        named = f'"{goal}"'.encode()
        users = (one["id"] for one in self.plan["action"] if named in orjson.dumps(one))
        self.actions.update(users)

    def _put_texts(self, key: RowKey, column: str, text: str) -> None:
        url = self.action(key.activity)["definitionCanonical"].partition("|")[0]
        _OF_TEXTS[column](self.activities[url], text)
        self.texts.add(url)


def _expect_place(change: CellChange) -> None:
    is_base = change.key.variant == BASE
    if change.column in FIXED:
        raise Unreadable("this is changed in the PlanDefinition itself")
    if change.column in OF_VARIANT and is_base:
        raise Unreadable("this stands in the rows of variants")
    if change.column in OF_ACTIVITY and not is_base:
        raise Unreadable("this stands in the row `base` of the activity")


def changing(
    plan: Json, activities: Mapping[str, Json], performers: Mapping[str, Mapping[str, str]]
) -> Changing:
    """A copy of a PlanDefinition, and of the ActivityDefinitions it names, to be changed."""
    named = {one["definitionCanonical"].partition("|")[0]: one for one in plan["action"]}
    copies = {url: deepcopy(activity_of(activities, one)) for url, one in named.items()}
    return Changing(deepcopy(plan), copies, performers)


def _reviews_last(changes: Iterable[CellChange]) -> list[CellChange]:
    """A text that changes is unreviewed, unless its row says in the same table that it was read."""
    return sorted(changes, key=lambda one: one.column.endswith("_review"))


def _empty(key: RowKey) -> Json:
    """A variant before its cells are set."""
    said = {"language": "text/fhirpath", "expression": "false"}
    return {
        "extension": [],
        "id": f"{key.activity}.{key.variant}",
        "title": "",
        "_title": {"extension": []},
        "description": "",
        "_description": {"extension": [_unreviewed()]},
        "condition": [{"kind": "applicability", "expression": said}],
    }


def _unreviewed() -> Json:
    extended: Json = {}
    setting.put_extension(extended, "review-status", {"valueCode": UNREVIEWED})
    found: Json = extended["extension"][0]
    return found


def _in_languages(column: str, name: str, *, optional: bool = False) -> dict[str, setting.Setter]:
    return {
        f"{column}_{language}": setting.set_text(name, language, optional=optional)
        for language in LANGUAGES
    }


_SETTERS: Final[Mapping[str, Callable[[Json, str], None]]] = {
    "interval": setting.set_interval,
    "lead_days": setting.set_days("lead-days"),
    "grace_days": setting.set_days("grace-days"),
    "evidence": setting.set_evidence,
    "sources": setting.set_sources,
    "rule": setting.set_rule,
    "counts_from": setting.set_anchor,
    "marks": setting.set_marks,
    "reason_review": setting.set_review("description"),
    **_in_languages("title", "title"),
    **_in_languages("reason", "description"),
}
_OF_TEXTS: Final[Mapping[str, setting.Setter]] = {
    **_in_languages("what", "description"),
    **_in_languages("prepare", "usage", optional=True),
    "text_review": setting.set_review("description", "usage"),
}
