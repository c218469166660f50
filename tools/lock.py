"""Write the hashed locks in `requirements/` from pyproject.toml: build, run and test.

They hold for Python 3.11 and newer, on Linux and macOS. What is locked stays as it is, unless
pyproject.toml asks for something else.
"""

import subprocess
import sys
import tomllib
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
UV = "uv==0.13.9"
COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"),
    *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
)


def main() -> None:
    """Write all three locks; what tests need is laid on what running needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    build_requirements = "\n".join(project["build-system"]["requires"])
    write_lock("build.txt", "-", stdin=build_requirements)
    write_lock("run.txt", "pyproject.toml")
    write_lock(
        "test.txt", "pyproject.toml", "--extra", "test", "--constraints", "requirements/run.txt"
    )


def write_lock(name: str, *arguments: str, stdin: str = "") -> None:
    """Compile one lock, in the folder of pyproject.toml so that no path of a machine stands in it."""
    command = [uv(), *COMPILE, "--output-file", f"requirements/{name}", *arguments]
    subprocess.run(command, input=stdin, text=True, cwd=ROOT, check=True)
    print(f"requirements/{name}")


def uv() -> str:
    """Find uv in the virtual environment or on PATH."""
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else which("uv")
    if not found:
        sys.exit(f"seuranta: make lock needs uv: .venv/bin/python -m pip install {UV}")
    return found


if __name__ == "__main__":
    main()
