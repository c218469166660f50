"""Bearer tokens: the embedded issuer, and the check of every token that comes in.

Source: RFC 7519 (JWT), RFC 9068, SMART App Launch 2.2.0. A token that passed is remembered by its
hash for at most five minutes and never past its expiry.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt import PyJWKClient

from service.domain.access import Role
from service.domain.errors import NotSignedIn, TokenExpired
from service.domain.scope import DEFAULT_SCOPES, is_scope
from service.settings import Settings

ALGORITHMS: Final = ("ES384", "RS384", "ES256", "RS256")
REMEMBERED_FOR: Final = timedelta(minutes=5)
REMEMBERED_AT_MOST: Final = 10_000
LIFETIME: Final = timedelta(hours=1)
_KEY_FILE: Final = "issuer-key.pem"
_ONLY_OWNER: Final = 0o600


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token says of its bearer: role, person or unit it is bound to, scopes, expiry."""

    role: Role
    subject: str
    expires_at: datetime
    patient: str = ""
    unit: str = ""
    scopes: tuple[str, ...] = ()


class _Keys(Protocol):
    def key_for(self, token: str) -> Any:
        """The public key that a token must be signed with."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Signs tokens with the key that the data folder keeps; made at first use."""

    key: ec.EllipticCurvePrivateKey
    name: str
    audience: str

    @classmethod
    def opened(cls, settings: Settings) -> "Issuer":
        """The issuer of this data folder; its key file is readable by its owner alone."""
        return cls(_kept_key(settings.data_dir), settings.issuer, audience_of(settings))

    def issue(self, grant: Grant, *, at: datetime) -> str:
        """A signed token for a grant."""
        claims = {
            "iss": self.name,
            "aud": self.audience,
            "sub": grant.subject,
            "iat": int(at.timestamp()),
            "exp": int(grant.expires_at.timestamp()),
            "jti": uuid4().hex,
            "role": grant.role.value,
            "scope": " ".join(grant.scopes or DEFAULT_SCOPES[grant.role]),
        }
        bound = {"patient": grant.patient, "unit": grant.unit}
        claims |= {name: value for name, value in bound.items() if value}
        return jwt.encode(claims, self.key, algorithm="ES384", headers={"kid": self.key_id})

    @property
    def key_id(self) -> str:
        """The key's name in the key set: the thumbprint of RFC 7638, shortened."""
        return hashlib.sha256(json.dumps(self.public_key, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def public_key(self) -> dict[str, str]:
        """The public key as a JWK."""
        shown: dict[str, str] = jwt.algorithms.ECAlgorithm.to_jwk(
            self.key.public_key(), as_dict=True
        )
        return shown

    def key_for(self, token: str) -> Any:  # noqa: ARG002 - the embedded issuer has one key
        """The one public key."""
        return self.key.public_key()


class _KeySet:
    """The keys of an issuer elsewhere, fetched from its key set and kept for a while."""

    def __init__(self, url: str) -> None:
        self._client = PyJWKClient(url, cache_keys=True, lifespan=300)

    def key_for(self, token: str) -> Any:
        """The key that the token's header names."""
        return self._client.get_signing_key_from_jwt(token).key


@dataclass(slots=True)
class Verifier:
    """Checks tokens: signature, issuer, audience, times, role."""

    keys: _Keys
    issuer: str
    audience: str
    _passed: dict[bytes, tuple[Grant, datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def verify(self, token: str, *, at: datetime) -> Grant:
        """The grant of a token; NotSignedIn, TokenExpired where it cannot be trusted."""
        digest = hashlib.sha256(token.encode()).digest()
        known = self._passed.get(digest)
        if known and at < known[1]:
            return known[0]
        grant = self._checked(token, at)
        until = min(grant.expires_at, at + REMEMBERED_FOR)
        with self._lock:
            if len(self._passed) >= REMEMBERED_AT_MOST:
                self._passed.clear()
            self._passed[digest] = (grant, until)
        return grant

    def _checked(self, token: str, at: datetime) -> Grant:
        try:
            claims = jwt.decode(
                token,
                self.keys.key_for(token),
                algorithms=list(ALGORITHMS),
                audience=self.audience,
                issuer=self.issuer,
                options={"require": ["exp", "sub"], "verify_exp": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, UnicodeError) as error:
            raise NotSignedIn("The token cannot be verified: ask for a new one.") from error
        grant = _grant(claims)
        if grant.expires_at <= at:
            raise TokenExpired
        return grant


def verifier_of(settings: Settings) -> Verifier:
    """The verifier of a deployment: of its own issuer, or of the one elsewhere that the settings name."""
    keys: _Keys = (
        Issuer.opened(settings) if settings.jwks_url is None else _KeySet(settings.jwks_url)
    )
    return Verifier(keys, settings.issuer, audience_of(settings))


def audience_of(settings: Settings) -> str:
    """Whom tokens are for: the FHIR base."""
    return f"{settings.base_url}/fhir"


def _grant(claims: Mapping[str, Any]) -> Grant:
    try:
        role = Role(claims["role"])
        expires_at = datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise NotSignedIn("The token names no role that this service knows.") from error
    scopes = tuple(scope for scope in str(claims.get("scope", "")).split() if is_scope(scope))
    patient, unit = str(claims.get("patient", "")), str(claims.get("unit", ""))
    if (role is Role.PATIENT and not patient) or (role is Role.CLINICIAN and not unit):
        raise NotSignedIn("A patient's token names its patient and a clinician's its unit.")
    return Grant(role, str(claims["sub"]), expires_at, patient, unit, scopes)


def _kept_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    path = folder / _KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(path, ec.generate_private_key(ec.SECP384R1()))
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NotSignedIn(f"{_KEY_FILE} holds no key of the kind this service signs with.")
    return key


def _write_new(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write the key whole or not at all; where two processes begin at once, the first one's stays."""
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=_ONLY_OWNER)
    draft.write_bytes(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
