"""What can go wrong, in the field's words; one table in `api/` turns each into an HTTP answer."""

from collections.abc import Sequence
from typing import NamedTuple


class Issue(NamedTuple):
    """One fault: an OperationOutcome issue code, words for a developer, and the element's FHIRPath.

    Source: R4 value set `issue-type`. No patient identifier stands in the words.
    """

    code: str
    words: str
    expression: str = ""
    severity: str = "error"


class SeurantaError(Exception):
    """The base of all errors that a caller can act on; it carries one or more issues."""

    code = "processing"

    def __init__(
        self, words: str = "", expression: str = "", *, issues: Sequence[Issue] = ()
    ) -> None:
        own = Issue(self.code, words or type(self).__doc__ or "", expression)
        self.issues: tuple[Issue, ...] = tuple(issues) or (own,)
        super().__init__(self.issues[0].words)


class Malformed(SeurantaError):
    """The body cannot be read: not JSON, not an object, too deep."""

    code = "structure"


class Invalid(SeurantaError):
    """The content breaks the standard: a missing, unknown or wrong element."""

    code = "value"


class BusinessRuleBroken(SeurantaError):
    """The content is valid FHIR, but this service cannot accept it."""

    code = "business-rule"


class NotFound(SeurantaError):
    """There is no such resource."""

    code = "not-found"


class Deleted(SeurantaError):
    """The resource has been deleted."""

    code = "deleted"


class VersionConflict(SeurantaError):
    """The resource has changed since the version that If-Match names."""

    code = "conflict"


class ManyMatches(SeurantaError):
    """More than one resource meets the condition."""

    code = "multiple-matches"


class Conflict(SeurantaError):
    """The change collides with another one, or with what the record holds."""

    code = "conflict"


class Duplicate(Conflict):
    """There is one already, and there can be no second."""

    code = "duplicate"


class Collision(Conflict):
    """Another change of the same data was under way; nothing was stored. Send it again."""

    code = "lock-error"


class NotSupported(SeurantaError):
    """The standard knows it, this service does not."""

    code = "not-supported"


class NotSignedIn(SeurantaError):
    """No token, or one that cannot be trusted."""

    code = "login"


class TokenExpired(NotSignedIn):
    """The token has expired."""

    code = "expired"


class Forbidden(SeurantaError):
    """The token does not allow this."""

    code = "forbidden"


class TooLarge(SeurantaError):
    """The content is larger than the stated limit."""

    code = "too-costly"


class StorageFull(SeurantaError):
    """The database has no room left; nothing was stored."""

    code = "no-store"


class Unreachable(SeurantaError):
    """The database cannot be reached."""

    code = "transient"


class SchemaMismatch(SeurantaError):
    """The database has an older or newer schema than this program."""


class UnusableProtocol(SeurantaError):
    """A protocol holds a rule that the engine cannot express."""

    code = "not-supported"


class UnknownVersion(UnusableProtocol):
    """A plan follows a version of a protocol that this process does not know yet. Ask again."""

    code = "transient"
