"""What was published: each version of a protocol with what the record said of it, and since when.

Who publishes leaves a mark that nobody else has left, by which every process sees that its own
protocols are not the newest any more.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, insert, select

from service.domain.marks import PROTOCOLS
from service.domain.protocol import ProtocolStatus
from service.domain.publication import Publication, Published
from service.storage.marks import MarkChanges
from service.storage.quick_reads import QuickReads
from service.storage.tables.operation import deployment, publications
from service.storage.tables.record import resources, versions
from service.storage.transaction import Transaction


class Watching(Protocol):
    """Who keeps the protocols of this process, and must hear of a publication."""

    @property
    def mark(self) -> str:
        """The mark of the publication that it has heard of."""
        ...

    def catch_up(
        self, mark: str, told: Sequence[Published], body_of: Callable[[Published], bytes]
    ) -> None:
        """Take in what was published up to a mark; `body_of` gives a PlanDefinition."""
        ...


class Publications:
    """What was published, as a reader sees it: it is about no one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def told(self) -> list[Published]:
        """All that was ever said of versions, in the order of transactions."""
        return [_published(row) for row in self._connection.execute(_ALL)]

    def body_of(self, one: Published) -> bytes:
        """The PlanDefinition of a publication."""
        given = {"of_id": one.id, "of_version": one.resource_version}
        body: bytes = self._connection.execute(_BODY, given).scalar_one()
        return body

    def tell(self, watching: Watching, mark: str) -> None:
        """Let who keeps the protocols of this process take in what was published up to a mark."""
        watching.catch_up(mark, self.told(), self.body_of)


class PublicationChanges(Publications):
    """Publications as a transaction changes them."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection)
        self._transaction = transaction

    def hold(self) -> None:
        """Let nobody else publish until the transaction ends."""
        if self._connection.dialect.name == "postgresql":
            name = func.hashtextextended(PROTOCOLS, 0)
            self._connection.execute(select(func.pg_advisory_xact_lock(name)))

    def standing(self, protocol: str, version: str) -> Published | None:
        """What is said of a version now; None where nobody has published it."""
        given = {"of_protocol": protocol, "of_version": version}
        row = self._connection.execute(_STANDING, given).first()
        return _published(row) if row else None

    def in_resource(self, id_: str) -> list[Published]:
        """What a PlanDefinition has said of versions, in the order of transactions."""
        return [_published(row) for row in self._connection.execute(_OF_RESOURCE, {"of_id": id_})]

    def add(self, publication: Publication, id_: str, resource_version: int) -> None:
        """Note what a version of a PlanDefinition publishes, and leave a new mark."""
        transaction = self._transaction
        row = publication._asdict() | {
            "status": publication.status.value,
            "tx": transaction.tx,
            "id": id_,
            "resource_version": resource_version,
        }
        given = {
            "of_protocol": publication.protocol,
            "of_version": publication.version,
            "of_tx": transaction.tx,
        }
        self._connection.execute(_SAID_HERE, given)
        self._connection.execute(insert(publications), row)
        self._leave_mark()

    def remove(self, id_: str) -> None:
        """Forget what a PlanDefinition has said of versions, which were drafts; leave a new mark."""
        self._connection.execute(_FORGOTTEN, {"of_id": id_})
        self._leave_mark()

    def _leave_mark(self) -> None:
        self._transaction.mark = str(self._transaction.tx)
        MarkChanges(self._transaction).put(PROTOCOLS, self._transaction.mark)


def mark_seen(quick: QuickReads) -> str:
    """The mark of the newest publication that a reader can see; empty before the first."""
    row = quick.first(_MARK, {})
    return row[0] if row else ""


def _published(row: Row[Any]) -> Published:
    status = ProtocolStatus(row.status)
    publication = Publication(row.protocol, row.version, row.url, status, row.asks)
    return Published(publication, row.id, row.resource_version, row.tx)


_MARK: Final = select(deployment.c.value).where(deployment.c.key == PROTOCOLS)
_ALL: Final[Select[Any]] = select(publications).order_by(publications.c.tx)
_OF_VERSION: Final = and_(
    publications.c.protocol == bindparam("of_protocol"),
    publications.c.version == bindparam("of_version"),
)
_SAID_HERE: Final = delete(publications).where(_OF_VERSION, publications.c.tx == bindparam("of_tx"))
_FORGOTTEN: Final = delete(publications).where(publications.c.id == bindparam("of_id"))
_STANDING: Final = (
    select(publications).where(_OF_VERSION).order_by(publications.c.tx.desc()).limit(1)
)
_OF_RESOURCE: Final = _ALL.where(publications.c.id == bindparam("of_id"))
_BODY: Final = (
    select(versions.c.body)
    .join(resources, resources.c.resource == versions.c.resource)
    .where(
        resources.c.type == "PlanDefinition",
        resources.c.id == bindparam("of_id"),
        versions.c.version == bindparam("of_version"),
    )
)
