"""The command line: one command a file, loaded when it is called.

Data goes to stdout, progress and logs to stderr. Exit status: 0 done, 1 failed, 2 wrong usage,
3 done with refused entries, 4 another run holds the lock, 5 stopped and resumable.
"""

import errno
import sys
from importlib import import_module
from typing import Any, Final

import click
from typing_extensions import override

from service import __version__
from service.domain.errors import SeurantaError
from service.settings import SettingError

STOPPED: Final = 5
NOTHING_BEGUN: Final = "Stopped before there was anything to keep. The same command begins again."
COMMANDS: Final = (
    "serve",
    "demo",
    "load",
    "enrol",
    "preview",
    "migrate-plans",
    "worklist",
    "audit",
    "not-counted",
    "plan-year",
    "protocol",
    "token",
    "migrate",
    "refresh",
    "rebuild",
)


class Commands(click.Group):
    """The commands by name; what goes wrong is one line on stderr."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order in which a newcomer needs them."""
        del ctx
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"service.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    @override
    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error that a person can act on becomes its words."""
        try:
            return super().invoke(ctx)
        except (SeurantaError, SettingError) as error:
            raise Failed(str(error)) from error
        except OSError as error:
            if (
                error.errno == errno.EPIPE
            ):  # who reads the output has had enough: click ends quietly
                raise
            raise Failed(_told(error)) from error
        except KeyboardInterrupt:
            raise Failed(NOTHING_BEGUN, status=STOPPED) from None


def _told(error: OSError) -> str:
    """What the operating system refused, and of which file."""
    words = error.strerror or str(error)
    return f"{error.filename}: {words}." if error.filename else f"{words}."


class Failed(click.ClickException):
    """What a person can act on, in one line; exit status 1, or another that says more."""

    def __init__(self, words: str, *, status: int = 1) -> None:
        super().__init__(words)
        self.exit_code = status  # type: ignore[misc]  # click reads it from the instance

    @override
    def show(self, file: Any = None) -> None:
        """Print the line on stderr."""
        click.echo(f"seuranta: {self.format_message()}", err=True, file=file)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seuranta")
def commands() -> None:
    """Seuranta: the shared care plan and chronic-disease follow-up of a region.

    Settings are SEURANTA_* variables of the environment; the README lists them.
    """


def main() -> None:
    """The program `seuranta`."""
    sys.exit(commands(prog_name="seuranta"))
