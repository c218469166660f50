"""Which version a person means on the command line: one by its name, or the PlanDefinition in a file."""

from pathlib import Path
from typing import Any

from service.protocol_tables.shelf import Shelf, plan_of_file


def plan_meant(shelf: Shelf, given: str) -> dict[str, Any]:
    """`ID`, `ID|VERSION` or a file's name that ends in .json; who runs a command may read their files."""
    path = Path(given)
    return plan_of_file(path) if given.endswith(".json") and path.is_file() else shelf.plan(given)
