"""A round as a Task (R4 task.html): open until evidence closes it; its period is added at reading."""

import orjson

from service.domain.care_plan import RoundContent, TaskStatus
from service.domain.follow_up import Done
from service.fhir.rendering.adjustment import mirrored_extensions, round_with
from service.fhir.rendering.made import BASE, Json, concept, day_text, meta, reference


def task(content: RoundContent) -> bytes:
    """A round as it stands: requested while open; with what closed it once completed."""
    resource: Json = {
        "resourceType": "Task",
        "id": content.id,
        "meta": meta("round", invented=content.invented),
        "basedOn": [reference(f"ServiceRequest/{content.follow_up}")],
        "status": content.status.value,
        "intent": "plan",
        "code": concept("activity", content.activity, content.names),
        "focus": reference(f"ServiceRequest/{content.follow_up}"),
        "for": reference(f"Patient/{content.patient}"),
        "authoredOn": day_text(content.authored_on),
        "lastModified": day_text(content.modified_on),
    }
    if mirrored := mirrored_extensions(content.stands):
        resource["extension"] = mirrored
    return orjson.dumps(resource | _closing(content))


def with_changes(body: bytes, content: RoundContent) -> bytes:
    """The round as people have it, with its status of now and what closed it."""
    resource = round_with(orjson.loads(body), content.stands)
    resource = {
        name: value for name, value in resource.items() if name not in {"output", "executionPeriod"}
    }
    changes = {"status": content.status.value, "lastModified": day_text(content.modified_on)}
    return orjson.dumps(resource | changes | _closing(content))


def _closing(content: RoundContent) -> Json:
    if content.status is not TaskStatus.COMPLETED or content.done is None:
        return {}
    return {
        "executionPeriod": {"end": day_text(content.done.on)},
        "output": [_output(content.done)],
    }


def _output(done: Done) -> Json:
    """What satisfied the round, and whether it was early, on time or late."""
    kind: Json = {"coding": [{"system": f"{BASE}/CodeSystem/task-output", "code": "evidence"}]}
    output: Json = {"type": kind, "valueReference": reference(done.source)}
    if done.timeliness:
        url = f"{BASE}/StructureDefinition/timeliness"
        output = {"extension": [{"url": url, "valueCode": done.timeliness.value}], **output}
    return output
