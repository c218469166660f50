"""The form by which who administers the protocols records that a professional confirmed a figure."""

from http import HTTPStatus
from typing import Any, Final, NamedTuple

from flask import Response, request, url_for

from service.domain.access import Role, Viewer
from service.domain.errors import Invalid
from service.fhir.protocol.versions import id_of
from service.protocol_tables.confirming import Act, confirm
from service.protocol_tables.shelf import Json, Shelf, named, opened_shelf
from service.protocol_tables.submitting import submit
from service.runtime import Runtime
from service.web.language import teller_of
from service.web.pages import page, request_id
from service.web.protocol_lines import RowShown, sections
from service.web.sessions import viewer

_FIELDS: Final = ("role", "source_read")
_LONGEST: Final = 500


class _Filled(NamedTuple):
    """What stands in the form."""

    role: str = ""
    source_read: str = ""
    texts: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that must be filled and are not, or are filled with too much."""
        return tuple(name for name in _FIELDS if not 0 < len(getattr(self, name)) <= _LONGEST)


def show(runtime: Runtime, protocol: str) -> Response:
    """The form for one figure; NotFound where the protocol has no such."""
    _, plan, row = _asked_for(runtime, viewer(runtime, Role.ADMIN), protocol)
    return _form(runtime, plan, row, _Filled())


def record(runtime: Runtime, protocol: str) -> Response:
    """Record the act and show the draft in which it stands; what is missing is told at its field."""
    who = viewer(runtime, Role.ADMIN)
    shelf, plan, row = _asked_for(runtime, who, protocol)
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    filled = _Filled(**typed, texts="texts" in request.form)
    if filled.missing:
        return _form(runtime, plan, row, filled, HTTPStatus.BAD_REQUEST)
    act = Act(row.figure, by=who.subject, at=runtime.clock.now(), on=who.today, **filled._asdict())
    made = confirm(shelf, named(plan), act, runtime.receiving.new_id)
    submit(runtime, made.resources, who, request_id())
    address = url_for("web.protocol", protocol=made.protocol, version=made.version)
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


def _asked_for(runtime: Runtime, who: Viewer, protocol: str) -> tuple[Shelf, Json, RowShown]:
    shelf = opened_shelf(runtime, who)
    version = request.args.get("version", "")
    plan = shelf.plan(f"{protocol}|{version}" if version else protocol)
    language = teller_of(runtime).words.language
    lines = shelf.lines(plan, shelf.rows(plan), language)
    rows = (row for one in sections(lines, language) for row in one.rows)
    figure = request.args.get("figure", "")
    found = next((row for row in rows if row.figure == figure), None)
    if found is None:
        raise Invalid("There is no such figure.", "figure")
    return shelf, plan, found


def _form(
    runtime: Runtime,
    plan: Json,
    row: RowShown,
    filled: _Filled,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    words = teller_of(runtime).words
    missing = filled.missing if status is not HTTPStatus.OK else ()
    shown: dict[str, Any] = {
        "row": row,
        "filled": filled,
        "missing": missing,
        "action": request.full_path,
        "back": url_for("web.protocol", protocol=id_of(plan), version=plan["version"]),
        "name": named(plan).replace("|", " "),
    }
    if missing:
        title = words.text("protocols.confirm.staff")
        shown["page_title"] = words.text("page.error_title", title=title)
    return page(runtime, "protocol_confirm.html", "protocols.confirm.staff", status=status, **shown)
