"""What staff read: given this patient and this rule, these words. The domain makes the grounds."""

from datetime import date

import pytest

from service.domain.closing import Closing
from service.domain.codes import CodeSet
from service.domain.fact import Fact
from service.domain.interval import FOREVER, Interval
from service.domain.rule import (
    Age,
    AnyOf,
    Axis,
    BeyondTargetFor,
    Bound,
    CountAtTarget,
    DispenseCount,
    EventCount,
    Fall,
    Grid,
    GridClass,
    Happened,
    HasCondition,
    LastFinding,
    LastValue,
    MedicineEvent,
    MedicineInUse,
    Medicines,
    MedicineSince,
    NeverDone,
    Pregnancy,
    SinceDiagnosis,
    Target,
    Unconfirmed,
    ValueRange,
)
from service.wording.reasons import Aim, staff_reason
from tests.wording.builders import grounds, hba1c, in_three, medicine, told

TODAY = date(2027, 6, 7)
MARCH = date(2027, 3, 12)
EARLIER = date(2026, 9, 1)
YEAR = Interval(months=12)
MONTHS_3 = Interval(months=3)
HBA1C = Target("hba1c", "mmol/mol", (Bound("<", 53.0),))
DIABETES_MEDICINE = Medicines(("A10",), 180)
METFORMIN = Medicines(("A10BA02",), 180)
GFR = Axis("egfr", (GridClass("G3a", at_least=45, below=60),))
ACR = Axis("acr", (GridClass("A2", at_least=3, up_to=30),))
KDIGO = Grid(GFR, ACR, frozenset({"G3aA2"}), frozenset({"G3a"}))


def result(item: str, value: float, unit: str, day: date = MARCH) -> Fact:
    return Fact(item, day, f"Observation/{item}", value=value, unit=unit)


def coded(item: str, code: str, day: date = MARCH, until: date = FOREVER, detail: str = "") -> Fact:
    return Fact(item, day, f"Fact/{item}", until=until, code=code, detail=detail)


EXACERBATION = EventCount(
    (Happened("exacerbation", classes=frozenset({"EMER"}), reasons=CodeSet(frozenset({"J45"}))),),
    1,
    YEAR,
)
TARGET_REACHED_TWICE = CountAtTarget((HBA1C,), 2)

SAID = {
    "last value above target": (
        LastValue("hba1c", Bound(">", 53.0)),
        [hba1c(61, MARCH)],
        "Viime arvo 61~mmol/mol (12.3.2027) on yli tavoitteen 53~mmol/mol.",
        "Senaste värdet 61~mmol/mol (12.3.2027) ligger över målet 53~mmol/mol.",
        "The last value, 61~mmol/mol (12 March 2027), is above the target 53~mmol/mol.",
    ),
    "last value at the edge of the target": (
        LastValue("hba1c", Bound(">=", 53.0)),
        [hba1c(53, MARCH)],
        "Viime arvo 53~mmol/mol (12.3.2027) on tavoitteen rajalla. Tavoite: alle 53~mmol/mol.",
        "Senaste värdet 53~mmol/mol (12.3.2027) ligger på gränsen till målet. "
        "Mål: under 53~mmol/mol.",
        "The last value, 53~mmol/mol (12 March 2027), is at the edge of the target. "
        "Target: below 53~mmol/mol.",
    ),
    "last value at target": (
        LastValue("hba1c", Bound("<=", 53.0)),
        [hba1c(48, MARCH)],
        "Viime arvo 48~mmol/mol (12.3.2027) on tavoitteessa. Tavoite: alle 53~mmol/mol.",
        "Senaste värdet 48~mmol/mol (12.3.2027) är på målnivå. Mål: under 53~mmol/mol.",
        "The last value, 48~mmol/mol (12 March 2027), is at target. Target: below 53~mmol/mol.",
    ),
    "last value above a limit that is no target": (
        LastValue("hba1c", Bound(">", 64.0)),
        [hba1c(70, MARCH)],
        "Viime arvo 70~mmol/mol (12.3.2027) on yli rajan 64~mmol/mol.",
        "Senaste värdet 70~mmol/mol (12.3.2027) ligger över gränsen 64~mmol/mol.",
        "The last value, 70~mmol/mol (12 March 2027), is above the limit 64~mmol/mol.",
    ),
    "last value known only to be above": (
        LastValue("hba1c", Bound(">", 53.0)),
        [hba1c(53, MARCH, comparator=">")],
        "Viime arvo >~53~mmol/mol (12.3.2027) on yli tavoitteen 53~mmol/mol.",
        "Senaste värdet >~53~mmol/mol (12.3.2027) ligger över målet 53~mmol/mol.",
        "The last value, >~53~mmol/mol (12 March 2027), is above the target 53~mmol/mol.",
    ),
    "last value of another item, by name": (
        LastValue("bp.sys", Bound(">=", 140.0)),
        [result("bp.sys", 152, "mm[Hg]")],
        "Yläpaine: viime arvo 152~mmHg (12.3.2027) on yli rajan 140~mmHg.",
        "Övertryck: senaste värdet 152~mmHg (12.3.2027) ligger över gränsen 140~mmHg.",
        "Upper value: the last value, 152~mmHg (12 March 2027), is above the limit 140~mmHg.",
    ),
    "last value below": (
        LastValue("act", Bound("<=", 19.0)),
        [result("act", 17, "{score}")],
        "Astmatesti: viime arvo 17~pistettä (12.3.2027) on alle rajan 19~pistettä.",
        "Astmatest: senaste värdet 17~poäng (12.3.2027) ligger under gränsen 19~poäng.",
        "Asthma test: the last value, 17~points (12 March 2027), is below the limit 19~points.",
    ),
    "last value at a limit": (
        LastValue("act", Bound("<=", 19.0)),
        [result("act", 19, "{score}")],
        "Astmatesti: viime arvo 19~pistettä (12.3.2027) on rajalla 19~pistettä.",
        "Astmatest: senaste värdet 19~poäng (12.3.2027) ligger på gränsen 19~poäng.",
        "Asthma test: the last value, 19~points (12 March 2027), is at the limit 19~points.",
    ),
    "range": (
        ValueRange("egfr", at_least=30, below=60),
        [result("egfr", 45, "mL/min/{1.73_m2}")],
        "GFR: viime arvo 45~ml/min/1,73~m² (12.3.2027); ehto: when.",
        "GFR: senaste värdet 45~ml/min/1,73~m² (12.3.2027); villkor: when.",
        "GFR: the last value, 45~ml/min/1.73~m² (12 March 2027); rule: when.",
    ),
    "n at target": (
        TARGET_REACHED_TWICE,
        [hba1c(50, EARLIER), hba1c(48, MARCH)],
        "Viimeiset arvot tavoitteessa: 2.",
        "Senaste värden på målnivå: 2.",
        "Last values at target: 2.",
    ),
    "outside the target for long": (
        BeyondTargetFor((HBA1C,), MONTHS_3),
        [hba1c(61, EARLIER), hba1c(60, MARCH)],
        "Tavoitteen ulkopuolella 1.9.2026 alkaen.",
        "Utanför målet sedan 1.9.2026.",
        "Outside the target since 1 September 2026.",
    ),
    "medicine changed": (
        MedicineEvent(DIABETES_MEDICINE, MONTHS_3, or_changed=True),
        [medicine("A10BK03", MARCH)],
        "Lääkitys muuttui 12.3.2027: diabeteslääke (A10BK03).",
        "Medicineringen ändrades 12.3.2027: diabetesmedicin (A10BK03).",
        "Medicine changed 12 March 2027: diabetes medicine (A10BK03).",
    ),
    "medicine in use": (
        MedicineInUse(METFORMIN),
        [medicine("A10BA02", MARCH)],
        "Käytössä: metformiini (A10BA02).",
        "I bruk: metformin (A10BA02).",
        "In use: metformin (A10BA02).",
    ),
    "medicine of a group without a name": (
        MedicineInUse(Medicines(("V03",), 180)),
        [medicine("V03AX03", MARCH)],
        "Käytössä: lääke (V03AX03).",
        "I bruk: medicin (V03AX03).",
        "In use: medicine (V03AX03).",
    ),
    "medicine since": (
        MedicineSince(METFORMIN, Interval(months=48), less=True),
        [medicine("A10BA02", MARCH)],
        "Lääke aloitettu 12.3.2027: metformiini (A10BA02).",
        "Medicinen påbörjades 12.3.2027: metformin (A10BA02).",
        "Medicine started 12 March 2027: metformin (A10BA02).",
    ),
    "dispensed": (
        DispenseCount(Medicines(("R03AC",), 180), 3, YEAR),
        [
            coded("dispense", "R03AC02", date(2027, 1, 1))._replace(source="MedicationDispense/1"),
            coded("dispense", "R03AC02", date(2027, 2, 1))._replace(source="MedicationDispense/2"),
            coded("dispense", "R03AC02", date(2027, 3, 1))._replace(source="MedicationDispense/3"),
        ],
        "Toimituksia apteekista: 3, avaava hengitettävä lääke (R03AC02).",
        "Expedieringar från apotek: 3, luftrörsvidgande inhalationsmedicin (R03AC02).",
        "Dispensed by a pharmacy: 3, reliever inhaler (R03AC02).",
    ),
    "condition": (
        HasCondition(CodeSet(frozenset({"icd10|I25.1"}))),
        [coded("condition", "icd10|I25.1")],
        "Todettu 12.3.2027: sepelvaltimotauti.",
        "Konstaterad 12.3.2027: kranskärlssjukdom.",
        "Diagnosed 12 March 2027: coronary disease.",
    ),
    "condition without a name": (
        HasCondition(CodeSet(frozenset({"icd10|E11.2"}))),
        [coded("condition", "icd10|E11.2")],
        "Todettu 12.3.2027: E11.2.",
        "Konstaterad 12.3.2027: E11.2.",
        "Diagnosed 12 March 2027: E11.2.",
    ),
    "diagnosed": (
        SinceDiagnosis(Interval(months=120), less=True),
        [],
        "Todettu 15.1.2020.",
        "Konstaterad 15.1.2020.",
        "Diagnosed 15 January 2020.",
    ),
    "KDIGO cell": (
        KDIGO,
        [result("egfr", 48, "mL/min/{1.73_m2}"), result("acr", 5.2, "mg/mmol", EARLIER)],
        "KDIGO G3aA2: GFR 48 (12.3.2027), U-AlbKre 5,2 (1.9.2026).",
        "KDIGO G3aA2: GFR 48 (12.3.2027), U-AlbKre 5,2 (1.9.2026).",
        "KDIGO G3aA2: GFR 48 (12 March 2027), urine ACR 5.2 (1 September 2026).",
    ),
    "one axis of the grid": (
        KDIGO,
        [result("egfr", 48, "mL/min/{1.73_m2}")],
        "KDIGO-luokka ei ole tiedossa. Mittaamatta: U-AlbKre. Käytetty väli: 3 kuukauden välein.",
        "KDIGO-klassen är inte känd. Inte mätt: U-AlbKre. "
        "Använt intervall: med 3 månaders mellanrum.",
        "KDIGO class not known. Not measured: urine ACR. Interval used: every 3 months.",
    ),
    "last finding": (
        LastFinding("fundus", frozenset({"mild-retinopathy"})),
        [coded("fundus", "mild-retinopathy")],
        "Viime löydös (12.3.2027): lieviä muutoksia.",
        "Senaste fynd (12.3.2027): lindriga förändringar.",
        "Last finding (12 March 2027): mild changes.",
    ),
    "last finding of an item with a name": (
        LastFinding("smoking", frozenset({"current-smoker"})),
        [coded("smoking", "current-smoker")],
        "Tupakointi, viime tieto (12.3.2027): tupakoi.",
        "Rökning, senaste uppgift (12.3.2027): röker.",
        "Smoking, last recorded (12 March 2027): smokes.",
    ),
    "never done": (
        NeverDone(Closing("fundus")),
        [],
        "Ei aiempaa merkintää.",
        "Ingen tidigare anteckning.",
        "No earlier record.",
    ),
    "to be confirmed": (
        Unconfirmed("acr", Bound(">=", 3.0), 2, 3, Interval(months=6)),
        [result("acr", 5.2, "mg/mmol")],
        "Vahvistamatta: 5,2~mg/mmol (12.3.2027); vahvistavia tuloksia 1, tarvitaan 2.",
        "Obekräftat: 5,2~mg/mmol (12.3.2027); bekräftande resultat 1, behövs 2.",
        "Unconfirmed: 5.2~mg/mmol (12 March 2027); confirming results 1, needed 2.",
    ),
    "event": (
        EXACERBATION,
        [coded("encounter", "EMER", detail="J45")],
        "Pahenemisvaihe 12.3.2027.",
        "Försämringsperiod 12.3.2027.",
        "Flare-up 12 March 2027.",
    ),
    "fall between values": (
        Fall("egfr", 25),
        [
            result("egfr", 62, "mL/min/{1.73_m2}", EARLIER),
            result("egfr", 44, "mL/min/{1.73_m2}"),
        ],
        "GFR, muutos: 62~ml/min/1,73~m² (1.9.2026) → 44~ml/min/1,73~m² (12.3.2027).",
        "GFR, förändring: 62~ml/min/1,73~m² (1.9.2026) → 44~ml/min/1,73~m² (12.3.2027).",
        "GFR, change: 62~ml/min/1.73~m² (1 September 2026) → 44~ml/min/1.73~m² (12 March 2027).",
    ),
    "age": (
        Age(at_least=65),
        [Fact("birth", date(1953, 5, 2), "Patient/p")],
        "Ikä vähintään 65~v.",
        "Ålder minst 65~år.",
        "Aged 65 or over.",
    ),
    "age of the young": (
        Age(below=30),
        [Fact("birth", date(2005, 5, 2), "Patient/p")],
        "Ikäraja täyttyy.",
        "Åldersgränsen uppfylls.",
        "The age limit holds.",
    ),
    "pregnancy": (
        Pregnancy("any"),
        [coded("pregnancy", "pregnant", until=date(2027, 12, 1))],
        "Raskaus.",
        "Graviditet.",
        "Pregnancy.",
    ),
    "pregnancy planned": (
        Pregnancy("planning_or_first_trimester"),
        [coded("pregnancy", "planned")],
        "Raskaus suunnitteilla.",
        "Graviditet planeras.",
        "Pregnancy planned.",
    ),
    "after pregnancy": (
        Pregnancy("postpartum_12m"),
        [coded("pregnancy", "ended")],
        "Raskaus päättynyt 12.3.2027.",
        "Graviditeten avslutad 12.3.2027.",
        "Pregnancy ended 12 March 2027.",
    ),
    "either of two": (
        AnyOf((LastValue("hba1c", Bound(">", 53.0)), LastValue("bp.sys", Bound(">=", 140.0)))),
        [hba1c(61, MARCH), result("bp.sys", 128, "mm[Hg]")],
        "Viime arvo 61~mmol/mol (12.3.2027) on yli tavoitteen 53~mmol/mol.",
        "Senaste värdet 61~mmol/mol (12.3.2027) ligger över målet 53~mmol/mol.",
        "The last value, 61~mmol/mol (12 March 2027), is above the target 53~mmol/mol.",
    ),
}


def test_at_one_target_of_two_is_told_by_the_rules_own_limit():
    because = grounds(LastValue("hba1c", Bound("<=", 53.0)), [hba1c(48, MARCH)], TODAY)
    aims = (Aim("hba1c", "<=", 42.0), Aim("hba1c", "<", 53.0))
    assert in_three(staff_reason, told(because=because, aims=aims))[0] == (
        "Viime arvo 48~mmol/mol (12.3.2027) on alle rajan 53~mmol/mol."
    )


def test_an_item_without_a_name_keeps_its_key():
    because = grounds(LastValue("tsh", Bound(">", 4.0)), [result("tsh", 5, "m[IU]/L")], TODAY)
    assert in_three(staff_reason, told(because=because))[2] == (
        "tsh: the last value, 5~mU/l (12 March 2027), is above the limit 4~mU/l."
    )


@pytest.mark.parametrize(("rule", "facts", "fi", "sv", "en"), SAID.values(), ids=SAID)
def test_a_rule_that_holds_is_told_to_staff(rule, facts, fi, sv, en):
    one = told(because=grounds(rule, facts, TODAY))
    assert in_three(staff_reason, one) == (fi, sv, en)
