"""Items and conditions as ValueSets, our own codes as CodeSystems, foreign answers as ConceptMaps."""

from collections.abc import Iterable, Iterator

from service.fhir.protocol.writing.inputs import medicines
from service.fhir.protocol.writing.names import Json
from tools.protocol_drafting.pieces import (
    OTHER_LANGUAGES,
    SYSTEMS,
    Names,
    coding,
    definition,
    extension,
    filled,
)
from tools.protocol_drafting.table import Drafting, names_of

PUBLIC = ("loinc", "kuntaliitto", "snomed", "cvx", "atc", "icd10", "icpc2")
HIERARCHIES = ("atc", "icd10")


def item_value_set(drafting: Drafting, item: str, row: Json | None) -> Json:
    """The codes of an item, with its unit and what makes a record of it count."""
    names = drafting.item_names(item)
    return definition(
        "ValueSet",
        f"item-{item}",
        names,
        extension=_of_the_item(drafting.items[item], item),
        compose={"include": _includes(drafting, item, row)},
    )


def condition_value_sets(drafting: Drafting) -> Iterator[Json]:
    """The sets of conditions, each with the set that only suggests, where there is one."""
    for name, conditions in drafting.conditions.items():
        names = conditions["names"]
        yield _condition_value_set(drafting, f"condition-{name}", names, conditions)
        if "suggested" in conditions:
            suggested = f"condition-{name}-suggested"
            yield _condition_value_set(drafting, suggested, names, conditions["suggested"])


def device_value_sets(drafting: Drafting) -> Iterator[Json]:
    """The kinds of device that rules speak of, with their codes."""
    for kind, said in drafting.devices.items():
        includes: list[Json] = [{"system": SYSTEMS["device"], "concept": [{"code": kind}]}]
        if "snomed" in said:
            marks = [extension("evidence", valueCode="unconfirmed")]
            listed = [_concept("snomed", code, name, ()) for code, name in said["snomed"].items()]
            includes.append({"extension": marks, "system": SYSTEMS["snomed"], "concept": listed})
        yield definition(
            "ValueSet",
            f"device-{kind}",
            said["names"],
            extension=[extension("device", valueCode=kind)],
            compose={"include": includes},
        )


def medicine_value_sets(groups: Iterable[tuple[str, ...]]) -> Iterator[Json]:
    """The groups of medicines that rules speak of, by the beginnings of their ATC codes."""
    for atc in groups:
        includes = [_descendants("atc", code) for code in atc]
        names = [f"{word}: {', '.join(atc)}" for word in ("Lääkkeet", "Läkemedel", "Medicines")]
        yield definition("ValueSet", medicines(list(atc)), names, compose={"include": includes})


def concept_maps(drafting: Drafting) -> Iterator[Json]:
    """The answers of other code systems as our finding values."""
    for name, answers in drafting.answers.items():
        items = answers.get("items", [name])
        groups = [_group(system, answers[system]) for system in SYSTEMS if system in answers]
        yield definition(
            "ConceptMap",
            f"answers-{name}",
            drafting.item_names(items[0]) if name in drafting.items else YES_OR_NO,
            extension=[
                *(extension("item", valueCode=item) for item in items),
                *(extension("source", valueUri=source) for source in answers["sources"]),
            ],
            group=groups,
        )


YES_OR_NO: Names = ["Kyllä vai ei", "Ja eller nej", "Yes or no"]


def code_systems(drafting: Drafting) -> Iterator[Json]:
    """Our own codes, with names in three languages."""
    activities = {row["key"]: names_of(row) for row in drafting.rows()}
    items = {item: drafting.item_names(item) for item in drafting.items}
    yield _code_system("activity", ["Seurannan aihe", "Uppföljning", "Activity"], activities)
    yield _code_system("item", ["Tieto", "Uppgift", "Item"], items)
    devices = {kind: said["names"] for kind, said in drafting.devices.items()}
    if devices:
        yield _code_system("device", ["Laite", "Hjälpmedel", "Device"], devices)
    for name, system in drafting.names.items():
        yield _code_system(name, system["title"], system["codes"], system.get("of"))


def _of_the_item(item: Json, key: str) -> list[Json]:
    found = [extension("item", valueCode=key)]
    if "unit" in item:
        found.append(extension("unit", valueCode=item["unit"]))
    if item.get("presence"):
        found.append(extension("presence-counts", valueBoolean=True))
    if item.get("own"):
        found.append(extension("own", valueBoolean=True))
    found += [extension("component", valueCode=code) for code in item.get("components", [])]
    found += [extension("finding", valueCode=code) for code in item.get("findings", [])]
    found += [
        extension("target-disease", valueCoding=coding("snomed", code))
        for code in item.get("target_disease", [])
    ]
    for name, field in (("at-home", "at_home"), ("condition-finding", "condition")):
        if field in item:
            found.append(extension(name, valueCode=item[field]))
    return found


def _includes(drafting: Drafting, item: str, row: Json | None) -> list[Json]:
    codes = _codes(drafting.items[item], row)
    evidence = _unconfirmed_systems(drafting.items[item], row)
    series = drafting.items[item].get("series", [])
    found = [{"system": SYSTEMS["item"], "concept": [{"code": item}]}]
    if row:
        found.append({"system": SYSTEMS["activity"], "concept": [{"code": item}]})
    for system in PUBLIC:
        listed = codes.get(system, {})
        if system in HIERARCHIES:
            found += [_descendants(system, code) for code in listed]
        elif listed:
            marks = [extension("evidence", valueCode="unconfirmed")] if system in evidence else []
            concepts = [_concept(system, code, name, series) for code, name in listed.items()]
            found.append(
                filled({"extension": marks, "system": SYSTEMS[system], "concept": concepts})
            )
    return found


def _codes(item: Json, row: Json | None) -> dict[str, dict[str, str | None]]:
    """Codes by system, each with its display: the item's own, else the table's and what is added."""
    found = {system: dict.fromkeys(item.get(system, [])) for system in PUBLIC}
    own = item.get("codes", _table_codes(row) if row else {})
    for source in (own, item.get("also", {})):
        for system, codes in source.items():
            found[system] |= codes if isinstance(codes, dict) else dict.fromkeys(codes)
    return found


def _table_codes(row: Json) -> Json:
    codes = row["codes"]
    finnish = {entry["code"]: entry["abbreviation"] for entry in codes["kuntaliitto"]}
    return {"loinc": codes["loinc"], "snomed": codes["snomed"], "kuntaliitto": finnish}


def _unconfirmed_systems(item: Json, row: Json | None) -> set[str]:
    marks = row["codes"].get("loinc_evidence", {}) if row else {}
    sure = "codes" not in item and "also" not in item and marks.get("code") == "sourced"
    return {"snomed"} if sure else {"loinc", "snomed"}


def _concept(system: str, code: str, name: str | None, series: Iterable[str]) -> Json:
    marks = [extension("whole-series", valueBoolean=True)] if f"{system}|{code}" in series else []
    return filled({"extension": marks, "code": code, "display": name})


def _descendants(system: str, code: str) -> Json:
    found = {"property": "concept", "op": "is-a", "value": code}
    return {"system": SYSTEMS[system], "filter": [found]}


def _condition_value_set(drafting: Drafting, name: str, names: Names, conditions: Json) -> Json:
    includes = [_descendants("icd10", code) for code in conditions.get("icd10", [])]
    if "icpc2" in conditions:
        concepts = [_concept("icpc2", code, None, ()) for code in conditions["icpc2"]]
        includes.append(_unconfirmed("icpc2", concepts, ()))
    by_source: dict[tuple[str, ...], list[Json]] = {}
    for code, display in conditions.get("snomed", {}).items():
        concepts = by_source.setdefault(_sources(drafting, code), [])
        concepts.append(_concept("snomed", code, display, ()))
    includes += [_unconfirmed("snomed", listed, sources) for sources, listed in by_source.items()]
    return definition("ValueSet", name, names, compose={"include": includes})


def _sources(drafting: Drafting, code: str) -> tuple[str, ...]:
    return tuple(source for source, codes in drafting.code_sources.items() if code in codes)


def _unconfirmed(system: str, concepts: list[Json], sources: Iterable[str]) -> Json:
    marks = [extension("evidence", valueCode="unconfirmed")]
    marks += [extension("source", valueUri=source) for source in sources]
    return {"extension": marks, "system": SYSTEMS[system], "concept": concepts}


def _group(system: str, answers: Json) -> Json:
    elements = [
        {"code": code, "target": [{"code": finding, "equivalence": "equivalent"}]}
        for code, finding in answers.items()
    ]
    return {"source": SYSTEMS[system], "target": SYSTEMS["finding"], "element": elements}


def _code_system(name: str, title: Names, codes: dict[str, Names], of: str | None = None) -> Json:
    concepts = [
        {"code": code, "display": names[0], "designation": _designations(names)}
        for code, names in codes.items()
    ]
    # How a supplement's codes compare is said by the system that it adds names to.
    own = {"caseSensitive": True, "content": "complete"}
    kind = {"content": "supplement", "supplements": of} if of else own
    return definition("CodeSystem", name, title, **kind, concept=concepts)


def _designations(names: Names) -> list[Json]:
    pairs = zip(OTHER_LANGUAGES, names[1:], strict=True)
    return [{"language": language, "value": text} for language, text in pairs]
