"""Patches: digits stay, extensions of primitives keep their places, and nothing is half done."""

from typing import Any

import orjson
import pytest

from service.domain.errors import BusinessRuleBroken, Invalid, Malformed
from service.fhir.patching.exact import is_written_alike, read_exactly, write_exactly
from service.fhir.patching.fhirpath_patch import read_fhirpath_patch
from service.fhir.patching.json_patch import read_json_patch
from service.fhir.patching.patch import patched
from service.fhir.patching.reading import patch_in

PATIENT = (
    b'{"resourceType":"Patient","id":"1","name":[{"family":"A","given":["x","y"],'
    b'"_given":[null,{"id":"q"}]}],"birthDate":"1960-01-01","multipleBirthInteger":2,'
    b'"extension":[{"url":"u","valueDecimal":1.50},{"url":"w","valueDecimal":1e2}]}'
)


def an_operation(kind: str, path: str, **parts: Any) -> dict[str, Any]:
    """An operation of a FHIRPath Patch; a part is what stands beside its name."""
    told = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    return {"name": "operation", "part": told + [{"name": n} | one for n, one in parts.items()]}


def after(*operations: dict[str, Any], body: bytes = PATIENT) -> dict[str, Any]:
    """The patient after a FHIRPath Patch."""
    patch = read_fhirpath_patch({"parameter": list(operations)}, "Parameters")
    found: dict[str, Any] = orjson.loads(patched(body, patch))
    return found


@pytest.mark.parametrize(
    "text", ["1.50", "-0.0", "1e2", "1E+2", "0.00000001", "12345678901234567890.10"]
)
def test_a_number_is_written_as_it_was_read(text: str) -> None:
    body = f'{{"value":{text}}}'.encode()
    assert write_exactly(read_exactly(body)) == body


def test_numbers_with_other_digits_are_not_written_alike() -> None:
    one, other = read_exactly(b'{"a":[1.5,{}]}'), read_exactly(b'{"a":[1.50,{}]}')
    assert is_written_alike(one, read_exactly(b'{"a":[1.5,{}]}'))
    assert not is_written_alike(one, other)
    assert not is_written_alike(True, 1)


@pytest.mark.parametrize("body", [b"{", b"[NaN]", b"[Infinity]", b"[" * 100_000])
def test_what_is_no_json_is_no_patch(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_json_patch(body)


def test_a_test_compares_numbers_by_value_and_the_rest_stays_byte_for_byte() -> None:
    body = b'[{"op":"test","path":"/extension/0/valueDecimal","value":1.5}]'
    assert patched(PATIENT, read_json_patch(body)) == PATIENT
    body = b'[{"op":"replace","path":"/extension/0/valueDecimal","value":1.500}]'
    assert b'"valueDecimal":1.500},{"url":"w","valueDecimal":1e2}' in patched(
        PATIENT, read_json_patch(body)
    )


def test_what_a_patch_empties_goes_with_it() -> None:
    body = b'[{"op":"remove","path":"/extension/1"},{"op":"remove","path":"/extension/0"}]'
    assert b"extension" not in patched(PATIENT, read_json_patch(body))


def test_extensions_of_primitives_keep_their_places() -> None:
    x = {"valueString": "z"}
    [name] = after(
        an_operation("insert", "Patient.name[0].given", index={"valueInteger": 0}, value=x)
    )["name"]
    assert (name["given"], name["_given"]) == (["z", "x", "y"], [None, None, {"id": "q"}])
    places = {"source": {"valueInteger": 0}, "destination": {"valueInteger": 1}}
    [name] = after(an_operation("move", "Patient.name[0].given", **places))["name"]
    assert (name["given"], name["_given"]) == (["y", "x"], [{"id": "q"}, None])
    [name] = after(an_operation("delete", "Patient.name.given.first()"))["name"]
    assert (name["given"], name["_given"]) == (["y"], [{"id": "q"}])
    [name] = after(an_operation("replace", "Patient.name.given.last()", value=x))["name"]
    assert (name["given"], "_given" in name) == (["x", "z"], False)


MASKED = b'{"resourceType":"Patient","id":"1","name":[{"_given":[{"id":"masked"}]}]}'
EXTENDED = MASKED.replace(b'"_given":[', b'"given":["x","y"],"_given":[{"id":"p"},')
X = {"valueString": "x"}


@pytest.mark.parametrize(
    ("kind", "path", "parts", "given", "beside"),
    [
        ("replace", "Patient.name.given[0]", {"value": X}, ["x"], None),
        (
            "add",
            "Patient.name",
            {"name": {"valueString": "given"}, "value": X},
            [None, "x"],
            [{"id": "masked"}],
        ),
        (
            "insert",
            "Patient.name.given",
            {"index": {"valueInteger": 1}, "value": X},
            [None, "x"],
            [{"id": "masked"}, None],
        ),
        (
            "add",
            "Patient.name.given[0]",
            {
                "name": {"valueString": "extension"},
                "value": {"part": [{"name": "url", "valueUri": "urn:x"}]},
            },
            None,
            [{"id": "masked", "extension": [{"url": "urn:x"}]}],
        ),
        ("delete", "Patient.name.given[0]", {}, None, None),
    ],
)
def test_a_primitive_of_extensions_alone_has_its_place_in_a_list(
    kind: str, path: str, parts: dict[str, Any], given: Any, beside: Any
) -> None:
    patient = after(an_operation(kind, path, **parts), body=MASKED)
    [name] = patient.get("name", [{}])
    assert (name.get("given"), name.get("_given")) == (given, beside)


def test_an_emptied_extension_leaves_those_of_other_values_at_their_places() -> None:
    [name] = after(an_operation("delete", "Patient.name.given[0].id"), body=EXTENDED)["name"]
    assert (name["given"], name["_given"]) == (["x", "y"], [None, {"id": "masked"}])
    body = b'[{"op":"remove","path":"/name/0/_given/0/id"}]'
    [name] = orjson.loads(patched(EXTENDED, read_json_patch(body)))["name"]
    assert (name["given"], name["_given"]) == (["x", "y"], [None, {"id": "masked"}])


def test_a_primitive_can_be_given_an_extension() -> None:
    parts = [{"name": "url", "valueUri": "urn:x"}, {"name": "value", "valueCode": "z"}]
    added = an_operation(
        "add", "Patient.birthDate", name={"valueString": "extension"}, value={"part": parts}
    )
    assert after(added)["_birthDate"] == {"extension": [{"url": "urn:x", "valueCode": "z"}]}
    second = an_operation(
        "add", "Patient.name.given[0]", name={"valueString": "extension"}, value={"part": parts}
    )
    assert after(second)["name"][0]["_given"][0] == {
        "extension": [{"url": "urn:x", "valueCode": "z"}]
    }


def test_a_choice_takes_the_member_of_its_new_type() -> None:
    replaced = after(an_operation("replace", "Patient.multipleBirth", value={"valueBoolean": True}))
    assert (replaced.get("multipleBirthInteger"), replaced["multipleBirthBoolean"]) == (None, True)
    extended = after(
        an_operation("replace", "Patient.extension('u').value", value={"valueString": "x"})
    )
    assert extended["extension"][0] == {"url": "u", "valueString": "x"}
    wrong = an_operation("replace", "Patient.multipleBirth", value={"valueString": "x"})
    with pytest.raises(BusinessRuleBroken, match="one of boolean, integer"):
        after(wrong)


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("Patient.extension.where(url = 'u')", ["w"]),
        ("Patient.extension.where(url = 'u' and value = 1.5)", ["w"]),
        ("Patient.extension.where(url != 'u')", ["u"]),
        ("Patient.extension.where(value.exists().not())", ["u", "w"]),
        ("Patient.extension.where(id.empty() and url = 'w' or url = 'q')", ["u"]),
        ("Patient.extension[1]", ["u"]),
        ("extension.first()", ["w"]),
    ],
)
def test_a_path_selects_one_of_several(path: str, left: list[str]) -> None:
    assert [one["url"] for one in after(an_operation("delete", path))["extension"]] == left


@pytest.mark.parametrize("path", ["Patient.name |", "Patient.", "'x'", "1 + 1", "Patient.where()"])
def test_what_selects_nothing_that_could_be_changed_is_refused(path: str) -> None:
    with pytest.raises((Invalid, BusinessRuleBroken)):
        after(an_operation("delete", path))


def test_the_same_patch_can_be_applied_again() -> None:
    value = {"valueHumanName": {"family": "B"}}
    patch = read_fhirpath_patch(
        {
            "parameter": [
                an_operation("add", "Patient", name={"valueString": "name"}, value=value),
                an_operation("replace", "Patient.name[1].family", value={"valueString": "C"}),
            ]
        },
        "Parameters",
    )
    assert patched(PATIENT, patch) == patched(PATIENT, patch)
    assert value == {"valueHumanName": {"family": "B"}}


def test_a_binary_holds_a_json_patch_and_nothing_else() -> None:
    binary = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": "?"}
    for wrong, at in (
        (binary, "Bundle.entry[0].resource.data"),
        (binary | {"contentType": "text/plain"}, "Bundle.entry[0].resource.contentType"),
        ({"resourceType": "Basic"}, "Bundle.entry[0].resource"),
    ):
        with pytest.raises(Invalid) as refused:
            patch_in(wrong, orjson.dumps(wrong), "Bundle.entry[0].resource")
        assert refused.value.issues[0].expression == at
