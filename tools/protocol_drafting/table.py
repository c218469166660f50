"""The table of protocols, and the decisions beside it, as they are read from YAML."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.protocol_drafting.pieces import Json, Names

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Drafting:
    """All that a draft is made from: the table, and by name what was decided by hand."""

    meta: Json
    protocols: dict[str, Json]
    items: Json
    closings: Json
    conditions: Json
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
        found: Json | None = self.decisions.get(protocol, {}).get("items", {}).get(item)
        if found is None:
            message = f"{protocol}/{item} awaits its decisions in decisions.yaml"
            raise ValueError(message)
        return found

    def item_names(self, item: str) -> Names:
        """The names of an item: its own, else those of the activity with its name."""
        own: Names | None = self.items[item].get("names")
        return own or names_of(next(row for row in self.rows() if row["key"] == item))


def read(table: Path) -> Drafting:
    """Read the table, and the files that stand beside this module."""
    content = _yaml(table)
    return Drafting(
        meta=content["meta"],
        protocols={protocol["id"]: protocol for protocol in content["protocols"]},
        items=_yaml(HERE / "items.yaml"),
        closings=_yaml(HERE / "closings.yaml"),
        conditions=_yaml(HERE / "conditions.yaml"),
        answers=_yaml(HERE / "answers.yaml"),
        names=_yaml(HERE / "names.yaml"),
        phrases=_yaml(HERE / "phrases.yaml"),
        patient_texts=_yaml(HERE / "patient_texts.yaml"),
        figures=_yaml(HERE / "figures.yaml"),
        extensions=_yaml(HERE / "extensions.yaml"),
        decisions=_yaml(HERE / "decisions.yaml")["protocols"],
    )


def names_of(row: Json) -> Names:
    """A row's names in our order of languages."""
    names = row["names"]
    return [names["fi"], names["sv"], names["en"]]


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
