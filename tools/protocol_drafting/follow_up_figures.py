"""Our own figures and the classes of the grids, as one Parameters resource."""

from collections.abc import Iterator

from service.fhir.protocol.writing.names import Json
from tools.protocol_drafting.pieces import LANGUAGE, SYSTEMS, duration
from tools.protocol_drafting.table import Drafting


def follow_up_figures(drafting: Drafting) -> Json:
    """The Parameters `follow-up-figures`: every figure marked, every grid with its source."""
    figures = drafting.figures
    parameters = [_figure(name, values) for name, values in figures["figures"].items()]
    parameters += [_codes("inpatient-class", code) for code in figures["inpatient_classes"]]
    parameters += _palliative(figures["palliative"])
    parameters += [_grid(scheme, grid) for scheme, grid in figures["grids"].items()]
    return {
        "resourceType": "Parameters",
        "id": "follow-up-figures",
        "language": LANGUAGE,
        "parameter": parameters,
    }


def _figure(name: str, values: Json) -> Json:
    parts = [_value(key.replace("_", "-"), value) for key, value in values.items()]
    return {"name": name, "part": [*parts, _unconfirmed()]}


def _value(name: str, value: int | str) -> Json:
    if isinstance(value, str):
        return {"name": name, "valueDuration": duration(value)}
    return {"name": name, "valueInteger": value}


def _unconfirmed() -> Json:
    return {"name": "evidence", "valueCode": "unconfirmed"}


def _codes(name: str, code: str) -> Json:
    return {"name": name, "part": [{"name": "code", "valueCode": code}, _unconfirmed()]}


def _palliative(codes: Json) -> Iterator[Json]:
    for system, listed in codes.items():
        for code in listed:
            value = {"name": "code", "valueCoding": {"system": SYSTEMS[system], "code": code}}
            yield {"name": "palliative-condition", "part": [value, _unconfirmed()]}


def _grid(scheme: str, grid: Json) -> Json:
    return {
        "name": "grid",
        "part": [
            {"name": "scheme", "valueCode": scheme},
            {"name": "evidence", "valueCode": "sourced"},
            {"name": "source", "valueUri": grid["source"]},
            *(_axis(name, grid[name]) for name in ("rows", "columns")),
        ],
    }


def _axis(name: str, axis: Json) -> Json:
    classes = [
        {"name": "class", "part": [{"name": "name", "valueCode": code}, *_edges(edges)]}
        for code, edges in axis["classes"].items()
    ]
    return {"name": name, "part": [{"name": "item", "valueCode": axis["item"]}, *classes]}


def _edges(edges: Json) -> list[Json]:
    return [{"name": name.replace("_", "-"), "valueDecimal": v} for name, v in edges.items()]
