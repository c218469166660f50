"""`_explain`: how the database would carry a search out, for administrators; no data of anybody.

`_explain=true` explains it for a system; `clinician` or `patient`, whose access is another condition
in the statement, name whose search it is to be. Nothing is searched.
"""

from typing import Final

from service.api.auth import note_refused, viewer_of
from service.api.fhir.definitions import ours
from service.api.request_ids import request_id
from service.domain.access import Role, Viewer
from service.domain.errors import Forbidden, Invalid, Issue
from service.domain.scope import Interaction, allows
from service.fhir.answers import OUTCOME, Hit, searchset
from service.fhir.outcome import outcome
from service.fhir.search.query import read_search
from service.runtime import Runtime

EXPLAIN: Final = "_explain"
_AS: Final = {"true": Role.SYSTEM, **{str(one): one for one in Role if one is not Role.ADMIN}}


def is_to_be_explained(pairs: list[tuple[str, str]]) -> bool:
    """Whether the parameters ask how, not what."""
    return dict(pairs).get(EXPLAIN, "") not in {"", "false"}


def explained(runtime: Runtime, type_: str, pairs: list[tuple[str, str]]) -> bytes:
    """A searchset without matches whose outcome lists the statement and the steps of its plan."""
    admin = viewer_of(runtime)
    if admin.role is not Role.ADMIN or not allows(admin.scopes, type_, Interaction.SEARCH):
        note_refused(runtime, admin, type_)
        raise Forbidden("Administrators alone are told how a search is carried out.")
    base_url = f"{runtime.settings.base_url}/fhir"
    asked = read_search(
        type_,
        [pair for pair in pairs if pair[0] != EXPLAIN],
        base_url=base_url,
        at=runtime.clock.now(),
        ours=ours(runtime, admin),
    )
    with runtime.store.read() as view:
        steps = view.resources.explain(asked.query, viewer=_searcher(dict(pairs)[EXPLAIN], admin))
    runtime.note_read(admin, "explain", scope=type_, request=request_id())
    told = [Issue("informational", step, severity="information") for step in steps]
    entry = Hit("", outcome([*asked.issues, *told]), OUTCOME)
    return searchset([entry], links={"self": f"{base_url}/{type_}"}, at=runtime.clock.now())


def _searcher(value: str, admin: Viewer) -> Viewer:
    """Somebody of the role whose search is explained, who is nobody."""
    if value not in _AS:
        words = f"`{EXPLAIN}` is one of {', '.join(_AS)}"
        raise Invalid(issues=[Issue("value", words, EXPLAIN)])
    return Viewer(_AS[value], admin.today)
