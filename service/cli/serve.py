"""seuranta serve: the service itself."""

import click

from service.cli.house import opened_house, settings_and_logs
from service.deployment import STALE
from service.jobs.publish import publish_definitions
from service.jobs.reindex import stale_types
from service.serving import listening_address, serve


@click.command("serve")
@click.option("--demo", is_flag=True, help="with a demo region, made at the first start")
@click.option("--people", type=click.IntRange(min=3), help="size of the region")
def command(*, demo: bool, people: int | None) -> None:
    """Answer requests until Ctrl-C or SIGTERM.

    The schema must fit: run seuranta migrate before. SEURANTA_HOST, SEURANTA_PORT and
    SEURANTA_WORKERS say where and with how many processes.

    \b
    Example:
      SEURANTA_PORT=8080 seuranta serve
    """
    if demo:
        _serve_demo(people)
        return
    with opened_house() as runtime:
        publish_definitions(runtime)
        if stale := stale_types(runtime):
            click.echo(STALE.format(", ".join(stale)), err=True)
        serve(runtime, when_up=lambda: click.echo(_ready(runtime.settings.base_url), err=True))


def _serve_demo(people: int | None) -> None:
    settings = settings_and_logs()
    # A start without the demo region does not wait for what makes one.
    from service.cli.demo import demo_house  # noqa: PLC0415
    from service.cli.where_to_look import where_to_look  # noqa: PLC0415
    from service.jobs.demo.filling import PEOPLE  # noqa: PLC0415

    listening_address(settings)  # said before the region is made, not after
    with demo_house(settings, people=people or PEOPLE) as runtime:
        told = f"{where_to_look(runtime)}\n\nCtrl-C stops the service; the data stay."
        serve(runtime, when_up=lambda: click.echo(told))


def _ready(base_url: str) -> str:
    return f"Seuranta is at {base_url}. Ctrl-C stops it."
