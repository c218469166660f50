"""The service over HTTP: a client on each database, and bearer tokens of every role."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.domain.access import Role
from service.runtime import Runtime
from service.tokens import Grant, Issuer

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    """A client with one bearer token; JSON goes out and comes back."""

    http: FlaskClient
    token: str = ""

    def get(self, address: str, **headers: str) -> TestResponse:
        """GET; headers are named with underscores."""
        return self.send("GET", address, b"", **headers)

    def post(self, address: str, body: Json | bytes = b"", **headers: str) -> TestResponse:
        """POST a resource."""
        return self.send("POST", address, body, **headers)

    def put(self, address: str, body: Json | bytes, **headers: str) -> TestResponse:
        """PUT a resource."""
        return self.send("PUT", address, body, **headers)

    def delete(self, address: str, **headers: str) -> TestResponse:
        """DELETE."""
        return self.send("DELETE", address, b"", **headers)

    def send(
        self, method: str, address: str, body: Json | bytes = b"", **headers: str
    ) -> TestResponse:
        """Any request; `Content_Type` is FHIR's unless given."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Content-Type", "application/fhir+json")
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, bytes) else written(body)
        return self.http.open(address, method=method, data=data or None, headers=sent)


def written(resource: Json | list[Json]) -> bytes:
    """A resource, or a list of operations, as JSON."""
    return orjson.dumps(resource)


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The application over a fresh database."""
    made = create_app(runtime)
    made.testing = True
    return made


@pytest.fixture
def token(runtime: Runtime) -> Callable[..., str]:
    """Issues tokens: `token("patient", patient="1")`."""
    issuer = Issuer.opened(runtime.settings)
    now = runtime.clock.now()

    def issue(role: str = "system", *, minutes: int = 60, scope: str = "", **bound: str) -> str:
        expires = now + timedelta(minutes=minutes)
        grant = Grant(
            Role(role), f"{role} of the tests", expires, scopes=tuple(scope.split()), **bound
        )
        return issuer.issue(grant, at=now)

    return issue


@pytest.fixture
def signed_in(app: Flask, token: Callable[..., str]) -> Callable[..., Client]:
    """A client of a role: `signed_in("clinician", unit="hattula")`."""

    def sign_in(role: str = "system", **bound: str) -> Client:
        return Client(app.test_client(), token(role, **bound))

    return sign_in


@pytest.fixture
def client(signed_in: Callable[..., Client]) -> Client:
    """A client that may do and see everything."""
    return signed_in()


@pytest.fixture
def anonymous(app: Flask) -> Client:
    """A client without a token."""
    return Client(app.test_client())
