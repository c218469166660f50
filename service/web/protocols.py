"""The pages of protocols for staff: all of them, one as its table, what differs between two versions.

They are about no one; who reads them is signed in all the same.
"""

from typing import Any, Final

from flask import Response, request, url_for

from service.domain.access import Role
from service.fhir.protocol.versions import origin_of
from service.protocol_tables.comparing import adaptations, compared, listed
from service.protocol_tables.shelf import Json, Shelf, named, opened_shelf
from service.protocol_tables.summaries import Summary, summaries, summary
from service.runtime import Runtime
from service.web.language import teller_of
from service.web.pages import page
from service.web.protocol_lines import sections
from service.web.sessions import staff
from service.wording.alphabet import in_alphabet
from service.workbooks import XLSX, as_xlsx

STATUSES: Final = ("draft", "active", "retired")
VERSION: Final = "version"


def show_all(runtime: Runtime) -> Response:
    """Every protocol with its version, and how much of it awaits a clinician."""
    shelf = opened_shelf(runtime, staff(runtime))
    teller = teller_of(runtime)
    found = [_glance(runtime, one, teller.name(one.names)) for one in summaries(shelf)]
    found.sort(key=lambda one: in_alphabet(one["name"]))
    return page(runtime, "protocols.html", "protocols.title.staff", protocols=found)


def show_one(runtime: Runtime, protocol: str) -> Response:
    """One version as its table, with its other versions, its origin and its adaptations."""
    viewer = staff(runtime)
    shelf = opened_shelf(runtime, viewer)
    plan = _asked_for(shelf, protocol)
    teller = teller_of(runtime)
    language, seen = teller.words.language, summary(shelf, plan)
    lines = shelf.lines(plan, shelf.rows(plan), language)
    name = teller.name(seen.names)
    return page(
        runtime,
        "protocol.html",
        "protocols.title.staff",
        page_title=name,
        seen=_glance(runtime, seen, name),
        activities=tuple(sections(lines, language)),
        may_confirm=viewer.role is Role.ADMIN,
        versions=[_version(runtime, shelf, plan, one.version) for one in seen.versions],
        adaptations=[_link(one) for one in adaptations(shelf, protocol)],
        workbook=url_for("web.protocol_workbook", protocol=protocol, version=seen.version),
    )


def show_difference(runtime: Runtime, protocol: str) -> Response:
    """What differs from an older version, or from the origin, cell by cell."""
    shelf = opened_shelf(runtime, staff(runtime))
    new = _asked_for(shelf, protocol)
    old = shelf.plan(request.args.get("old", "") or origin_of(new) or protocol)
    words = shelf.words(teller_of(runtime).words.language)
    found = compared(shelf, old, new)
    lines = [{**one, "label": words.label(one["column"])} for one in listed(found)]
    return page(
        runtime,
        "protocol_difference.html",
        "protocols.difference.staff",
        old=_link(named(old)),
        new=_link(named(new)),
        lines=lines,
    )


def workbook(runtime: Runtime, protocol: str) -> Response:
    """One version as a workbook, to be changed and read back."""
    shelf = opened_shelf(runtime, staff(runtime))
    plan = _asked_for(shelf, protocol)
    body = as_xlsx(shelf.table(plan, teller_of(runtime).words.language))
    response = Response(body, content_type=XLSX)
    file = f"{named(plan).replace('|', '-')}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _asked_for(shelf: Shelf, protocol: str) -> Json:
    version = request.args.get(VERSION, "")
    return shelf.plan(f"{protocol}|{version}" if version else protocol)


def _glance(runtime: Runtime, one: Summary, name: str) -> dict[str, Any]:
    words = teller_of(runtime).words
    known = one.status if one.status in STATUSES else STATUSES[0]
    drafts = [version.version for version in one.versions if version.status == "draft"]
    return {
        **one._asdict(),
        "name": name,
        "address": url_for("web.protocol", protocol=one.protocol),
        "status": words.text(f"protocols.status.{known}.staff"),
        "drafts": [version for version in drafts if version != one.version],
        "from": _link(one.origin) if one.origin else None,
    }


def _link(version: str) -> dict[str, str]:
    """A version of a protocol with the address of its page."""
    protocol, _, number = version.partition("|")
    address = url_for("web.protocol", protocol=protocol, version=number)
    return {"name": f"{protocol} {number}", "address": address}


def _version(runtime: Runtime, shelf: Shelf, shown: Json, version: str) -> dict[str, Any]:
    """A version of the protocol, and what differs from it in the one that is shown."""
    protocol = named(shown).partition("|")[0]
    status = shelf.versions.plans[protocol, version].get("status", "")
    known = status if status in STATUSES else STATUSES[0]
    current = version == shown["version"]
    difference = url_for(
        "web.protocol_difference",
        protocol=protocol,
        version=shown["version"],
        old=f"{protocol}|{version}",
    )
    return {
        "version": version,
        "status": teller_of(runtime).words.text(f"protocols.status.{known}.staff"),
        "address": url_for("web.protocol", protocol=protocol, version=version),
        "current": current,
        "difference": "" if current else difference,
    }
