"""seuranta serve: the service itself."""

import click

from service.cli.house import opened_house
from service.jobs.publish import publish_definitions
from service.serving import serve


@click.command("serve")
def command() -> None:
    """Answer requests until Ctrl-C or SIGTERM.

    The schema must fit: run seuranta migrate before. SEURANTA_HOST, SEURANTA_PORT and
    SEURANTA_WORKERS say where and with how many processes.

    \b
    Example:
      SEURANTA_PORT=8080 seuranta serve
    """
    with opened_house() as runtime:
        publish_definitions(runtime)
        serve(runtime)
