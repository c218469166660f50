"""The standard's invariants, translated from FHIRPath to JSON Schema where JSON Schema can say them.

Source: ElementDefinition.constraint of severity error; FHIRPath 1.0 section 6 (operations). What
cannot be said (comparing two elements, uniqueness, narrative) keeps its expression: code checks it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from service.fhir.fhirpath import (
    Call,
    Constant,
    Expression,
    Literal,
    Member,
    Operation,
    This,
    alternatives,
    parse_expression,
)
from tools.r4_definitions.elements import QUANTITY_PROFILES, Element, Elements
from tools.r4_definitions.package import Definition, R4Package

Schema = dict[str, Any]
Rule = dict[str, Any]

_QUANTITY: Final = "http://hl7.org/fhir/StructureDefinition/Quantity"
UCUM: Final = "http://unitsofmeasure.org"
# Rules that the structure itself holds: no element is empty; SimpleQuantity has no comparator.
_STRUCTURAL: Final = {"ele-1", "sqty-1"}
# `%resource` inside `all()` is the Bundle itself: said from the Bundle, both ways.
_REWRITTEN: Final = {
    "bdl-3": "(type in ('batch' | 'transaction' | 'history') and entry.all(request.exists()))"
    " or ((type in ('batch' | 'transaction' | 'history')).not() and entry.request.empty())",
    "bdl-4": "(type in ('batch-response' | 'transaction-response' | 'history')"
    " and entry.all(response.exists()))"
    " or ((type in ('batch-response' | 'transaction-response' | 'history')).not()"
    " and entry.response.empty())",
}


class Untranslatable(ValueError):
    """JSON Schema has no words for this part of an invariant."""


def rules_of(
    package: R4Package, structures: Iterable[Definition], elements: Elements
) -> dict[str, list[Rule]]:
    """The invariants by the type or backbone element they stand on.

    A rule has the standard's `key`, `words` and `expression`, a `schema` that the element must meet
    where JSON Schema can say it, and `element`, the child it is about, if any.
    """
    found: dict[str, list[Rule]] = {}
    domain_resource = package.named("StructureDefinition-DomainResource")
    for structure in (domain_resource, *structures):
        for definition in structure["snapshot"]["element"]:
            for constraint in _own(structure, definition):
                owner, child = _place(structure, definition, elements)
                rule = _rule(constraint, _Translator(elements), owner, child)
                found.setdefault(owner, []).append(rule)
    return found


def _own(structure: Definition, definition: Definition) -> Iterator[Definition]:
    own_sources = {structure["url"]}
    if "." not in definition["path"] and structure.get("baseDefinition") == _QUANTITY:
        own_sources.add(_QUANTITY)  # Age, Duration ... keep the rules of what they are made from
    for constraint in definition.get("constraint", ()):
        inherited = constraint.get("source", structure["url"]) not in own_sources
        binding = constraint["severity"] == "error" and "expression" in constraint
        if binding and not inherited and constraint["key"] not in _STRUCTURAL:
            yield constraint


def _place(structure: Definition, definition: Definition, elements: Elements) -> tuple[str, str]:
    """The type that a constraint stands on and, where that is no type of ours, its element."""
    path: str = definition["path"]
    if "." not in path:
        return structure["id"], ""
    if path in elements:
        return path, ""
    owner, _, child = path.rpartition(".")
    return owner, child


def _rule(constraint: Definition, translator: "_Translator", owner: str, child: str) -> Rule:
    expression = _REWRITTEN.get(constraint["key"]) or constraint["expression"]
    rule: Rule = {
        "key": constraint["key"],
        "words": constraint["human"].strip(),
        "expression": constraint["expression"],
    }
    if child:
        rule["element"] = child
    with suppress(Untranslatable):
        rule["schema"] = translator.rule(expression, owner, child)
    return rule


def _either(*options: Schema) -> Schema:
    flat = [inner for option in options for inner in _inside(option, "anyOf")]
    return flat[0] if len(flat) == 1 else {"anyOf": flat}


def _both(*parts: Schema) -> Schema:
    return {"allOf": [inner for part in parts for inner in _inside(part, "allOf")]}


def _inside(schema: Schema, keyword: str) -> list[Schema]:
    return schema[keyword] if list(schema) == [keyword] else [schema]


def _not(schema: Schema) -> Schema:
    return schema["not"] if list(schema) == ["not"] else {"not": schema}


class _Translator:
    """Two-valued: a comparison with an absent element is false, as validators read an empty result."""

    def __init__(self, elements: Elements) -> None:
        self._elements = elements

    def rule(self, expression: str, owner: str, child: str) -> Schema:
        tree = parse_expression(expression)
        if not child:
            return self.truth(tree, owner)
        element = self._element(owner, child)
        members = {}
        for key, kind in _variants(child, element):
            if kind in self._elements:
                inner = self.truth(tree, kind)
                members[key] = {"items": inner} if element.get("many") else inner
        if not members:
            raise Untranslatable(expression)
        return {"properties": members}

    def truth(self, tree: Expression, owner: str) -> Schema:
        """The schema that an element of type `owner` meets exactly when `tree` is true of it."""
        if isinstance(tree, Operation):
            return self._operation(tree, owner)
        if isinstance(tree, Call):
            return self._call(tree, owner)
        if isinstance(tree, Member):
            return self._some(tree, owner, {"const": True})
        raise Untranslatable(tree)

    def _operation(self, tree: Operation, owner: str) -> Schema:
        joined: dict[str, Callable[[Schema, Schema], Schema]] = {
            "and": _both,
            "or": _either,
            "implies": lambda left, right: _either(_not(left), right),
            "xor": lambda left, right: {"oneOf": [left, right]},
        }
        if tree.operator in joined:
            join = joined[tree.operator]
            return join(self.truth(tree.left, owner), self.truth(tree.right, owner))
        if tree.operator in {"=", "!="} and _is_truth(tree.left) and _is_truth(tree.right):
            different = {"oneOf": [self.truth(tree.left, owner), self.truth(tree.right, owner)]}
            return different if tree.operator == "!=" else _not(different)
        return self._comparison(tree, owner)

    def _comparison(self, tree: Operation, owner: str) -> Schema:
        if tree.operator == "is":
            return self._is(tree, owner)
        if isinstance(tree.left, Call) and tree.left.name == "count":
            return self._count(tree, tree.left, owner)
        if isinstance(tree.left, Operation) and tree.left.operator == "+":
            return self._any_counted(tree, tree.left, owner)
        wanted = _wanted(tree)
        compared = self._some(_without_cast(tree.left), owner, wanted)
        return _not(compared) if tree.operator == "!=" else compared

    def _is(self, tree: Operation, owner: str) -> Schema:
        if not (isinstance(tree.left, Member) and isinstance(tree.right, Member)):
            raise Untranslatable(tree)
        name = tree.right.name
        if tree.left.name == "resource":
            return self._some(tree.left, owner, {"properties": {"resourceType": {"const": name}}})
        variant = tree.left.name + name[0].upper() + name[1:]
        return {"required": [variant]}

    def _count(self, tree: Operation, counted: Call, owner: str) -> Schema:
        focus, limit = counted.focus, tree.right
        if not (isinstance(focus, Member) and isinstance(focus.focus, This)):
            raise Untranslatable(tree)
        if not isinstance(limit, Literal) or not isinstance(limit.value, int):
            raise Untranslatable(tree)
        if not self._element(owner, focus.name).get("many"):
            if (tree.operator, limit.value) == ("<=", 1):
                return {}
            raise Untranslatable(tree)
        if tree.operator == "<=":
            return {"properties": {focus.name: {"maxItems": limit.value}}}
        if tree.operator == ">":
            more = {"properties": {focus.name: {"minItems": limit.value + 1}}}
            return _both({"required": [focus.name]}, more)
        raise Untranslatable(tree)

    def _any_counted(self, tree: Operation, total: Operation, owner: str) -> Schema:
        if (tree.operator, tree.right) != (">", Literal(0)):
            raise Untranslatable(tree)
        return _either(*(self._some(part, owner, {}) for part in _counted(total)))

    def _call(self, tree: Call, owner: str) -> Schema:
        if tree.name == "trace":
            return self.truth(tree.focus, owner)
        if tree.name in {"exists", "empty"}:
            found = self._exists(tree, owner)
            return found if tree.name == "exists" else _not(found)
        if tree.name in {"startsWith", "contains", "matches"}:
            return self._some(tree.focus, owner, _pattern(tree))
        known: dict[str, Callable[[Call, str], Schema]] = {
            "not": lambda call, kind: _not(self.truth(call.focus, kind)),
            "all": self._all,
            "is": lambda call, kind: self._is(Operation("is", call.focus, call.arguments[0]), kind),
            "hasValue": self._has_value,
        }
        if tree.name not in known:
            raise Untranslatable(tree)
        return known[tree.name](tree, owner)

    def _exists(self, tree: Call, owner: str) -> Schema:
        if tree.arguments:
            return self._some(Call(tree.focus, "where", tree.arguments), owner, {})
        return self._some(tree.focus, owner, {})

    def _all(self, tree: Call, owner: str) -> Schema:
        (criterion,) = tree.arguments
        refuted = Call(tree.focus, "where", (Call(criterion, "not", ()),))
        return _not(self._some(refuted, owner, {}))

    def _has_value(self, tree: Call, owner: str) -> Schema:
        focus = tree.focus
        if isinstance(focus, Member) and isinstance(focus.focus, This):
            self._element(owner, focus.name)
            return {"required": [focus.name]}
        raise Untranslatable(tree)

    def _some(self, tree: Expression, owner: str, wanted: Schema) -> Schema:
        """The schema met when some item that the path `tree` finds meets `wanted`."""
        if tree in (This(), Member(This(), owner)):
            return wanted
        if isinstance(tree, Member):
            step = self._step(self._type_of(tree.focus, owner), tree.name, wanted)
            return self._some(tree.focus, owner, step)
        if isinstance(tree, Call):
            return self._some_of_call(tree, owner, wanted)
        if isinstance(tree, Operation) and tree.operator == "|":
            return _either(*(self._some(part, owner, wanted) for part in alternatives(tree)))
        raise Untranslatable(tree)

    def _some_of_call(self, tree: Call, owner: str, wanted: Schema) -> Schema:
        if tree.name == "trace":
            return self._some(tree.focus, owner, wanted)
        if tree.name == "where":
            (criterion,) = tree.arguments
            met = self.truth(criterion, self._type_of(tree.focus, owner))
            return self._some(tree.focus, owner, _both(met, wanted) if wanted else met)
        if tree.name == "first" and isinstance(tree.focus, Member):
            return _first(tree.focus, wanted)
        raise Untranslatable(tree)

    def _step(self, owner: str, name: str, wanted: Schema) -> Schema:
        if name == "resource" and name not in self._elements[owner]:
            raise Untranslatable(name)
        element = self._element(owner, name)
        return _either(*(_child(key, element, wanted) for key in _keys(name, element, wanted)))

    def _type_of(self, tree: Expression, owner: str) -> str:
        if isinstance(tree, This):
            return owner
        if isinstance(tree, Member) and tree == Member(This(), owner):
            return owner
        if isinstance(tree, Call) and tree.name in {"where", "trace", "first"}:
            return self._type_of(tree.focus, owner)
        if isinstance(tree, Member):
            return self._only_type(self._element(self._type_of(tree.focus, owner), tree.name))
        raise Untranslatable(tree)

    def _element(self, owner: str, name: str) -> Element:
        elements = self._elements.get(owner, {})
        if name in elements:
            return elements[name]
        if f"{name}[x]" in elements:
            return elements[f"{name}[x]"]
        raise Untranslatable(f"{owner}.{name}")

    def _only_type(self, element: Element) -> str:
        if "type" not in element:
            raise Untranslatable(element)
        return str(element["type"])


def _first(focus: Member, wanted: Schema) -> Schema:
    if not isinstance(focus.focus, This):
        raise Untranslatable(focus)
    first = {"prefixItems": [wanted], "minItems": 1}
    return {"required": [focus.name], "properties": {focus.name: first}}


def _is_truth(tree: Expression) -> bool:
    if isinstance(tree, Operation):
        return tree.operator in {"and", "or", "=", "implies", "xor", "in"}
    return isinstance(tree, Call) and tree.name in {"exists", "empty", "not"}


def _wanted(tree: Operation) -> Schema:
    if tree.operator == "in":
        return {"enum": [_value(option) for option in alternatives(tree.right)]}
    value = _value(tree.right)
    if tree.operator in {"=", "!="}:
        return {"const": value}
    bounds = {"<=": "maximum", ">=": "minimum", "<": "exclusiveMaximum", ">": "exclusiveMinimum"}
    if tree.operator in bounds and isinstance(value, int | float):
        return {bounds[tree.operator]: value}
    raise Untranslatable(tree)


def _value(tree: Expression) -> str | int | float | bool:
    if isinstance(tree, Literal):
        return tree.value
    if tree == Constant("ucum"):
        return UCUM
    raise Untranslatable(tree)


def _without_cast(tree: Expression) -> Expression:
    return tree.left if isinstance(tree, Operation) and tree.operator == "as" else tree


def _counted(total: Expression) -> Iterator[Expression]:
    if isinstance(total, Operation) and total.operator == "+":
        yield from _counted(total.left)
        yield from _counted(total.right)
    elif isinstance(total, Call) and total.name == "count":
        yield total.focus
    else:
        raise Untranslatable(total)


def _pattern(tree: Call) -> Schema:
    (argument,) = tree.arguments
    text = _value(argument)
    if not isinstance(text, str) or any(sign in text for sign in ".*+?()[]{}|\\^$"):
        raise Untranslatable(tree)
    return {"pattern": f"^{text}" if tree.name == "startsWith" else text}


def _variants(name: str, element: Element) -> list[tuple[str, str]]:
    """The JSON members that an element can be, each with its type: one for each type of a choice."""
    stem = name.removesuffix("[x]")
    if "types" in element:
        return [(stem + _title(kind), kind) for kind in element["types"]]
    return [(name, element["type"])]


def _title(kind: str) -> str:
    """A type's name at the end of a member: profiles of Quantity are a Quantity there."""
    return "Quantity" if kind in QUANTITY_PROFILES else kind[0].upper() + kind[1:]


def _keys(name: str, element: Element, wanted: Schema) -> list[str]:
    """The JSON members of an element; its extensions count where only its presence is asked."""
    variants = _variants(name, element)
    keys = [key for key, _ in variants]
    if wanted or element.get("attribute"):
        return keys
    return keys + [f"_{key}" for key, kind in variants if kind[0].islower()]


def _child(key: str, element: Element, wanted: Schema) -> Schema:
    if not wanted:
        return {"required": [key]}
    schema = {"contains": wanted} if element.get("many") else wanted
    return {"required": [key], "properties": {key: schema}}
