"""Every address where people's data could come out, and how somebody who may not would ask for them.

By method and address, as the application registers it. An attempt names what belongs to one person;
it is made twice, for a person whom the asker may not see and for one who is not there.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

import orjson

from tests.api.access_attempts import (
    ASKER,
    FORM,
    IDENTIFIERS,
    JSON_PATCH,
    Attempt,
    Attempts,
    Json,
    Person,
)
from tests.api.access_contacts import PAGES, contacts_read, contacts_recorded, opened
from tests.api.access_proposals import acceptances, proposals, proposals_by_type
from tests.api.access_to_agreed_changes import AGREED_CHANGES
from tests.fhir.resources import a_bundle
from tests.receiving import a_patient, an_hba1c

_OF_A_PATIENT: Final = ("$everything", "$follow-up", "$plan-visit")


def _instances(person: Person) -> dict[str, str]:
    """What the person has, by type."""
    return {
        "Patient": person.patient,
        "Observation": person.observation,
        "Task": person.round,
        "ServiceRequest": person.request,
        "CarePlan": person.plan,
    }


def _each(end: str = "", **headers: str) -> Callable[[Person], Attempts]:
    """The same address below each of the person's resources."""
    return lambda person: (
        Attempt(f"/fhir/{type_}/{id_}{end}", headers=headers)
        for type_, id_ in _instances(person).items()
    )


def _all(*makers: Callable[[Person], Attempts]) -> Callable[[Person], Attempts]:
    return lambda person: (one for make in makers for one in make(person))


def questions(person: Person) -> list[tuple[str, str]]:
    """Searches that ask after the person by name, by reference, by what refers, and by what is due."""
    of_type = {
        "Patient": [
            f"_id={person.patient}",
            f"identifier={person.identifier}",
            f"identifier={IDENTIFIERS}|{person.identifier}&_summary=count",
            f"_has:Observation:patient:_id={person.observation}",
            f"_has:Observation:subject:identifier={person.identifier}",
            f"_id={person.patient}&_revinclude=Observation:patient",
            f"_id={person.patient}&_revinclude:iterate=*&_total=accurate",
        ],
        "Observation": [
            f"patient={person.patient}",
            f"subject=Patient/{person.patient}&_summary=count",
            f"patient={person.patient}&_total=accurate&_count=0",
            f"_id={person.observation}&_include=Observation:subject",
            f"identifier={person.identifier}&_elements=id",
            f"subject:Patient.identifier={person.identifier}",
            f"patient.identifier={person.identifier}",
            f"subject:identifier={person.identifier}",
            f"_id={person.pointing}&_include=Observation:derived-from",
            f"_id={person.pointing}&_include:iterate=*",
            f"_id={person.pointing}&derived-from:Observation.code=59261-8",
            f"_id={person.pointing}&derived-from:Observation.value-quantity=gt90",
            f"_id={person.pointing}&derived-from:Observation.patient.identifier={person.identifier}",
            f"_id={person.pointed}&_revinclude=Observation:derived-from",
            f"_id={person.pointed}&_has:Observation:derived-from:code=59261-8",
            f"_id={person.pointed}&_has:Observation:derived-from:value-quantity=gt90",
            f"_id={person.pointed}&_has:Observation:derived-from:patient={person.patient}",
            "code=59261-8&_sort=-date&_total=accurate",
            "value-quantity=gt90&_summary=count",
        ],
        "Task": [
            f"patient={person.patient}&follow-up-state=overdue,due,upcoming,paused,ended",
            f"_id={person.round}&_include=Task:based-on&_include=Task:patient",
            f"based-on=ServiceRequest/{person.request}",
            f"based-on.subject:Patient.identifier={person.identifier}",
            f"patient={person.patient}&_sort=-days-overdue&follow-up-state=overdue",
        ],
        "ServiceRequest": [
            f"_id={person.request}&_revinclude=Task:based-on",
            f"subject={person.patient}&_total=accurate&_summary=count",
        ],
        "CarePlan": [
            f"patient={person.patient}&_include=CarePlan:activity-reference",
            f"_has:Task:patient:_id={person.round}",
            f"_id={person.plan}&_include=CarePlan:instantiates-canonical",
            f"patient={person.patient}&instantiates-canonical:PlanDefinition.status=active",
        ],
        # What is about no one is open to all: no way may lead from there to a person.
        "Organization": [
            "_revinclude=Patient:general-practitioner&_count=500",
            f"_has:Patient:general-practitioner:_id={person.patient}",
            f"_has:Patient:general-practitioner:identifier={person.identifier}",
            f"_has:Patient:organization:_has:Observation:patient:_id={person.observation}",
        ],
        "PlanDefinition": [
            "_revinclude=CarePlan:instantiates-canonical&_count=500",
            f"_has:CarePlan:instantiates-canonical:_id={person.plan}",
            f"_has:CarePlan:instantiates-canonical:patient.identifier={person.identifier}",
            f"status=active&_has:ServiceRequest:instantiates-canonical:_id={person.request}",
        ],
    }
    return [(type_, text) for type_, asked in of_type.items() for text in asked]


def _searches(person: Person) -> Attempts:
    return (Attempt(f"/fhir/{type_}?{text}") for type_, text in questions(person))


def _searches_by_post(person: Person) -> Attempts:
    return (
        Attempt(f"/fhir/{type_}/_search", text.encode(), FORM) for type_, text in questions(person)
    )


def _of_the_system(person: Person) -> list[str]:
    return [
        f"_type=Patient,Observation,Task&_id={person.patient},{person.observation}",
        f"_id={person.observation}&_total=accurate",
        f"_type=Observation&_id={person.observation}&_summary=count",
    ]


def _searches_of_the_system(person: Person) -> Attempts:
    return (Attempt(f"/fhir?{asked}") for asked in _of_the_system(person))


def _searches_of_the_system_by_post(person: Person) -> Attempts:
    return (Attempt("/fhir/_search", asked.encode(), FORM) for asked in _of_the_system(person))


def _within(person: Person) -> Attempts:
    for asked in ("Observation", "Observation?_summary=count", "*", "Task?_total=accurate"):
        yield Attempt(f"/fhir/Patient/{person.patient}/{asked}")


def _within_by_post(person: Person) -> Attempts:
    for inner, asked in (("Observation", "_total=accurate"), ("Task", "follow-up-state=overdue")):
        address = f"/fhir/Patient/{person.patient}/{inner}/_search"
        yield Attempt(address, asked.encode(), FORM)


def _put(resource: Json, address: str, **headers: str) -> Attempt:
    return Attempt(address, orjson.dumps(resource), headers)


def _updates(person: Person) -> Attempts:
    theirs = an_hba1c(person.observation, patient=person.patient)
    address = f"/fhir/Observation/{person.observation}"
    yield _put(theirs, address)
    yield _put(theirs, address, If_Match='W/"1"')
    yield _put(theirs, address, If_Match='W/"9"', Prefer="return=representation")
    yield _put(a_patient(person.patient), f"/fhir/Patient/{person.patient}", If_Match='W/"1"')
    taken = "An id is taken or it is not: who writes under one is told so, and nothing more."
    yield _put(an_hba1c(person.observation, patient=ASKER), address)._replace(differs=taken)


def _conditional(person: Person) -> list[str]:
    return [
        f"identifier={person.identifier}",
        f"patient={person.patient}",
        f"_id={person.observation}",
        f"patient.identifier={person.identifier}",
    ]


def _conditional_updates(person: Person) -> Attempts:
    for asked, body in _written_if(person):
        yield _put(body, f"/fhir/Observation?{asked}")


def _written_if(person: Person) -> Iterable[tuple[str, Json]]:
    """Conditions that the person's own meet, each with a result of theirs and one of the asker's."""
    for asked in _conditional(person):
        for patient in (person.patient, ASKER):
            body = an_hba1c(patient=patient)
            del body["id"]
            yield asked, body


def _conditional_creates(person: Person) -> Attempts:
    for asked, body in _written_if(person):
        yield _put(body, "/fhir/Observation", If_None_Exist=asked)
    for element in ("derivedFrom", "hasMember"):
        pointing = [{"reference": f"Observation/{person.observation}"}]
        body = an_hba1c(patient=ASKER) | {element: pointing}
        yield _put(body, "/fhir/Observation", Prefer="return=OperationOutcome")
    yield _put(an_hba1c(patient=person.patient), "/fhir/Observation")
    named = {"identifier": {"system": IDENTIFIERS, "value": person.identifier}}
    yield _put(an_hba1c(subject=named), "/fhir/Observation")


_PATCH: Final = orjson.dumps([{"op": "replace", "path": "/status", "value": "amended"}])
_TEST: Final = orjson.dumps([{"op": "test", "path": "/status", "value": "final"}])


def _patches(person: Person) -> Attempts:
    for body in (_PATCH, _TEST):
        yield Attempt(f"/fhir/Observation/{person.observation}", body, JSON_PATCH)
    for version in ('W/"1"', 'W/"7"'):
        headers = {**JSON_PATCH, "If_Match": version}
        yield Attempt(f"/fhir/Observation/{person.observation}", _PATCH, headers)


def _conditional_patches(person: Person) -> Attempts:
    for asked in _conditional(person):
        yield Attempt(f"/fhir/Observation?{asked}", _PATCH, JSON_PATCH)


def _deletes(person: Person) -> Attempts:
    yield from _each()(person)
    yield from _each(If_Match='W/"1"')(person)


def _conditional_deletes(person: Person) -> Attempts:
    return (Attempt(f"/fhir/Observation?{asked}") for asked in _conditional(person))


def _bundles(person: Person) -> Attempts:
    reads = [
        *(f"{type_}/{id_}" for type_, id_ in _instances(person).items()),
        *(f"{type_}/{id_}/_history" for type_, id_ in _instances(person).items()),
        f"Observation/{person.observation}/_history/1",
        f"Patient/{person.patient}/$everything",
        f"Patient/{person.patient}/Observation",
        *(f"{type_}?{text}" for type_, text in questions(person)),
    ]
    entries = [{"request": {"method": "GET", "url": url}} for url in reads]
    yield _put(a_bundle("batch", *entries), "/fhir")
    posted = [f"Patient/{person.patient}/{name}" for name in _OF_A_PATIENT]
    posted.append(f"Observation/{person.observation}/$validate")
    asked = [{"request": {"method": "POST", "url": url}} for url in posted]
    yield _put(a_bundle("batch", *asked), "/fhir")
    for entry in (*entries[:3], *asked):
        yield _put(a_bundle("transaction", entry), "/fhir")
    writes = list(_writes(person))
    yield _put(a_bundle("batch", *writes), "/fhir")
    for entry in writes[::2]:
        yield _put(a_bundle("transaction", entry), "/fhir")


def _writes(person: Person) -> Iterable[Json]:
    theirs = an_hba1c(person.observation, patient=person.patient)
    address = f"Observation/{person.observation}"
    yield {"request": {"method": "PUT", "url": address}, "resource": theirs}
    yield {"request": {"method": "PUT", "url": address, "ifMatch": 'W/"1"'}, "resource": theirs}
    yield {"request": {"method": "DELETE", "url": address}}
    for asked, body in _written_if(person):
        create = {"method": "POST", "url": "Observation", "ifNoneExist": asked}
        yield {"request": create, "resource": body}
        yield {"request": {"method": "PUT", "url": f"Observation?{asked}"}, "resource": body}
        yield {"request": {"method": "DELETE", "url": f"Observation?{asked}"}}
    for asked in (f"_id={person.patient}", f"identifier={person.identifier}"):
        referring = an_hba1c(subject={"reference": f"Patient?{asked}"})
        yield {"request": {"method": "POST", "url": "Observation"}, "resource": referring}


def _operation(name: str, *questions_: str) -> Callable[[Person], Attempts]:
    def attempts(person: Person) -> Attempts:
        for asked in ("", *questions_):
            yield Attempt(f"/fhir/Patient/{person.patient}/{name}{asked}")
        empty = orjson.dumps({"resourceType": "Parameters"})
        yield Attempt(f"/fhir/Patient/{person.patient}/{name}", empty)

    return attempts


def _validations(person: Person) -> Attempts:
    theirs = an_hba1c(patient=person.patient)
    yield _put(theirs, "/fhir/Observation/$validate")
    referring = an_hba1c(subject={"reference": f"Patient?identifier={person.identifier}"})
    yield _put(referring, "/fhir/Observation/$validate")


def _validations_of_instances(person: Person) -> Attempts:
    for type_, id_ in _instances(person).items():
        yield Attempt(f"/fhir/{type_}/{id_}/$validate")
        yield Attempt(f"/fhir/{type_}/{id_}/$validate?mode=delete")


def _asked_of(address: str, *asked: Mapping[str, str]) -> Callable[[Person], Attempts]:
    """Addresses that name no person: what they show is looked through for the hidden one."""
    return lambda _person: (
        Attempt(f"{address}{'?' if one else ''}{urlencode(one)}") for one in ({}, *asked)
    )


_EVERY_STATE: Final = "upcoming,due,overdue,paused,ended"
_LISTS: Final = (
    {"status": _EVERY_STATE, "limit": "500"},
    {"unit": "u2", "status": _EVERY_STATE},
    {"unit": "u2", "as_of": "2026-06-01", "known_at": "2026-11-21T12:00:00Z"},
)
_HISTORIES: Final = ({"_count": "500"}, {"_since": "2026-01-01T00:00:00Z"}, {"_summary": "count"})
_POST_SEARCH: Final = ("POST", "/fhir/<type_>/_search")

ATTEMPTS: Final[Mapping[tuple[str, str], Callable[[Person], Attempts]]] = {
    ("GET", "/fhir/<type_>/<id_>"): _all(
        _each(),
        _each("?_summary=text"),
        _each("?_elements=id"),
        _each(If_None_Match='W/"1"'),
        _each(If_Modified_Since="Sat, 21 Nov 2126 10:00:00 GMT"),
    ),
    ("GET", "/fhir/<type_>/<id_>/_history"): _all(_each("/_history"), _each("/_history?_count=1")),
    ("GET", "/fhir/<type_>/<id_>/_history/<version>"): _all(
        _each("/_history/1"), _each("/_history/99")
    ),
    ("GET", "/fhir/<type_>"): _searches,
    _POST_SEARCH: _searches_by_post,
    ("GET", "/fhir"): _searches_of_the_system,
    ("POST", "/fhir/_search"): _searches_of_the_system_by_post,
    ("GET", "/fhir/<type_>/<id_>/<inner>"): _within,
    ("POST", "/fhir/<type_>/<id_>/<inner>/_search"): _within_by_post,
    ("GET", "/fhir/_history"): _asked_of("/fhir/_history", *_HISTORIES),
    ("GET", "/fhir/<type_>/_history"): _all(
        _asked_of("/fhir/Observation/_history", *_HISTORIES),
        _asked_of("/fhir/Patient/_history", *_HISTORIES),
    ),
    ("PUT", "/fhir/<type_>/<id_>"): _updates,
    ("PUT", "/fhir/<type_>"): _conditional_updates,
    ("POST", "/fhir/<type_>"): _conditional_creates,
    ("DELETE", "/fhir/<type_>/<id_>"): _deletes,
    ("DELETE", "/fhir/<type_>"): _conditional_deletes,
    ("PATCH", "/fhir/<type_>/<id_>"): _patches,
    ("PATCH", "/fhir/<type_>"): _conditional_patches,
    ("POST", "/fhir"): _bundles,
    ("GET", "/fhir/Patient/<id_>/$follow-up"): _operation("$follow-up", "?as-of=2026-06-01"),
    ("GET", "/fhir/Patient/<id_>/$plan-visit"): _operation("$plan-visit", "?until=2027-01-31"),
    ("GET", "/fhir/Patient/<id_>/$everything"): _operation(
        "$everything", "?_count=1", "?_type=Observation"
    ),
    **{("POST", f"/fhir/Patient/<id_>/{name}"): _operation(name) for name in _OF_A_PATIENT},
    ("GET", "/fhir/PlanDefinition/<id_>/$preview"): _asked_of(
        "/fhir/PlanDefinition/type-2-diabetes/$preview", {"unit": "u2"}, {"people": "true"}
    ),
    ("POST", "/fhir/PlanDefinition/<id_>/$preview"): _asked_of(
        "/fhir/PlanDefinition/type-2-diabetes/$preview", {"unit": "u2"}
    ),
    ("POST", "/fhir/<type_>/$validate"): _validations,
    ("GET", "/fhir/<type_>/<id_>/$validate"): _validations_of_instances,
    ("POST", "/fhir/<type_>/<id_>/$validate"): _validations_of_instances,
    **AGREED_CHANGES,
    ("GET", "/fhir/PlanDefinition/<id_>/$apply"): proposals,
    ("POST", "/fhir/PlanDefinition/<id_>/$apply"): proposals,
    ("GET", "/fhir/PlanDefinition/$apply"): proposals_by_type,
    ("POST", "/fhir/PlanDefinition/$apply"): proposals_by_type,
    ("POST", "/fhir/CarePlan/$accept"): acceptances,
    ("GET", "/worklist/v1/follow-ups"): _asked_of("/worklist/v1/follow-ups", *_LISTS),
    ("GET", "/worklist/v1/people"): _asked_of("/worklist/v1/people", *_LISTS),
    ("GET", "/worklist/v1/contacts"): contacts_read,
    ("POST", "/worklist/v1/contacts"): contacts_recorded,
    ("POST", "/worklist/v1/openings"): opened,
    **PAGES,
    ("GET", "/worklist/"): _asked_of("/worklist/", {"unit": "u2"}),
    ("GET", "/portal/v1/care-plan"): _asked_of("/portal/v1/care-plan"),
    ("GET", "/portal/"): _asked_of("/portal/"),
    ("GET", "/audit/v1/compliance"): _asked_of(
        "/audit/v1/compliance", {"unit": "u2"}, {"as_of": "2026-06-01"}
    ),
}

# What describes the server and holds nothing of anybody.
OPEN: Final = frozenset(
    {
        "/fhir/metadata",
        "/fhir/.well-known/smart-configuration",
        "/fhir/.well-known/jwks.json",
        "/portal/<missing>",
        "/worklist/<missing>",
    }
)
