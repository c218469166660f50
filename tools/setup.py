"""Make `.venv` with all that running, or testing, needs; every package by its hash in `requirements/`.

usage: setup.py run|test

It reads under any Python since 3.6, so that it can say in one line what an older one lacks.
"""

import argparse
import fcntl
import hashlib
import re
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Iterable, Iterator, List, Tuple

Version = Tuple[int, int]

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {
    "run": ("requirements/build.txt", "requirements/run.txt"),
    "test": ("requirements/build.txt", "requirements/test.txt"),
}
OLDEST = (3, 11)
NEWEST = (3, 14)  # the newest for which every package has a wheel

PROBE = "import sys\nprint(*sys.version_info[:2])\nimport venv, ensurepip\nprint('ready')"

# What pip's output holds, and what to do about it.
REMEDIES = (
    (
        r"No space left on device",
        "the disk is full. Free about 600 MB, then call make again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED",
        "the package registry shows a certificate that this machine does not trust. "
        "Set PIP_CERT to your organisation's, then call make again.",
    ),
    (
        r"connection broken by|Failed to establish a new connection|Read timed out|ConnectionError",
        "the package registry does not answer. Check the network, or set HTTPS_PROXY or "
        "PIP_INDEX_URL, then call make again.",
    ),
    (
        r"No matching distribution found",
        "the package registry lacks a package of requirements/ for this Python and system. "
        "Set PIP_INDEX_URL to a complete one, then call make again.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "a package is not the one that requirements/ names by hash; nothing of it was installed.",
    ),
)


class SetupError(Exception):
    """What is missing and what to do about it, in one line."""


def asked_for() -> str:
    """Read from the command line what is to be set up."""
    parser = argparse.ArgumentParser(description="Make .venv with all that is needed.")
    parser.add_argument("wanted", choices=sorted(LOCKS))
    return str(parser.parse_args().wanted)


def main(wanted: str) -> None:
    """Set up for `wanted` unless it is done; two set-ups at once wait for each other."""
    with open(__file__) as own_file:
        fcntl.flock(own_file, fcntl.LOCK_EX)
        if not has_packages(wanted):
            install_packages(wanted)
        if not is_stamped("service"):
            install_service()


def has_packages(wanted: str) -> bool:
    """Say whether `.venv` holds the locked packages; what testing needs holds what running needs."""
    return PYTHON.exists() and (is_stamped(wanted) or is_stamped("test"))


def install_packages(wanted: str) -> None:
    """Fetch and install the locked packages; begin anew unless those for running are in place."""
    if not has_packages("run"):
        make_venv()
    locks = [argument for lock in LOCKS[wanted] for argument in ("-r", str(ROOT / lock))]
    total = sum(count_packages(ROOT / lock) for lock in LOCKS[wanted])
    say("Installing {} packages, each by its hash".format(total))
    pip("--require-hashes", *locks)
    stamp(wanted)


def install_service() -> None:
    """Put `seuranta` into `.venv/bin`, running from this folder."""
    say("Installing seuranta")
    pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    stamp("service")


def make_venv() -> None:
    """Make an empty `.venv` with the first Python that will do."""
    python = choose_python(candidates())
    say("Making .venv with {}".format(python))
    done = run(python, "-m", "venv", "--clear", str(VENV))
    if done.returncode != 0:
        raise SetupError("{} could not make .venv: {}".format(python, last_line(done.stdout)))


def choose_python(pythons: List[str]) -> str:
    """Give the first tested Python that can make a `.venv`, else a newer one; say what is missing."""
    found = [(python, probe(python)) for python in pythons]
    for python, (version, ready) in found:
        if ready and OLDEST <= version <= NEWEST:
            return python
    for python, (version, ready) in found:
        if ready and version > NEWEST:
            say("Python {}.{} is newer than those we have tested".format(*version))
            return python
    raise SetupError(lack(found))


def candidates() -> List[str]:
    """Give the Python that called us, then those on PATH, the newest first."""
    names = ["python3.{}".format(minor) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    return [sys.executable] + [path for path in map(which, names) if path]


def probe(python: str) -> Tuple[Version, bool]:
    """Give the version of a Python and whether it can make a complete virtual environment."""
    lines = run(python, "-c", PROBE).stdout.splitlines()
    if not lines or not re.match(r"\d+ \d+$", lines[0]):
        return (0, 0), False
    major, minor = lines[0].split()
    return (int(major), int(minor)), lines[-1] == "ready"


def lack(found: List[Tuple[str, Tuple[Version, bool]]]) -> str:
    """Say what the Pythons of this machine lack, and what to do."""
    able = [(version, python) for python, (version, _) in found if version >= OLDEST]
    if able:
        version, python = able[0]
        text = "{} has no venv module. Install it (Debian, Ubuntu: apt install python{}.{}-venv)"
        return (text + ", then call make again.").format(python, *version)
    text = "Python {}.{} or newer is needed; {} is {}.{}. Install one, then call make again"
    python, (version, _) = found[0]
    where = ", or name it: make setup PYTHON=python3.{}".format(NEWEST[1])
    return text.format(*OLDEST, python, *version) + where


def pip(*arguments: str) -> None:
    """Run pip's install and show how far it is; what goes wrong becomes one line."""
    quietly = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    process = subprocess.Popen(
        [str(PYTHON), "-m", "pip", "install", *quietly, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
    )
    with process:
        output = "".join(shown(process.stdout or ()))
    if process.returncode != 0:
        raise SetupError(explain(output))


def shown(lines: Iterable[str]) -> Iterator[str]:
    """Pass pip's lines on, and print a plain one at every tenth package and every delay."""
    fetched = 0
    for line in lines:
        yield line
        if line.startswith(("Collecting ", "Requirement already satisfied: ")):
            fetched += 1
            if fetched % 10 == 0:
                say("  {} fetched".format(fetched))
        elif "Retrying (" in line:
            say("  the package registry does not answer, trying again")
        elif line.startswith("Installing collected packages") and fetched > 1:
            say("  all {} fetched, putting them in place".format(fetched))


def explain(output: str) -> str:
    """Give the one line that says what went wrong and what to do."""
    log = VENV / "pip.log"
    log.write_text(output)
    cause = "pip: {} (its whole output: {})".format(last_line(output), log.relative_to(ROOT))
    return remedy(output) or cause


def remedy(output: str) -> str:
    """Give what to do about a failure that is known by pip's words, else nothing."""
    return next((words for pattern, words in REMEDIES if re.search(pattern, output)), "")


def last_line(output: str) -> str:
    """Give the last error in the output, else its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["it said nothing"])[-1]


def count_packages(lock: Path) -> int:
    """Count the packages of a lock that are for this system."""
    pins = re.findall(r"^[\w.-]+==.*", lock.read_text(), re.MULTILINE)
    return sum("win32" not in pin for pin in pins)


def is_stamped(what: str) -> bool:
    """Say whether this was done, here, from the files as they now are."""
    mark = VENV / "seuranta-{}.stamp".format(what)
    return mark.exists() and mark.read_text() == digest(what)


def stamp(what: str) -> None:
    """Leave the mark that this was done."""
    (VENV / "seuranta-{}.stamp".format(what)).write_text(digest(what))


def digest(what: str) -> str:
    """Give the digest of what it was made from: files and place (a moved `.venv` does not work)."""
    read = hashlib.sha256(str(ROOT).encode())
    for name in LOCKS.get(what, ("pyproject.toml",)):
        read.update((ROOT / name).read_bytes())
    return read.hexdigest()


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command and keep what it prints; one that cannot be run prints nothing."""
    try:
        return subprocess.run(
            command,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            errors="replace",
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, stdout=str(error))


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


if __name__ == "__main__":
    try:
        main(asked_for())
    except SetupError as error:
        sys.exit("seuranta: {}".format(error))
    except OSError as error:
        sys.exit("seuranta: {}: {}".format(error.strerror, error.filename))
    except KeyboardInterrupt:
        sys.exit("seuranta: set-up stopped; calling make again begins where it is safe")
