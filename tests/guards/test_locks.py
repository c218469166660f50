"""pyproject.toml and the locks in requirements/ name the same packages, each by its hash."""

import re

import pytest

from tests.guards.repository import ROOT, project

PIN = re.compile(r"^([\w.-]+)==([\w.!+]+)((?:.*\\\n)*.*\n)((?: +#.*\n)+)?", re.MULTILINE)
ASKED_FOR = re.compile(r"([\w.-]+)(?:\[\w+\])?==([\w.!+]+)")
OURS = "seuranta (pyproject.toml)"
LOCKS = ("build", "run", "test")


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def locked(name: str, *, by: str = "") -> dict[str, str]:
    """Give the versions of a lock, of those packages that `by` asks for."""
    return {
        canonical(package): version
        for package, version, _, asked_by in PIN.findall(lock(name))
        if by in asked_by
    }


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(requirements: list[str]) -> dict[str, str]:
    found = [ASKED_FOR.match(requirement) for requirement in requirements]
    return {canonical(match[1]): match[2] for match in found if match}


def requirements(name: str) -> list[str]:
    """Give what pyproject.toml asks for: to build, to run, and for both running and testing."""
    running = project()["project"]["dependencies"]
    testing = project()["project"]["optional-dependencies"]["test"]
    asked = {
        "build": project()["build-system"]["requires"],
        "run": running,
        "test": running + testing,
    }
    return list(asked[name])


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_asked_for_in_one_version(name: str) -> None:
    assert len(asked_for(requirements(name))) == len(requirements(name))


@pytest.mark.parametrize("name", ["run", "test"])
def test_the_lock_holds_exactly_what_is_asked_for(name: str) -> None:
    assert locked(name, by=OURS) == asked_for(requirements(name))


def test_the_lock_for_building_holds_exactly_what_is_asked_for() -> None:
    assert locked("build") == asked_for(requirements("build"))


def test_tests_run_with_the_packages_that_the_service_runs_with() -> None:
    assert locked("run").items() <= locked("test").items()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_its_hash(name: str) -> None:
    hashes = [rest.count("--hash=sha256:") for _, _, rest, _ in PIN.findall(lock(name))]
    assert len(hashes) == lock(name).count("==") - len(re.findall(r"; .*==", lock(name)))
    assert 0 not in hashes


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_registry(name: str) -> None:
    assert not re.search(r"https?:|^-", lock(name), re.MULTILINE)
