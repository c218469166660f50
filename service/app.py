"""Composes the house: settings, store and FHIR edge into a Runtime, and the Runtime into a Flask app."""

import base64
import hashlib
import os
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final
from uuid import uuid4

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from typing_extensions import override

from service.api import (
    agreed_changes,
    audit,
    contacts,
    fhir,
    operation,
    portal,
    protocols,
    questions,
    worklist,
)
from service.api.cross_origin import allow_origins
from service.api.errors import register_errors
from service.api.metrics import Metrics
from service.api.request_ids import RequestIds, refuse_identity_codes_in_address
from service.clock import SystemClock
from service.fhir.intake import Intake
from service.fhir.protocol.published import PublishedProtocols
from service.fhir.protocol.reader import folder_read
from service.fhir.reading import Reader
from service.fhir.rendering.writer import MadeResources
from service.fhir.splicing import same_content, stamp
from service.runtime import Runtime
from service.settings import SettingError, Settings
from service.storage.access_log.collection import collect
from service.storage.access_log.segments import AccessSegments
from service.storage.database import Storage
from service.tokens import verifier_of
from service.web import blueprint as pages
from service.web.errors import missing_page
from service.wording.sentences import SHIPPED
from service.wording.tellers import Tellers
from service.wording.words import Words
from service.workflows.foreseeing import Keeping
from service.workflows.making import Maker
from service.workflows.receive_resources import Receiving

_SECRET_FILE: Final = "secret.key"  # noqa: S105 - the name of the file, not what is in it
_ONLY_OWNER: Final = 0o600
_SECRET_BYTES: Final = 32
_LARGEST_BODY: Final = 64 * 1024 * 1024


def open_runtime(settings: Settings) -> Runtime:
    """The runtime of this process over the deployment's database and data folder."""
    definitions = folder_read(settings.profiles_dir)
    published = PublishedProtocols(definitions)
    catalogue = definitions.catalogue
    secret = _secret(settings.data_dir)
    base_url = f"{settings.base_url}/fhir"
    identity_key = derived(secret, "identity")
    reader = Reader(
        catalogue, base_url, identity_key, settings.profiles_dir, definitions.reader, published.now
    )
    words = {language: Words(language) for language in SHIPPED.languages}
    maker = Maker(catalogue, MadeResources(base_url, catalogue), stamp)
    keeping = Keeping(published.now, maker, reader)
    store = Storage(settings.database_url, watching=published)
    folder = settings.data_dir / "access"
    return Runtime(
        settings=settings,
        clock=SystemClock(settings.today),
        store=store,
        trail=AccessSegments(folder, synced_at_once=settings.log_sync),
        published=published,
        intake=Intake(reader),
        reader=reader,
        receiving=Receiving(stamp, lambda: str(uuid4()), keeping, same_content),
        verifier=verifier_of(settings),
        cursor_key=base64.urlsafe_b64encode(derived(secret, "cursor")),
        words=words,
        tellers=Tellers(words, published.now),
        reopen=open_runtime,
        collect=lambda at: collect(store, folder, at=at),
    )


class _NoSessions(SessionInterface):
    """Flask's own sessions are not used: each request carries its token or our own cookie."""

    _none = NullSession()

    @override
    def open_session(self, app: Flask, request: Request) -> NullSession:
        """The one session, in which nothing can be kept."""
        return self._none

    @override
    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """There is nothing to keep."""


def create_app(runtime: Runtime) -> Flask:
    """The web application of a runtime: every address that the service answers at."""
    app = Flask("service", static_folder=None, template_folder=None)
    app.session_interface = _NoSessions()
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    # A doubled slash is another address: to send who asks elsewhere would believe their Host.
    app.url_map.merge_slashes = False
    metrics = Metrics()
    app.before_request(refuse_identity_codes_in_address)
    register_errors(app, lambda: missing_page(runtime))
    allow_origins(app, runtime.settings.cors_origins)
    app.register_blueprint(operation.blueprint(runtime, metrics))
    for part in (fhir, worklist, contacts, agreed_changes, questions, portal, protocols, audit):
        app.register_blueprint(part.blueprint(runtime))
    app.register_blueprint(pages(runtime))
    app.wsgi_app = RequestIds(app.wsgi_app, metrics.count)  # type: ignore[method-assign]
    return app


def derived(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose, from which neither the secret nor another key can be told."""
    return hashlib.blake2b(purpose.encode(), key=secret, digest_size=32).digest()


def _secret(folder: Path) -> bytes:
    """The deployment's secret, made at first use; readable by its owner alone.

    Raises SettingError where the file is not whole.
    """
    path = folder / _SECRET_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{_SECRET_FILE}.{uuid4().hex}"
        draft.touch(mode=_ONLY_OWNER)
        with draft.open("wb") as file:
            file.write(token_bytes(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    secret = path.read_bytes()
    if len(secret) < _SECRET_BYTES:  # keys derived from less could be guessed
        raise SettingError("DATA_DIR", f"has a damaged {_SECRET_FILE}: take it from a backup")
    return secret
