"""JSON as a person reads it: what fits on one line stands on one line."""

import json
from typing import Any, Final

WIDTH: Final = 120
STEP: Final = "  "


def printed(value: Any, indent: str = "", *, room: int = WIDTH) -> str:
    """The JSON text of a value; objects and arrays are broken only where they do not fit in `room`."""
    line = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or len(indent) + len(line) <= room:
        return line
    inner = indent + STEP
    if isinstance(value, list):
        parts = [printed(one, inner) for one in value]
        return _block("[", parts, "]", indent)
    pairs = [(json.dumps(name, ensure_ascii=False), one) for name, one in value.items()]
    parts = [f"{name}: {printed(one, inner, room=WIDTH - len(name) - 2)}" for name, one in pairs]
    return _block("{", parts, "}", indent)


def _block(opening: str, parts: list[str], closing: str, indent: str) -> str:
    inner = indent + STEP
    body = f",\n{inner}".join(parts)
    return f"{opening}\n{inner}{body}\n{indent}{closing}"
