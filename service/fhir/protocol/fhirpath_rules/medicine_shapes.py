"""Rules about medicines and devices, read from FHIRPath; each reader gives None for what is of another shape."""

from typing import Final

from service.domain.interval import Interval
from service.domain.rule import (
    Device,
    DeviceInUse,
    DeviceStarted,
    DispenseCount,
    MedicineDuration,
    MedicineEvent,
    MedicineInPregnancy,
    MedicineInUse,
    Medicines,
    MedicineSince,
    Rule,
)
from service.fhir.fhirpath import Expression
from service.fhir.protocol.fhirpath_rules.matching import Found, matched, number_of
from service.fhir.protocol.fhirpath_rules.speech import Shape, Speech, span_of

IN_USE: Final = "{}.start <= today() and ({}.end.empty() or {}.end >= today())"
FIRST_AFTER_WASHOUT: Final = (
    "%_uses.skip($index + 1).first().empty()"
    " or %_uses.skip($index + 1).first().{}.end + %_washout < {}.start"
)
_SUBSTANCE: Final = "'|' + medication.coding.code.first() + '='"
_DOSE: Final = "iif(dosage.text.exists(), dosage.text.first(), '') + '|'"
_EARLIER: Final = f"%_uses.skip($index + 1).select({_SUBSTANCE} + {_DOSE}).join('')"
_OTHER_DOSE: Final = (
    f"({_EARLIER}.contains({_SUBSTANCE}) and "
    f"{_EARLIER}.indexOf({_SUBSTANCE}) = {_EARLIER}.indexOf({_SUBSTANCE} + {_DOSE})).not()"
)
_FIRST_USE: Final = FIRST_AFTER_WASHOUT.format("effective", "effective")
_FIRST_DEVICE: Final = FIRST_AFTER_WASHOUT.format("timing", "timing")
_BEGUN: Final = (
    f"%_uses.where(effective.start <= today() and ({_FIRST_USE})).first().effective.start"
)
_USED: Final = f"%_uses.where({IN_USE.format(*['effective'] * 3)}).exists()"
_DUE_ON: Final = "component.where(code.coding.where(code = '11778-8').exists()).value"
_PREGNANT: Final = "%_r.where(value.coding.where(code in (%_pregnant)).exists()).first()"
_FIRST_DAY: Final = (
    f"iif({_PREGNANT}.{_DUE_ON}.exists(), {_PREGNANT}.{_DUE_ON} - 280 days, {_PREGNANT}.effective)"
)
_OVER: Final = (
    "%_r.where(value.coding.where(code in (%_ended)).exists()"
    f" and effective >= {_PREGNANT}.effective).last()"
)
_LAST_DAY: Final = f"iif({_OVER}.exists(), {_OVER}.effective, today())"
_IN_PREGNANCY: Final = (
    f"%_all.exists() and {_PREGNANT}.exists() and %_uses.where(effective.start <= {_LAST_DAY}"
    f" and (effective.end.empty() or effective.end >= {_FIRST_DAY})).exists()"
)


def _in_use(speech: Speech, tree: Expression) -> Rule | None:
    found = matched(_USED, tree)
    medicines = speech.medicines(found["uses"]) if found else None
    return MedicineInUse(medicines) if medicines else None


def _started(speech: Speech, tree: Expression) -> Rule | None:
    recent = "effective.start <= today() and effective.start + %_span >= today()"
    for ways, or_changed in ((_FIRST_USE, False), (f"{_FIRST_USE} or {_OTHER_DOSE}", True)):
        found = matched(f"%_uses.where({recent} and ({ways})).exists()", tree)
        medicines, span = _medicines(speech, found), _span(found)
        if medicines and span:
            return MedicineEvent(medicines, span, or_changed)
    return None


def _since(speech: Speech, tree: Expression) -> Rule | None:
    for passed, less in (("> today()", True), ("<= today()", False)):
        found = matched(f"{_BEGUN} + %_span {passed}", tree)
        medicines, span = _medicines(speech, found), _span(found)
        if medicines and span:
            return MedicineSince(medicines, span, less)
    return None


def _duration(speech: Speech, tree: Expression) -> Rule | None:
    found = matched(f"{_USED} and {_BEGUN} + %_span <= today()", tree)
    medicines, span = _medicines(speech, found), _span(found)
    return MedicineDuration(medicines, span) if medicines and span else None


def _in_pregnancy(speech: Speech, tree: Expression) -> Rule | None:
    found = matched(_IN_PREGNANCY, tree)
    if not found or not speech.inputs.are_all_medicines(found["all"]):
        return None
    medicines, item = speech.medicines(found["uses"]), speech.inputs.item(found["r"])
    is_told = item is not None and all(
        speech.is_finding(item, found[name], name) for name in ("pregnant", "ended")
    )
    return MedicineInPregnancy(medicines) if medicines and is_told else None


def _dispensed(speech: Speech, tree: Expression) -> Rule | None:
    recent = "whenHandedOver <= today() and whenHandedOver + %_span >= today()"
    found = matched(f"%_uses.where({recent}).count() >= %_n", tree)
    if not found:
        return None
    medicines = speech.medicines(found["uses"], "MedicationDispense")
    span, count = span_of(found["span"]), number_of(found["n"])
    return DispenseCount(medicines, int(count), span) if medicines and span and count else None


def _device_in_use(speech: Speech, tree: Expression) -> Rule | None:
    found = matched(f"%_uses.where({IN_USE.format(*['timing'] * 3)}).exists()", tree)
    kind = speech.inputs.device(found["uses"]) if found else None
    return DeviceInUse(Device(kind, speech.rules.figures.washout_days)) if kind else None


def _device_started(speech: Speech, tree: Expression) -> Rule | None:
    recent = "timing.start <= today() and timing.start + %_span >= today()"
    found = matched(f"%_uses.where({recent} and ({_FIRST_DEVICE})).exists()", tree)
    kind = speech.inputs.device(found["uses"]) if found else None
    if not found or not kind or not is_washout(speech, found):
        return None
    span = span_of(found["span"])
    return DeviceStarted(Device(kind, speech.rules.figures.washout_days), span) if span else None


def is_washout(speech: Speech, found: Found) -> bool:
    """Whether the days without use are those after which the next use is a start."""
    return span_of(found["washout"]) == Interval(days=speech.rules.figures.washout_days)


def _medicines(speech: Speech, found: Found | None) -> Medicines | None:
    return speech.medicines(found["uses"]) if found and is_washout(speech, found) else None


def _span(found: Found | None) -> Interval | None:
    return span_of(found["span"]) if found else None


MEDICINE_SHAPES: Final[tuple[Shape, ...]] = (
    _in_use,
    _started,
    _since,
    _duration,
    _in_pregnancy,
    _dispensed,
    _device_in_use,
    _device_started,
)
