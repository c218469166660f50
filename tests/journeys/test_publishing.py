"""A protocol is published while two workers serve: whoever answers next knows it, and no one restarts."""

import json
from pathlib import Path
from urllib.request import Request, urlopen

from tests.journeys.server import PATIENCE_SECONDS, environ_of, run, served
from tests.protocols import Json, a_version

ENOUGH_FOR_BOTH = 16


def asked(base: str, token: str, address: str, body: Json | None = None) -> Json:
    """What the service answers over a connection of its own, so that either worker may."""
    request = Request(  # noqa: S310 - our own server
        f"{base}{address}",
        data=json.dumps(body).encode() if body else None,
        method="PUT" if body else "GET",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"},
    )
    with urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        found: Json = json.loads(answer.read())
    return found


def test_every_worker_knows_at_once_what_was_published(tmp_path: Path) -> None:
    environ = environ_of(tmp_path, SEURANTA_WORKERS="2", SEURANTA_ALLOW_DEMO_SIGN_IN="yes")
    run(environ, "migrate")
    token = run(environ, "token", "--role", "system").stdout.strip()
    base = f"http://127.0.0.1:{environ['SEURANTA_PORT']}"
    with served(environ):
        for number in range(ENOUGH_FOR_BOTH):
            # A protocol by a name of its own: to ask for one that is not known is refused.
            name = f"local-{number}"
            url = f"https://seuranta.example/fhir/PlanDefinition/{name}"
            stored = asked(base, token, f"/fhir/PlanDefinition/{name}", a_version(id=name, url=url))
            listed = asked(base, token, f"/worklist/v1/follow-ups?protocol={name}")
            assert (stored["version"], listed["items"]) == ("2027.1", [])
