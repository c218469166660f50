"""A changed PlanDefinition as the engine reads it: what it cannot use is a fault of its cell."""

import re
from dataclasses import replace
from typing import Any, Final

from service.domain.closing import Closing
from service.domain.errors import Issue, UnusableProtocol
from service.domain.protocol_table import BASE, RowKey
from service.fhir.protocol.element import Element
from service.fhir.protocol.judging import protocol_issues
from service.fhir.protocol.plan_definition import PlanReader
from service.fhir.protocol.table.changing import Changing, Fault
from service.fhir.protocol.targets import read_targets
from service.fhir.protocol.writing.actions import ProtocolVocabulary, written_anew

Json = dict[str, Any]
_PLACE: Final = re.compile(r"\.action\[(\d+)\](?:\.action\[(\d+)\])?")
_TYPE: Final = "PlanDefinition"


def finish(changed: Changing, reader: PlanReader) -> None:
    """Judge every rule by itself, write the expressions anew, then judge the whole; faults are added."""
    changed.faults += _rule_faults(changed, reader)
    if changed.faults:
        return
    words = reader.rules
    vocabulary = ProtocolVocabulary(words.terminology, words.figures, changed.activities)
    _write(changed, vocabulary)
    if not changed.faults:
        changed.faults += _whole(changed.plan, reader)


def _rule_faults(changed: Changing, reader: PlanReader) -> list[Fault]:
    """The rules of changed actions, each read alone, so that all that are wrong are told."""
    targets = read_targets(Element(changed.plan, _TYPE, ""), reader.rules)
    rules = replace(reader.rules, targets=targets, closing=Closing("any"))
    found = []
    for action in Element(changed.plan, _TYPE, "").children("action"):
        if action.get("id") in changed.actions:
            for nested in action.children("action"):
                key = _key(action.content, nested.content)
                ruled = [one.extension("rule") for one in nested.children("condition")]
                try:
                    _ = [rules.rule(one) for one in ruled if one]
                except UnusableProtocol as error:
                    found.append(Fault(key, "rule", _words(str(error))))
    return found


def _write(changed: Changing, vocabulary: ProtocolVocabulary) -> None:
    for place, action in enumerate(changed.plan["action"]):
        if action["id"] not in changed.actions:
            continue
        try:
            changed.plan["action"][place] = written_anew(changed.plan, action, vocabulary)
        except (KeyError, ValueError) as error:
            words = f"a rule of {action['id']} cannot be written in FHIRPath: {error}"
            changed.faults.append(Fault(RowKey(action["id"], BASE), "", words))


def _whole(plan: Json, reader: PlanReader) -> list[Fault]:
    return [_placed(plan, one) for one in protocol_issues(plan, _TYPE, reader)]


def _placed(plan: Json, issue: Issue) -> Fault:
    """The fault at the row whose action the issue names, else at the first."""
    match = _PLACE.search(issue.expression)
    action = plan["action"][int(match[1]) if match else 0]
    nested = action["action"][int(match[2])] if match and match[2] else None
    key = _key(action, nested) if nested else RowKey(action["id"], BASE)
    return Fault(key, "", _words(issue.words))


def _key(action: Any, nested: Any) -> RowKey:
    return RowKey(action["id"], nested["id"].removeprefix(f"{action['id']}."))


def _words(words: str) -> str:
    """What is wrong, without file and place, which are told by the cell."""
    place, colon, said = words.partition(": ")
    return (said if colon and _TYPE in place else words).rstrip(".")
