"""HETU, the Finnish personal identity code: whether one is right, and where one must not stand.

Source: Digital and Population Data Services Agency, reform of the personal identity code; the sign
between date and number is part of the identity. No message ever holds the code itself.
"""

import re
from collections.abc import Iterable
from typing import Final

from stdnum.exceptions import ValidationError
from stdnum.fi import hetu

from service.domain.errors import Invalid, Issue

SYSTEM: Final = "urn:oid:1.2.246.21"

_LIKE_ONE: Final = re.compile(
    r"(?<![0-9A-Z])\d{6}[-+A-FU-Y]\d{3}[0-9A-Y](?![0-9A-Z])", re.IGNORECASE | re.ASCII
)


def is_identity_code(text: str) -> bool:
    """Whether a text is a personal identity code in its one right form, temporary ones included."""
    try:
        return str(hetu.validate(text, allow_temporary=True)) == text
    except ValidationError:
        return False


def holds_identity_code(text: str) -> bool:
    """Whether a right identity code, in capitals or not, stands somewhere in a text."""
    return any(is_identity_code(found[0].upper()) for found in _LIKE_ONE.finditer(text))


def refuse_identity_codes(parameters: Iterable[tuple[str, str]]) -> None:
    """Raise Invalid where a value of an address holds an identity code: addresses are logged."""
    for name, value in parameters:
        if holds_identity_code(value) or holds_identity_code(name):
            words = (
                "a personal identity code must not stand in an address, which is logged on its way;"
                " send the search as POST to `_search` with the parameters in the body"
            )
            raise Invalid(issues=[Issue("value", words)])
