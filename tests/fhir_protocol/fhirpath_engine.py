"""A public FHIRPath engine, with `$this` and `$index` kept to their own loop as the standard has it.

Source: FHIRPath 2.0.0, 5.2 and 9; fhirpathpy 2.2.4 leaves those of an inner loop standing after it.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

from fhirpathpy import compile as compile_fhirpath
from fhirpathpy.engine.invocations import invocation_registry
from fhirpathpy.engine.util import flatten
from fhirpathpy.models import models

OF_A_LOOP = ("$this", "$index")


def _answers(
    ctx: dict[str, Any], data: list[Any], expression: Callable[[Any], list[Any]]
) -> Iterator[tuple[Any, list[Any]]]:
    outer = {name: ctx[name] for name in OF_A_LOOP if name in ctx}
    for number, one in enumerate(data):
        ctx["$index"] = number
        yield one, expression(one)
    for name in OF_A_LOOP:
        ctx.pop(name, None)
    ctx |= outer


def _where(ctx: dict[str, Any], data: list[Any], expression: Any) -> list[Any]:
    found = [one for one, answer in _answers(ctx, data, expression) if answer and answer[0]]
    return list(flatten(found))


def _select(ctx: dict[str, Any], data: list[Any], expression: Any) -> list[Any]:
    return list(flatten([answer for _, answer in _answers(ctx, data, expression)]))


def _all(ctx: dict[str, Any], data: list[Any], expression: Any) -> list[Any]:
    return [all(answer == [True] for _, answer in list(_answers(ctx, data, expression)))]


_ONE_EXPRESSION = {1: ["Expr"]}
_LOOPS = {
    "where": {"fn": _where, "arity": _ONE_EXPRESSION},
    "select": {"fn": _select, "arity": _ONE_EXPRESSION},
    "all": {"fn": _all, "arity": _ONE_EXPRESSION},
}


@cache
def _compiled(expression: str) -> Callable[[Any, Any], list[Any]]:
    return compile_fhirpath(expression, models["r4"])


def answer(expression: str, patient: dict[str, Any], inputs: dict[str, Any]) -> list[Any]:
    """What an expression about a patient gives, with its inputs by their ids."""
    with patch.dict(invocation_registry, _LOOPS):
        return _compiled(expression)(patient, inputs)
