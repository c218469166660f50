"""Feeds: on which day a unit's senders last sent a kind of result."""

from datetime import date

from sqlalchemy import select, text

from service.storage.database import Storage
from service.storage.tables.projection import feeds
from tests.storage.builders import at, writing

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


def record(storage, *fed, minutes=0):
    with writing(storage, minutes) as work:
        work.feeds.record((*one, None) for one in fed)


def test_the_last_day_of_each_kind_from_each_unit_is_told(storage):
    record(storage, ("hattula", "hba1c", TUESDAY), ("hattula", "hba1c", MONDAY))
    record(storage, ("hattula", "ldl", MONDAY), ("kemi", "hba1c", MONDAY))

    with storage.read() as view:
        assert view.feeds.last_days(until=date(2026, 11, 21)) == {
            ("hattula", "hba1c"): TUESDAY,
            ("hattula", "ldl"): MONDAY,
            ("kemi", "hba1c"): MONDAY,
        }
        assert view.feeds.last_days(until=MONDAY)["hattula", "hba1c"] == MONDAY


def test_nothing_sent_is_nothing_recorded(storage):
    record(storage)

    with storage.read() as view:
        assert view.feeds.last_days(until=TUESDAY) == {}


def test_a_day_is_known_since_the_first_of_its_results_came_whatever_the_order(storage):
    record(storage, ("hattula", "hba1c", MONDAY), minutes=5)
    record(storage, ("hattula", "hba1c", MONDAY), minutes=9)
    record(storage, ("hattula", "hba1c", MONDAY), minutes=1)

    with storage.engine.connect() as connection:
        assert connection.execute(select(feeds.c.known_from)).scalars().all() == [at(1)]


def test_who_feeds_what_is_known_already_waits_for_nobody_on_postgresql(databases):
    storage = Storage(databases.fresh("postgresql"))
    record(storage, ("hattula", "hba1c", MONDAY))

    with writing(storage, 5) as first, writing(storage, 6) as second:
        first.feeds.record([("hattula", "hba1c", MONDAY, None)])
        second.transaction.connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        second.feeds.record([("hattula", "hba1c", MONDAY, None)])

    storage.close()
