"""What a step of the projection begins from, as one reading told it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from service.domain.directory import Place, Unit
from service.domain.kept import KeptPatient


class Snapshot(Protocol):
    """People with all that is kept of them, and the directory.

    Two are equal where nothing that a step begins from has changed in between.
    """

    @property
    def people(self) -> Sequence[KeptPatient]:
        """All that is kept of those who are more than named, with their facts."""
        ...

    @property
    def units(self) -> Mapping[str, Unit]:
        """Every organisation that is known, by its id."""
        ...

    @property
    def places(self) -> Sequence[Place]:
        """Where units lie."""
        ...
