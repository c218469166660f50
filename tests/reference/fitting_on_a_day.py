"""Whether a protocol fits on one day: something qualifies, and no other condition takes its place.

Written from `what-is-due` 1.1, 1.4 and 1.5.
"""

from service.domain.fact import CONDITION, MEDICINE, PROCEDURE, REMISSION, Fact
from service.domain.protocol import Protocol
from tests.reference.known import Known


def fits_on_the_day(protocol: Protocol, known: Known) -> bool:
    """Whether a person is followed by the protocol on the day, if alive."""
    return _qualifies(protocol, known) and not _is_replaced(protocol, known)


def _qualifies(protocol: Protocol, known: Known) -> bool:
    conditions = known.of(CONDITION)
    own = [fact for fact in conditions if fact.code in protocol.conditions]
    if protocol.lasts:
        active = any(known.day < protocol.lasts.after(fact.day) for fact in own)
    else:
        active = any(known.day <= fact.until for fact in own)
    later = any(
        succession.after.after(fact.day) <= known.day
        for succession in protocol.successions
        for fact in conditions
        if fact.code in succession.conditions
    )
    return active or later or _qualifies_otherwise(protocol, known)


def _qualifies_otherwise(protocol: Protocol, known: Known) -> bool:
    remissions = known.of(REMISSION) if protocol.through_remission else []
    quiet = [fact for fact in remissions if fact.code in protocol.conditions]
    used = [use for use in known.of(MEDICINE) if any(map(use.code.startswith, protocol.medicines))]
    going_on = any(known.day <= fact.until for fact in (*quiet, *used))
    return going_on or any(fact.code in protocol.procedures for fact in known.of(PROCEDURE))


def _is_replaced(protocol: Protocol, known: Known) -> bool:
    conditions = known.of(CONDITION)
    for ending in protocol.endings:
        for fact in conditions:
            if fact.code in ending.conditions:
                still = known.day <= fact.until
                if known.day < ending.lasting.after(fact.day) if ending.lasting else still:
                    return True
    active = [fact for fact in conditions if known.day <= fact.until]
    rivals = [fact for fact in active if fact.code in protocol.rivals]
    own = [fact for fact in active if fact.code in protocol.conditions]
    if not rivals or not own:
        return False
    return max(rivals, key=_recorded_on) in sorted([*own, *rivals], key=_recorded_on)[-1:]


def _recorded_on(fact: Fact) -> tuple[str, str, int, str]:
    return fact.detail or fact.day.isoformat(), fact.day.isoformat(), fact.received, fact.code
