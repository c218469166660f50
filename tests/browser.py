"""The Chromium of the browser tests: the one named, one on PATH, or one that apt can install."""

import os
import subprocess
from collections.abc import Mapping
from shutil import which

NAMED = "SEURANTA_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT_COMMANDS = (
    ("apt-get", "-qq", "update"),
    ("apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium"),
)


class NoChromium(Exception):
    """There is no Chromium that runs; the words say what to do."""


def find_chromium(environ: Mapping[str, str]) -> str:
    """Give the path of a Chromium that runs; raises NoChromium."""
    named = environ.get(NAMED, "")
    if named:
        return _running(named, f"{NAMED} is {named!r}, which does not run")
    for path in filter(None, (which(name, path=environ.get("PATH")) for name in NAMES)):
        if _runs(path):
            return path
    raise NoChromium(f"no Chromium found; install one, or name it in {NAMED}")


def install_chromium() -> bool:
    """Install Chromium quietly where this process may (apt, as root); say whether it was tried."""
    if os.geteuid() != 0 or not which("apt-get"):
        return False
    print("Installing Chromium", flush=True)  # noqa: T201 - it takes a while
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in APT_COMMANDS:
        subprocess.run(command, env=environ, capture_output=True, check=False, timeout=600)
    return True


def _running(path: str, otherwise: str) -> str:
    if not _runs(path):
        raise NoChromium(otherwise)
    return path


def _runs(path: str) -> bool:
    # A distribution's stub that only says to install a snap is on PATH, but does not run.
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
