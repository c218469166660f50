"""What the searches of the tests of criteria look through: few resources, each for some of them."""

from typing import Any

from tests.receiving import ICD10, Json, a_condition, a_patient, a_unit, an_hba1c

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
LOCAL = "http://lab.example/codes"
HETU = "010190-901R"
OTHER_SERVER = "https://other.example/fhir/Practitioner/7"
SETS = "https://sets.example/fhir/ValueSet/"
TREE = "https://sets.example/fhir/CodeSystem/tree"
GLU = {"code": "glu"}
ATOPIC = {"system": LOCAL, "code": "atopic"}
SCHEDULE = "https://lab.example/guides/schedule"


def everything_sought() -> list[Json]:
    """All of it, in one transaction."""
    return [*_people(), *_results(), *_dated(), *_further()]


def _people() -> list[Json]:
    own = {"system": "urn:oid:1.2.246.21", "value": HETU}
    named = [{"family": "Räsänen-Öst", "given": ["Åsa", "Maria"]}]
    return [
        a_unit("u1", enrols=False),
        a_unit("u2", enrols=False, name="Inarin terveysasema"),
        a_patient("p1", name=named, birthDate="1960-05-12", identifier=[own]),
        a_patient(
            "p2",
            name=[{"family": "Niemi", "given": ["Ulla"]}, {"family": "Aalto"}],
            gender="male",
            birthDate="1970-01",
            identifier=[{"system": LOCAL, "value": "a,b|c"}, {"value": "bare"}],
        ),
        a_patient("p3", unit="u2", name=[{"family": "Aikio"}], birthDate="1980"),
    ]


def _results() -> list[Json]:
    performers = [{"identifier": {"system": LOCAL, "value": "77"}, "display": "Dr"}]
    return [
        _measured("g1", 5.4, "mmol/L", text="Glukoosi, paasto"),
        _measured("g2", 5400, "umol/L", patient="p2", encounter=_to("Encounter/e2")),
        _measured("g3", 54, "mg/dL", patient="p2", performer=performers),
        _measured("g4", 5.449, "mmol/L", patient="p3", performer=[_to(OTHER_SERVER)]),
        _measured("g5", 6, "mmol/L", comparator=">", encounter=_to("Encounter/e1")),
        _pressure("b1", systolic=140, diastolic=90),
        _pressure("b2", systolic=90, diastolic=140, patient="p2"),
    ]


def _measured(
    id_: str,
    value: float,
    unit: str,
    *,
    patient: str = "p1",
    text: str = "",
    comparator: str = "",
    **more: Any,
) -> Json:
    quantity: Json = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    if comparator:
        quantity["comparator"] = comparator
    code: Json = {"coding": [{"system": LOCAL, "code": "glu", "display": "Verensokeri"}]}
    if text:
        code["text"] = text
    return an_hba1c(
        id_, patient=patient, on="2026-10-01", code=code, valueQuantity=quantity, **more
    )


def _pressure(id_: str, *, systolic: float, diastolic: float, patient: str = "p1") -> Json:
    panel = an_hba1c(
        id_,
        patient=patient,
        on="2026-10-02",
        code={"coding": [{"system": LOINC, "code": "85354-9"}]},
        component=[_component("8480-6", systolic), _component("8462-4", diastolic)],
    )
    del panel["valueQuantity"]
    return panel


def _component(code: str, value: float) -> Json:
    quantity = {"value": value, "unit": "mm[Hg]", "system": UCUM, "code": "mm[Hg]"}
    return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": quantity}


def _dated() -> list[Json]:
    """Results of body weight, each on a day of its own kind."""
    timing = {
        "event": ["2025-05-01", "2025-05-20"],
        "repeat": {"boundsPeriod": {"start": "2025-04-10", "end": "2025-06-10"}},
    }
    return [
        _on("d1", effectiveDateTime="2025-01-15T08:30:00+02:00"),
        _on("d2", effectiveDateTime="2025-01-15"),
        _on("d3", effectiveDateTime="2025-01"),
        _on("d4", effectivePeriod={"start": "2025-02-01"}),
        _on("d5", effectivePeriod={"end": "2024-12-31"}),
        _on("d6", effectiveTiming=timing),
        _on("d7", effectiveDateTime="2025-03-30T23:30:00+03:00"),  # the clocks went on that night
        _on("d8", effectiveInstant="2025-03-30T20:45:00Z"),
    ]


def _on(id_: str, **effective: Any) -> Json:
    code = {"coding": [{"system": LOINC, "code": "29463-7"}]}
    result = an_hba1c(id_, patient="p3", code=code, **effective)
    if "effectiveDateTime" not in effective:
        del result["effectiveDateTime"]
    return result


def _further() -> list[Json]:
    tagged = {"tag": [{"system": LOCAL, "code": "batch-7"}], "source": "https://lab.example/a/b"}
    profiled = {"profile": ["http://profiles.example/fhir/Condition|1.0"]}
    return [
        _encounter("e1", "p1", "u1"),
        _encounter("e2", "p2", "u2"),
        a_condition("c1", patient="p1", code="J45.1", meta=tagged),
        a_condition("c2", patient="p2", code="I10", meta=profiled),
        _provenance("v1", "Observation/g1", "2026-10-05T10:00:00Z"),
        _provenance("v2", "Observation/g2", "2026-10-06T10:00:00Z"),
        *_terminology(),
        _plan("x1", f"{SCHEDULE}|2.0"),
        _plan("x2", SCHEDULE, patient="p3"),
        _protocol("y1", SCHEDULE, "1.0"),
        _protocol("y2", SCHEDULE, "2.0", title="Kakkonen", derived=f"{SCHEDULE}|1.0"),
        _risk("r1", 0.5),
        _risk("r2", 0.54),
        # A Device that bears the id of a Patient, and a result of each.
        {"resourceType": "Device", "id": "p2"},
        _count("m1", "Device/p2"),
    ]


def _count(id_: str, subject: str) -> Json:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"text": "Huolto"},
        "subject": _to(subject),
    }


def _encounter(id_: str, patient: str, unit: str) -> Json:
    system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    return {
        "resourceType": "Encounter",
        "id": id_,
        "status": "finished",
        "class": {"system": system, "code": "AMB"},
        "subject": _to(f"Patient/{patient}"),
        "serviceProvider": _to(f"Organization/{unit}"),
    }


def _provenance(id_: str, target: str, recorded: str) -> Json:
    return {
        "resourceType": "Provenance",
        "id": id_,
        "target": [_to(target)],
        "recorded": recorded,
        "agent": [{"who": _to("Organization/u1")}],
    }


def _terminology() -> list[Json]:
    """Value sets, each composed in its own way, and a code system of three levels."""
    chest = {"code": "chest", "concept": [{"code": "asthma", "concept": [{"code": "atopic"}]}]}
    listed = {"system": LOCAL, "concept": [{"code": "glu"}, {"code": "atopic"}]}
    j45 = {"property": "concept", "op": "is-a", "value": "J45"}
    tree = {"property": "concept", "op": "descendent-of", "value": "chest"}
    when = {"timestamp": "2026-11-01T10:00:00Z"}
    heading = {"display": "Astma", "abstract": True, "contains": [ATOPIC]}
    grown = when | {"contains": [heading]}
    paged = when | {"total": 9, "contains": [{"system": LOINC, "code": "85354-9"}]}
    return [
        _value_set("s1", f"{SETS}one", "1.0"),
        _value_set("s2", f"{SETS}one/more", "2.0"),
        _value_set("s3", f"{SETS}oneself", "1.0"),
        _value_set("listed", f"{SETS}listed", "1.0", compose={"include": [listed]}),
        _value_set("listed2", f"{SETS}listed", "2.0", compose={"include": [{"system": LOINC}]}),
        _value_set("by-set", f"{SETS}by-set", compose=_of_sets("listed|1.0")),
        _value_set("both", f"{SETS}both", compose=_of_sets("listed|1.0", "grown")),
        _value_set("whole", f"{SETS}whole", compose={"include": [{"system": LOINC}]}),
        _value_set(
            "less",
            f"{SETS}less",
            compose={"include": [listed], "exclude": [{"system": LOCAL, "concept": [GLU]}]},
        ),
        _value_set(
            "cut",
            f"{SETS}cut",
            compose={"include": [{"system": LOCAL}], "exclude": [listed]},
        ),
        _value_set("j45", f"{SETS}j45", compose={"include": [{"system": ICD10, "filter": [j45]}]}),
        _value_set("grown", f"{SETS}grown", expansion=grown),
        _value_set("paged", f"{SETS}paged", expansion=paged),
        _value_set("round", f"{SETS}round", compose=_of_sets("round")),
        _value_set(
            "tree", f"{SETS}tree", compose={"include": [{"system": TREE, "filter": [tree]}]}
        ),
        _value_set(
            "regex",
            f"{SETS}regex",
            compose={"include": [{"system": LOCAL, "filter": [j45 | {"op": "regex"}]}]},
        ),
        {
            "resourceType": "CodeSystem",
            "id": "tree",
            "url": TREE,
            "status": "active",
            "content": "complete",
            "hierarchyMeaning": "is-a",
            "concept": [chest],
        },
        _finding("t1", "atopic"),
        _finding("t2", "chest"),
        an_hba1c("a1", patient="p3", code={"coding": [ATOPIC]}),
    ]


def _finding(id_: str, code: str) -> Json:
    coded = {"coding": [{"system": TREE, "code": code}]}
    return a_condition(id_, patient="p3") | {"code": coded}


def _of_sets(*names: str) -> Json:
    return {"include": [{"valueSet": [f"{SETS}{name}" for name in names]}]}


def _value_set(id_: str, url: str, version: str = "1.0", **more: Any) -> Json:
    return {
        "resourceType": "ValueSet",
        "id": id_,
        "url": url,
        "version": version,
        "status": "active",
        **more,
    }


def _protocol(id_: str, url: str, version: str, *, title: str = "", derived: str = "") -> Json:
    related = [{"type": "derived-from", "resource": derived}]
    return {
        "resourceType": "PlanDefinition",
        "id": id_,
        "url": url,
        "version": version,
        "status": "active",
        **({"title": title, "relatedArtifact": related} if title else {}),
    }


def _plan(id_: str, canonical: str, *, patient: str = "p1") -> Json:
    return {
        "resourceType": "CarePlan",
        "id": id_,
        "status": "active",
        "intent": "plan",
        "subject": _to(f"Patient/{patient}"),
        "instantiatesCanonical": [canonical],
    }


def _risk(id_: str, probability: float) -> Json:
    return {
        "resourceType": "RiskAssessment",
        "id": id_,
        "status": "final",
        "subject": _to("Patient/p1"),
        "prediction": [{"probabilityDecimal": probability}],
    }


def _to(target: str) -> Json:
    return {"reference": target}
