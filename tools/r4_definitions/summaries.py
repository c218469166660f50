"""Which elements of each R4 type are its summary, and which of them change what the rest means.

Source: R4 elementdefinition.html, `isSummary` and `isModifier`.
"""

from collections.abc import Iterable

from tools.r4_definitions.package import Definition

Names = dict[str, list[str]]


def summaries_of(structures: Iterable[Definition]) -> Names:
    """The elements marked as summary by the path of their type; none where all would be left out."""
    return _marked(structures, "isSummary")


def modifiers_of(structures: Iterable[Definition]) -> Names:
    """The elements of resources that are marked as modifiers, by type."""
    resources = [one for one in structures if one["kind"] == "resource"]
    marked = _marked(resources, "isModifier")
    return {path: names for path, names in marked.items() if "." not in path}


def _marked(structures: Iterable[Definition], mark: str) -> Names:
    found: Names = {}
    for structure in structures:
        for definition in structure["snapshot"]["element"]:
            parent, _, name = definition["path"].rpartition(".")
            if parent and definition.get(mark) and definition["max"] != "0":
                listed = found.setdefault(parent, [])
                if name not in listed:
                    listed.append(name)
    return found
