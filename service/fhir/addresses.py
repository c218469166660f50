"""Where the entries of a transaction went: the addresses that its references use, and what they became.

Source: R4 bundle.html#references (a relative reference is resolved against its own entry's fullUrl).
"""

from collections.abc import Mapping
from typing import Final

from service.fhir.bundle import Entry
from service.fhir.references import Target, target_of

_NOWHERE: Final[Mapping[str, Target]] = {}


class Addresses:
    """What each address means, seen from one entry or another.

    `stored` says as what each entry was stored, or which existing resource it found; `conditions`
    what conditional references found.
    """

    def __init__(
        self,
        stored: Mapping[Entry, Target],
        conditions: Mapping[str, Target] = _NOWHERE,
    ) -> None:
        self._everywhere = {entry.full_url: target for entry, target in stored.items()}
        self._everywhere.pop("", None)
        self._everywhere.update(conditions)
        self._by_base: dict[str, dict[str, Target]] = {}
        for entry, target in stored.items():
            if (old := target_of(entry.full_url)) is not None and old.base:
                relative = self._by_base.setdefault(old.base, dict(self._everywhere))
                relative[f"{old.type}/{old.id}"] = target

    def seen_from(self, entry: Entry) -> Mapping[str, Target]:
        """The addresses that references of an entry's resource may use."""
        own = target_of(entry.full_url)
        return self._by_base.get(own.base, self._everywhere) if own else self._everywhere
