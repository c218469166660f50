"""seuranta protocol import: a changed table becomes a new version, a draft."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import orjson

from service.cli import Failed
from service.cli.house import opened_house, operator
from service.cli.options import reason_option
from service.domain.errors import Invalid
from service.protocol_tables.drafting import Adaptation
from service.protocol_tables.reading_back import Draft, read_back
from service.protocol_tables.shelf import opened_shelf
from service.protocol_tables.submitting import submit


@click.command("import", short_help="Make a new version of a changed table.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "version", required=True, metavar="VERSION", help="such as 2027.1")
@click.option("--id", "adapted", default="", metavar="NEW_ID", help="make a local adaptation of it")
@click.option("--title", default="", metavar="TEXT", help="the adaptation's name in Finnish")
@click.option("--title-sv", default="", metavar="TEXT", help="in Swedish")
@click.option("--title-en", default="", metavar="TEXT", help="in English")
@click.option("--unit", "units", multiple=True, metavar="ID", help="for whose people; repeat [all]")
@click.option("--dry-run", is_flag=True, help="say what would change, store nothing")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="write it there instead"
)
@reason_option
def command(
    file: Path, version: str, dry_run: bool, output: Path | None, reason: str, **adapted: Any
) -> None:
    """Read a workbook or CSV file of `protocol show` back and make a draft of what was changed.

    Intervals, windows, targets, performers, texts, sources, marks and rules can be changed, variants
    taken out and added. What is wrong is told by cell, all of it, and then nothing is stored. A file
    in which nothing was changed makes no version. With --id the draft is a local adaptation, which
    names the version it derives from.

    \b
    Examples:
      seuranta protocol import diabetes.xlsx --as 2027.1 --dry-run
      seuranta protocol import diabetes.xlsx --as 2027.1 --id hattula-diabetes --title "Hattulan diabetes" \\
        --title-sv "Diabetes i Hattula" --title-en "Diabetes in Hattula"
    """
    with opened_house() as runtime:
        viewer = operator(runtime, reason)
        try:
            draft = read_back(
                opened_shelf(runtime, viewer),
                file.name,
                file.read_bytes(),
                version,
                _adaptation(**adapted),
            )
            if draft.resources and not (dry_run or output):
                submit(runtime, draft.resources, viewer)
        except Invalid as error:
            raise Failed("\nseuranta: ".join(issue.words for issue in error.issues)) from error
    if output and draft.resources:
        output.write_bytes(_written(draft.resources))
    _say(draft, stored=not (dry_run or output))


def _adaptation(
    adapted: str, title: str, title_sv: str, title_en: str, units: tuple[str, ...]
) -> Adaptation | None:
    if not adapted:
        return None
    return Adaptation(adapted, {"fi": title, "sv": title_sv, "en": title_en}, units)


def _written(resources: Sequence[dict[str, Any]]) -> bytes:
    """The PlanDefinition alone, or a collection of all that was changed."""
    content = resources[-1] if len(resources) == 1 else _collection(resources)
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _collection(resources: Sequence[dict[str, Any]]) -> dict[str, Any]:
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _say(draft: Draft, *, stored: bool) -> None:
    if not draft.resources:
        click.echo(f"Nothing is changed of {draft.origin}: no new version.", err=True)
        return
    found = draft.found
    rows = f"rows added {len(found.added)}, gone {len(found.gone)}"
    told = f"{rows}; cells changed {len(found.changed)}"
    made = ", ".join(f"{one['resourceType']}/{one['id']}" for one in draft.resources)
    what = "Stored as draft" if stored else "Not stored"
    click.echo(f"{draft.origin}: {told}. {what}: {made}.", err=True)
