"""Whatever is imported is declared; the domain needs nothing but the standard library."""

import re
import sys
from importlib.metadata import packages_distributions

from tests.guards.repository import modules, project

OWN = {"service", "tests", "tools", "benchmarks", "migrations"}


def foreign(*folders: str) -> set[str]:
    """Give the top-level packages that are neither ours nor Python's."""
    tops = {
        name.partition(".")[0] for module in modules(*folders).values() for name in module.imports
    }
    return tops - OWN - sys.stdlib_module_names


def declared(*requirements: str) -> set[str]:
    return {canonical(re.split(r"[\[=; ]", requirement)[0]) for requirement in requirements}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def undeclared(packages: set[str], requirements: list[str]) -> set[str]:
    providers = packages_distributions()
    known = declared(*requirements)
    return {name for name in packages if not known & set(map(canonical, providers.get(name, [])))}


def test_the_service_imports_what_running_installs() -> None:
    assert (
        undeclared(foreign("service", "migrations"), project()["project"]["dependencies"]) == set()
    )


def test_tests_and_tools_import_what_testing_installs() -> None:
    running = project()["project"]["dependencies"]
    testing = project()["project"]["optional-dependencies"]["test"]
    assert undeclared(foreign("tests", "tools", "benchmarks"), running + testing) == set()


def test_the_domain_imports_itself_and_the_standard_library() -> None:
    names = {
        name
        for path, module in modules("service").items()
        if path.parts[1] == "domain"
        for name in module.imports
    }
    tops = {name.partition(".")[0] for name in names}
    assert tops - sys.stdlib_module_names == {"service"}
    ours = {name for name in names if name.startswith("service")}
    assert {name for name in ours if not name.startswith("service.domain")} == set()
