"""All settings as one frozen value, complete at start, read from `SEURANTA_*` variables.

A wrong or unknown one stops the start with one line; the README's table documents each.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

PREFIX = "SEURANTA_"
LANGUAGES = ("fi", "sv", "en")
LOG_LEVELS = ("debug", "info", "warning", "error")

# Variables of the test run, which are none of the service's own.
_NOT_OURS = ("SEURANTA_CHROMIUM", "SEURANTA_TEST_")
_NUMBER = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PROFILES = Path(__file__).resolve().parent.parent / "fhir_profiles"
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


class SettingError(ValueError):
    """A setting is wrong: the words name it, what it got and what is allowed, in one line."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(f"{PREFIX}{name} {words}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a deployment decides; each field is the variable of its name in capitals.

    `database_url` is an SQLAlchemy URL; it may hold a password, so it is never shown.
    `today` holds the clinic's day still; None is the clinic's today. `issuer` and `jwks_url` name who signs
    tokens and where its keys are; without `jwks_url` the service issues its own.
    `log_sync`: each line of the access log is on the disk before its answer leaves, instead of at
    most 200 ms later. `cors_origins` are the web origins whose pages may call the APIs;
    `trust_forwarded`: what the proxy in front says of host and protocol stands in links.
    `allow_demo_sign_in`: the own issuer may serve on an address other than
    loopback, or over a database without the mark that its people are invented.
    """

    database_url: str = field(repr=False)
    host: str
    port: int
    base_url: str
    data_dir: Path
    profiles_dir: Path
    today: date | None
    issuer: str
    jwks_url: str | None
    allow_demo_sign_in: bool
    workers: int
    language: str
    log_level: str
    log_sync: bool
    cors_origins: tuple[str, ...] = ()
    trust_forwarded: bool = False

    @property
    def issues_own_tokens(self) -> bool:
        """Say whether the embedded issuer signs the tokens."""
        return self.jwks_url is None

    @property
    def places_database(self) -> str:
        """The variable that says where the database is."""
        is_embedded = self.database_url == _embedded(self.data_dir)
        return f"{PREFIX}{'DATA_DIR' if is_embedded else 'DATABASE_URL'}"

    @property
    def listens_on_loopback(self) -> bool:
        """Say whether only this machine can reach the service."""
        return _is_loopback(self.host)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read every setting from the environment; an empty variable is one that is not set.

    Raises SettingError for the first that is wrong, misspelt or missing.
    """
    given = _Given(_ours(environ))
    host, port = given.host(), given.number("PORT", default=8000, allowed=range(1, 65_536))
    data_dir = given.folder("DATA_DIR", default=Path("var").absolute())
    base_url = given.base_url(host, port)
    return Settings(
        database_url=given.database_url(data_dir),
        host=host,
        port=port,
        base_url=base_url,
        data_dir=data_dir,
        profiles_dir=given.existing_folder("PROFILES_DIR", default=_PROFILES),
        today=given.day("TODAY"),
        issuer=given.issuer(base_url),
        jwks_url=given.jwks_url(),
        allow_demo_sign_in=given.yes("ALLOW_DEMO_SIGN_IN"),
        workers=given.number("WORKERS", default=2, allowed=range(1, 65)),
        language=given.choice("LANGUAGE", default="fi", allowed=LANGUAGES),
        log_level=given.choice("LOG_LEVEL", default="info", allowed=LOG_LEVELS),
        log_sync=given.yes("LOG_SYNC"),
        cors_origins=given.origins("CORS_ORIGINS"),
        trust_forwarded=given.yes("TRUST_FORWARDED"),
    )


def _ours(environ: Mapping[str, str]) -> dict[str, str]:
    known = [each.name.upper() for each in fields(Settings)]
    ours = {}
    for variable, value in sorted(environ.items()):
        if variable.startswith(PREFIX) and not variable.startswith(_NOT_OURS):
            name = variable.removeprefix(PREFIX)
            if name not in known:
                raise SettingError(name, f"is no setting{_closest(name, known)}")
            ours[name] = value.strip()
    return {name: value for name, value in ours.items() if value}


def _closest(name: str, known: list[str]) -> str:
    matches = get_close_matches(name, known, n=1)
    return f"; did you mean {PREFIX}{matches[0]}?" if matches else ": the README lists them all"


@dataclass(frozen=True, slots=True)
class _Given:
    """The variables that are set, by name without the prefix; each reader gives one setting."""

    values: Mapping[str, str]

    def number(self, name: str, *, default: int, allowed: range) -> int:
        text = self.values.get(name, str(default))
        if not (_NUMBER.fullmatch(text) and int(text) in allowed):
            limits = f"a whole number from {allowed.start} to {allowed.stop - 1}"
            raise SettingError(name, f"is {text!r}; it must be {limits}")
        return int(text)

    def choice(self, name: str, *, default: str, allowed: tuple[str, ...]) -> str:
        text = self.values.get(name, default).lower()
        if text not in allowed:
            raise SettingError(name, f"is {text!r}; it must be one of {', '.join(allowed)}")
        return text

    def yes(self, name: str) -> bool:
        return _YES[self.choice(name, default="no", allowed=tuple(_YES))]

    def day(self, name: str) -> date | None:
        text = self.values.get(name)
        if text is None:
            return None
        if not _DAY.fullmatch(text):
            raise SettingError(name, f"is {text!r}; it must be a day, YYYY-MM-DD")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise SettingError(name, f"is {text!r}; there is no such day") from None

    def folder(self, name: str, *, default: Path) -> Path:
        path = Path(self.values.get(name, default)).absolute()
        # os.path: a path that is too long or closed to us is one that is not there.
        if os.path.exists(path) and not os.path.isdir(path):
            raise SettingError(name, f"is {str(path)!r}, which is a file; it must be a folder")
        return path

    def existing_folder(self, name: str, *, default: Path) -> Path:
        path = self.folder(name, default=default)
        if name in self.values and not os.path.isdir(path):
            raise SettingError(name, f"is {str(path)!r}; there is no such folder")
        return path

    def host(self) -> str:
        text = self.values.get("HOST", "127.0.0.1")
        if "/" in text or " " in text:
            raise SettingError("HOST", f"is {text!r}; it must be an address or a host name")
        return text.strip("[]")

    def base_url(self, host: str, port: int) -> str:
        if "BASE_URL" in self.values:
            return self._web_address("BASE_URL").geturl().rstrip("/")
        if host in _WILDCARDS:
            raise SettingError(
                "BASE_URL", f"is needed when {PREFIX}HOST is {host}: it stands in links"
            )
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{port}"

    def issuer(self, base_url: str) -> str:
        if ("ISSUER" in self.values) != ("JWKS_URL" in self.values):
            name = "JWKS_URL" if "ISSUER" in self.values else "ISSUER"
            raise SettingError(name, "is missing: an issuer and where its keys are come together")
        return self.values.get("ISSUER", base_url)

    def jwks_url(self) -> str | None:
        if "JWKS_URL" not in self.values:
            return None
        address = self._web_address("JWKS_URL")
        if address.scheme == "http" and not _is_loopback(address.hostname or ""):
            raise SettingError("JWKS_URL", "must begin with https:// unless it is on this machine")
        return address.geturl()

    def database_url(self, data_dir: Path) -> str:
        if "DATABASE_URL" not in self.values:
            return _embedded(data_dir)
        scheme, mark, rest = self.values["DATABASE_URL"].partition("://")
        if mark and scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
            return f"postgresql+psycopg://{rest}"
        if (
            mark
            and scheme == "sqlite"
            and rest.startswith("/")
            and rest[1:] not in {"", ":memory:"}
        ):
            return f"sqlite://{rest}"
        allowed = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
        raise SettingError("DATABASE_URL", f"(its value is not shown) must be {allowed}")

    def origins(self, name: str) -> tuple[str, ...]:
        texts = self.values.get(name, "").replace(",", " ").split()
        for text in texts:
            address = _split(text)
            if address is None or address.path or text != text.lower():
                allowed = "origins such as https://portal.example, in small letters, without path"
                raise SettingError(name, f"must be {allowed}, with spaces between")
        return tuple(texts)

    def _web_address(self, name: str) -> SplitResult:
        address = _split(self.values[name])
        if address is None:
            allowed = "an address such as https://seuranta.example, without user, ? and #"
            raise SettingError(name, f"must be {allowed}")
        return address


def _embedded(data_dir: Path) -> str:
    return f"sqlite:///{data_dir / 'seuranta.sqlite'}"


def _split(text: str) -> SplitResult | None:
    """Give the parts of a plain web address; None where it is none or carries a secret."""
    try:
        address = urlsplit(text)
        usable = address.scheme in {"http", "https"} and address.hostname and address.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        return None
    return address if usable and not {*"@?# "} & {*text} else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name: where it leads is not ours to say
        return False
