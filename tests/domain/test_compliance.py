"""The counts of an audit, with the people beside them who are not followed up."""

from datetime import UTC, date, datetime

from service.domain.compliance import Compliance, Counted, NotFollowed

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)


def a_row(unit: str, protocol: str, activity: str = "") -> Counted:
    return Counted(
        unit,
        protocol,
        activity,
        upcoming=1,
        due=2,
        overdue=3,
        paused=0,
        at_target=0,
        beyond_target=0,
    )


def test_those_not_followed_stand_on_the_row_of_their_whole_protocol_by_unit_and_together():
    rows = (a_row("", ""), a_row("", "asthma"), a_row("u1", "asthma"), a_row("u1", "asthma", "act"))
    missed = (NotFollowed("u1", "asthma", 2), NotFollowed("u2", "asthma", 3))
    found = Compliance(date(2026, 11, 21), AT, rows, missed)

    told = {row[:3]: people for row, people in found.beside_not_followed()}

    assert told == {
        ("", "", ""): None,
        ("", "asthma", ""): 5,
        ("u1", "asthma", ""): 2,
        ("u1", "asthma", "act"): None,
        ("u2", "asthma", ""): 3,
    }


def test_where_nobody_is_followed_up_there_is_a_row_of_nothing():
    missed = (NotFollowed("", "asthma", 1),)
    found = Compliance(date(2026, 11, 21), AT, (), missed)

    [(row, people)] = found.beside_not_followed()

    assert (row.unit, row.protocol, row.denominator, row.share) == ("", "asthma", 0, None)
    assert people == 1


def test_where_everybody_is_followed_up_the_rows_stay_as_they_are():
    rows = (a_row("", ""), a_row("u1", "asthma"))
    found = Compliance(date(2026, 11, 21), AT, rows, ())
    assert list(found.beside_not_followed()) == [(rows[0], None), (rows[1], 0)]
