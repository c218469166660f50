"""One live shared plan a person: a transaction that ends one and begins another may say so in any order.

Source: R4 http.html#trules: the outcome of a transaction does not depend on the order of its entries.
Plans that are live in the end are therefore stored after all that makes room for them.
"""

from collections.abc import Collection, Mapping, Sequence

from service.domain.record import Reading, Stored, Submission


def is_live(reading: Reading | None) -> bool:
    """Whether it is a shared plan that is live."""
    return reading is not None and reading.plan is not None and reading.plan.is_live


def in_order(
    listed: Sequence[Submission],
    readings: Mapping[int, Reading],
    before: Mapping[int, Stored],
    keys: Mapping[str, int],
) -> list[Submission]:
    """The writes with live plans last, as the request has them, those that leave somebody before others.

    `before` is what stands, `keys` are those of the people, by id.
    """

    def rank(one: Submission) -> tuple[int, int]:
        reading, old = readings.get(one.number), before.get(one.number)
        if reading is None or not is_live(reading):
            return (0, 0)
        theirs = {keys[id_] for id_ in reading.patients}
        leaves = old is not None and old.patient > 0 and {old.patient} != theirs
        return (1 if leaves else 2, one.number)

    return sorted(listed, key=rank)


def ended(coming: Sequence[Reading], live: Collection[str]) -> set[str]:
    """Of the plans that stand live, by their ids, those that are not live after all of these."""
    last = {one.id: one for one in coming if one.type == "CarePlan" and one.id in live}
    return {id_ for id_, reading in last.items() if not is_live(reading)}
