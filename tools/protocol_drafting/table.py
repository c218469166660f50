"""The table of protocols, and the decisions beside it, as they are read from YAML.

What one protocol alone needs stands in its own file under `protocols/`, so that several people can
write side by side. What several share stands beside this module.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from service.fhir.protocol.writing.names import Json
from tools.protocol_drafting.pieces import Names

HERE = Path(__file__).parent
# The parts of a protocol's file that add to a file of the same name beside this module.
SHARED: Final = {
    "facts": "items",
    "conditions": "conditions",
    "closings": "closings",
    "patient_texts": "patient_texts",
    "devices": "devices",
}
# Where a rule, a list of events or the bounds of a target may be given by its name.
A_TARGET: Final = "a target"
NAMED: Final = frozenset({"rule", "rules", "when", "events", A_TARGET})


@dataclass(frozen=True)
class Drafting:
    """All that a draft is made from: the table, and by name what was decided by hand."""

    meta: Json
    protocols: dict[str, Json]
    items: Json
    closings: Json
    conditions: Json
    code_sources: Json
    devices: Json
    answers: Json
    names: Json
    phrases: Json
    patient_texts: Json
    figures: Json
    extensions: Json
    decisions: Json

    def activities(self, protocols: list[str]) -> dict[str, Json]:
        """The table's rows by activity key, each as its first protocol has it."""
        found: dict[str, Json] = {}
        for row in self.rows(protocols):
            found.setdefault(row["key"], row)
        return found

    def rows(self, protocols: list[str] | None = None) -> Iterator[Json]:
        """The rows of some protocols, or of all."""
        for name in protocols or self.protocols:
            yield from self.protocols[name]["items"]

    def decided(self, protocol: str, item: str) -> Json:
        """What was decided of one row."""
        found: Json | None = self.decisions.get(protocol, {}).get("activities", {}).get(item)
        if found is None:
            message = f"{protocol}/{item} awaits its decisions in protocols/{protocol}.yaml"
            raise ValueError(message)
        return found

    def answers_of(self, item: str) -> list[Json]:
        """The maps of other code systems' answers to a question."""
        shared: Json = self.answers["yes-or-no"]
        return [self.answers.get(item, {}), shared if item in shared["items"] else {}]

    def phrase(self, protocol: str, kind: str, name: str) -> Any:
        """A phrase: the protocol's own (`phrases`, `bounds`), else the one that several share."""
        own = self.decisions[protocol].get(kind, {})
        return own[name] if name in own else self.phrases[kind][name]

    def item_names(self, item: str) -> Names:
        """The names of an item: its own, else those of the activity with its name."""
        own: Names | None = self.items[item].get("names")
        return own or names_of(next(row for row in self.rows() if row["key"] == item))


def read(table: Path) -> Drafting:
    """Read the table, the files that stand beside this module, and those of the protocols."""
    content = _yaml(table)
    rules = _yaml(HERE / "rules.yaml")
    files = {path.stem: _yaml(path) for path in sorted((HERE / "protocols").glob("*.yaml"))}
    own = {name: _resolved(file, rules) for name, file in files.items()}
    shared = {file: _shared(part, file, own) for part, file in SHARED.items()}
    names = _yaml(HERE / "names.yaml")
    _add(names["finding"]["codes"], "findings", own)
    return Drafting(
        meta=content["meta"],
        protocols={protocol["id"]: protocol for protocol in content["protocols"]},
        answers=_with_yes_or_no(_yaml(HERE / "answers.yaml"), own),
        names=names,
        code_sources=_yaml(HERE / "code_sources.yaml"),
        phrases=_yaml(HERE / "phrases.yaml"),
        figures=_yaml(HERE / "figures.yaml"),
        extensions=_yaml(HERE / "extensions.yaml"),
        decisions=own,
        **shared,
    )


def names_of(row: Json) -> Names:
    """A row's names in our order of languages."""
    names = row["names"]
    return [names["fi"], names["sv"], names["en"]]


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _shared(part: str, file: str, own: Mapping[str, Json]) -> Json:
    """A file that several share, with what the protocols' files add; nothing may be said twice."""
    found: Json = _yaml(HERE / f"{file}.yaml") or {}
    _add(found, part, own)
    return found


def _add(found: Json, part: str, own: Mapping[str, Json]) -> None:
    for protocol, file in own.items():
        for name, said in file.get(part, {}).items():
            if name in found:
                message = f"protocols/{protocol}.yaml: {part}: {name} is given elsewhere already"
                raise ValueError(message)
            found[name] = said


def _with_yes_or_no(answers: Json, own: Mapping[str, Json]) -> Json:
    """The questions that a professional answers with yes or no, with those of the protocols' files."""
    for file in own.values():
        asked = (name for name, fact in file.get("facts", {}).items() if "yes" in _findings(fact))
        answers["yes-or-no"]["items"] += asked
    return answers


def _findings(fact: Json) -> list[str]:
    found: list[str] = fact.get("findings", [])
    return found


def _resolved(value: Any, rules: Json, place: str = "") -> Any:
    """The same with every name of a shared rule replaced by the rule."""
    if isinstance(value, str):
        is_name = place in NAMED and value in rules
        return _resolved(rules[value], rules) if is_name else value
    if isinstance(value, list):
        return [_resolved(one, rules, place) for one in value]
    if isinstance(value, dict):
        inside = A_TARGET if place == "targets" else ""
        return {name: _resolved(one, rules, inside or name) for name, one in value.items()}
    return value
