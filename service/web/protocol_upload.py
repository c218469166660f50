"""A changed workbook sent back from a page: it becomes a draft, or each cell that is wrong is told."""

from http import HTTPStatus
from typing import Any, Final

from flask import Response, request, url_for

from service.domain.access import Role
from service.domain.errors import Duplicate, Invalid, SeurantaError, TooLarge
from service.protocol_tables.reading_back import Draft, read_back
from service.protocol_tables.shelf import opened_shelf
from service.protocol_tables.submitting import submit
from service.runtime import Runtime
from service.web.language import teller_of
from service.web.pages import page, request_id
from service.web.sessions import viewer

_TITLE: Final = "protocols.upload.staff"
# What a person can do something about; all else is a page of its own.
_TOLD: Final = (Invalid, Duplicate, TooLarge)


def show(runtime: Runtime, protocol: str) -> Response:
    """The form to send a workbook."""
    plan = opened_shelf(runtime, viewer(runtime, Role.ADMIN)).plan(protocol)
    return _form(runtime, protocol, str(plan["title"]))


def record(runtime: Runtime, protocol: str) -> Response:
    """Store what the workbook changes as a draft and show what that is; a fault stores nothing."""
    who = viewer(runtime, Role.ADMIN)
    shelf = opened_shelf(runtime, who)
    name = str(shelf.plan(protocol)["title"])
    sent, version = request.files.get("workbook"), request.form.get("version", "").strip()
    if sent is None or not sent.filename:
        words = teller_of(runtime).words.text("protocols.upload.no_file.staff")
        return _form(runtime, protocol, name, version=version, faults=(words,))
    try:
        draft = read_back(shelf, _suffixed(sent.filename), sent.read(), version)
        if draft.resources:
            submit(runtime, draft.resources, who, request_id())
    except _TOLD as error:
        return _form(runtime, protocol, name, version=version, faults=_words(error))
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": _where(draft, version)})


def _suffixed(name: str) -> str:
    """What tells the kind of file; the rest of its name is the sender's own and is not repeated."""
    return "table.csv" if name.lower().endswith(".csv") else "table.xlsx"


def _words(error: SeurantaError) -> tuple[str, ...]:
    return tuple(issue.words for issue in error.issues)


def _where(draft: Draft, version: str) -> str:
    """The page of what the draft changes; where nothing is changed, of the version it came from."""
    protocol, _, origin = draft.origin.partition("|")
    if not draft.resources:
        return url_for("web.protocol", protocol=protocol, version=origin)
    return url_for("web.protocol_difference", protocol=protocol, version=version, old=draft.origin)


def _form(
    runtime: Runtime, protocol: str, name: str, *, version: str = "", faults: tuple[str, ...] = ()
) -> Response:
    words = teller_of(runtime).words
    shown: dict[str, Any] = {"back": url_for("web.protocol", protocol=protocol), "version": version}
    if faults:
        shown["page_title"] = words.text("page.error_title", title=words.text(_TITLE))
    status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
    return page(
        runtime, "protocol_upload.html", _TITLE, status=status, faults=faults, name=name, **shown
    )
