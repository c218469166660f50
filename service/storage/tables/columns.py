"""The kinds of column: keys, text, days, instants; the same values and the same order everywhere.

Nothing is NULL where a value can say it: an open end is the last day or the last instant there is.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Double,
    Identity,
    Integer,
    MetaData,
    Sequence,
    SmallInteger,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from service.domain.interval import FOREVER

OPEN: Final = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
OPEN_DAY: Final = FOREVER
NO_ONE: Final = 0
SEVERAL: Final = -1

# A process takes so many keys at once and numbers what it stores without asking again.
KEY_BLOCK: Final = 1000

metadata: Final = MetaData(naming_convention={"pk": "pk_%(table_name)s"})

_REMEMBERED: Final = 32_768
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

# SQLite makes a column its row number only under the name INTEGER.
_KEY: Final[TypeEngine[int]] = BigInteger().with_variant(Integer, "sqlite")
# Bytewise order on both databases: text is compared the same way, and a prefix is a range.
_TEXT: Final[TypeEngine[str]] = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def microseconds(instant: datetime) -> int:
    """An instant as whole microseconds since 1970 in UTC."""
    return (instant - EPOCH) // _MICROSECOND


def instant_at(count: int) -> datetime:
    """The instant so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=count)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return _count_of_instant(value)

    @override
    def bind_processor(self, dialect: Dialect) -> Any:
        return _count_of_instant  # without the library's own function around it

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return _instant_of_count(value)

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _instant_of_count


class Day(TypeDecorator[date]):
    """A calendar day: the database's own DATE, or ISO 8601 text where it has none (SQLite)."""

    impl = Date
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())

    @override
    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        return _text_of_day(value) if dialect.name == "sqlite" else value

    @override
    def bind_processor(self, dialect: Dialect) -> Any:
        return _text_of_day if dialect.name == "sqlite" else None

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        # The driver of PostgreSQL gives days as they are.
        return _day_of_text if dialect.name == "sqlite" else None


# Rows by the thousand tell few days and fewer instants.
@lru_cache(maxsize=_REMEMBERED)
def _count_of_instant(instant_: datetime | None) -> int | None:
    return None if instant_ is None else microseconds(instant_)


@lru_cache(maxsize=_REMEMBERED)
def _instant_of_count(count: int | None) -> datetime | None:
    return None if count is None else instant_at(count)


@lru_cache(maxsize=_REMEMBERED)
def _text_of_day(day_: date | None) -> str | None:
    return None if day_ is None else day_.isoformat()


@lru_cache(maxsize=_REMEMBERED)
def _day_of_text(text_: str | None) -> date | None:
    return None if text_ is None else date.fromisoformat(text_)


def key_blocks(name: str) -> Sequence:
    """Where PostgreSQL gives keys from, a block at a time; SQLite counts on from the highest."""
    return Sequence(name, increment=KEY_BLOCK, metadata=metadata)


def primary(name: str) -> Column[int]:
    """The one key of a table, given by us."""
    return Column(name, _KEY, primary_key=True, autoincrement=False)


def primary_text(name: str) -> Column[str]:
    """The one key of a table whose rows have a name of their own."""
    return Column(name, _TEXT, primary_key=True)


def numbered(name: str) -> Column[int]:
    """The one key of a table, counted up by the database."""
    return Column(name, _KEY, Identity(), primary_key=True)


def key(name: str) -> Column[int]:
    """A key of this or another table."""
    return Column(name, _KEY, nullable=False)


def text(name: str) -> Column[str]:
    """A text; empty where there is none."""
    return Column(name, _TEXT, nullable=False)


def day(name: str) -> Column[date]:
    """A day of the clinic's calendar."""
    return Column(name, Day, nullable=False)


def instant(name: str) -> Column[datetime]:
    """An instant."""
    return Column(name, Instant, nullable=False)


def microsecond(name: str) -> Column[int]:
    """An instant as a plain count of microseconds, for what is only compared."""
    return Column(name, BigInteger, nullable=False)


def number(name: str) -> Column[int]:
    """A whole number."""
    return Column(name, Integer, nullable=False)


def small(name: str) -> Column[int]:
    """A whole number that stays small: a place in a row, a part."""
    return Column(name, SmallInteger, nullable=False)


def decimal(name: str, *, optional: bool = False) -> Column[float]:
    """A measured number; `optional` where there may be none."""
    return Column(name, Double, nullable=optional)


def flag(name: str) -> Column[bool]:
    """Yes or no."""
    return Column(name, Boolean, nullable=False)
