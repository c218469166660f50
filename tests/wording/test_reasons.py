# ruff: noqa: RUF001 - ranges of days are written with an en dash
"""What staff read of a follow-up: in short, and in the full sentence that explains it."""

from datetime import date

import pytest

from service.domain.fact import Fact
from service.domain.interval import FOREVER, Interval
from service.domain.protocol import Kind
from service.domain.rule import Bound, LastValue, MedicineInUse, Medicines, ValueRange
from service.domain.truth import Ground
from service.domain.window import Window
from service.wording.reasons import Decision, staff_reason, staff_sentence
from tests.wording.builders import grounds, hba1c, in_three, medicine, told

TODAY = date(2027, 6, 7)
MARCH = date(2027, 3, 12)

OTHERS = {
    "season": (
        {"because": (Ground("season"),), "variant": ""},
        "Kerran kaudessa, 3.–12.6.2027.",
        "En gång per säsong, 3–12.6.2027.",
        "Once a season, 3–12 June 2027.",
    ),
    "base": (
        {"variant": ""},
        "Perusväli: 3 kuukauden välein.",
        "Grundintervall: med 3 månaders mellanrum.",
        "Base interval: every 3 months.",
    ),
    "base, because facts are not known": (
        {
            "variant": "",
            "because": (
                Ground("not-known", (("item", "medicine"),)),
                Ground("not-known", (("item", "egfr"),)),
                Ground("not-known", (("item", "medicine"),)),
                Ground("not-known", (("item", "no-organ-damage"),)),
                Ground("at-target", (("count", 2.0),)),
            ),
        },
        "Ei tiedossa: lääkitys, GFR, muu tieto, tavoite. Perusväli on käytössä.",
        "Okänt: medicinering, GFR, annan uppgift, mål. Grundintervallet används.",
        "Not known: medicines, GFR, another fact, target. Base interval used.",
    ),
    "base, because a result decides nothing": (
        {
            "variant": "",
            "because": grounds(
                LastValue("hba1c", Bound(">", 53.0)), [hba1c(80, MARCH, comparator="<")], TODAY
            ),
        },
        "Tulos ei ratkaise väliä: <~80~mmol/mol (12.3.2027). Perusväli on käytössä.",
        "Resultatet avgör inte intervallet: <~80~mmol/mol (12.3.2027). Grundintervallet används.",
        "The result does not decide the interval: <~80~mmol/mol (12 March 2027). "
        "Base interval used.",
    ),
    "a range whose rule has no wording": (
        {
            "because": grounds(ValueRange("hba1c", at_least=42), [hba1c(45, MARCH)], TODAY),
            "when": "",
        },
        "Viime arvo 45~mmol/mol (12.3.2027) määrää välin.",
        "Senaste värdet 45~mmol/mol (12.3.2027) bestämmer intervallet.",
        "The last value, 45~mmol/mol (12 March 2027), sets the interval.",
    ),
    "rule without a ground": (
        {"when": "ei lääkettä"},
        "Ehto täyttyy: ei lääkettä.",
        "Villkoret uppfylls: ei lääkettä.",
        "The rule holds: ei lääkettä.",
    ),
    "the plan's own entry": (
        {"because": (Ground("own-entry", (("on", "2027-03-12"), ("reason", "toive"))),)},
        "Päätös suunnitelmassa 12.3.2027: toive.",
        "Beslut i planen 12.3.2027: toive.",
        "Decision in the plan 12 March 2027: toive.",
    ),
    "the plan's own entry without a reason": (
        {"because": (Ground("own-entry", (("on", "2027-03-12"), ("reason", ""))),)},
        "Päätös suunnitelmassa 12.3.2027.",
        "Beslut i planen 12.3.2027.",
        "Decision in the plan 12 March 2027.",
    ),
    "the plan's own entry, by whom and until when": (
        {
            "because": (Ground("own-entry", (("on", "2027-03-12"), ("reason", "toive"))),),
            "decision": Decision("hoitaja", date(2028, 3, 12)),
        },
        "Päätös suunnitelmassa 12.3.2027, hoitaja: toive; voimassa 12.3.2028.",
        "Beslut i planen 12.3.2027, hoitaja: toive; gäller till 12.3.2028.",
        "Decision in the plan 12 March 2027, hoitaja: toive; until 12 March 2028.",
    ),
    "ended": (
        {"interval": None, "variant": "", "because": (Ground("condition-ended"),)},
        "Päättynyt: sairauden seuranta on päättynyt.",
        "Avslutad: uppföljningen av sjukdomen har upphört.",
        "Ended: follow-up of the condition has ended.",
    ),
    "a value without a number": (
        {"because": (Ground("above", (("item", "hba1c"), ("on", "2027-03-12"))),)},
        "Viime tulos (12.3.2027): ei lukuarvoa.",
        "Senaste resultat (12.3.2027): inget talvärde.",
        "Last result (12 March 2027): no numeric value.",
    ),
}


@pytest.mark.parametrize(("different", "fi", "sv", "en"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_rule_is_told_to_staff_too(different, fi, sv, en):
    assert in_three(staff_reason, told(**different)) == (fi, sv, en)


def test_a_reason_that_rests_on_two_grounds_tells_both():
    because = (
        *grounds(MedicineInUse(Medicines(("A10BA02",), 180)), [medicine("A10BA02", MARCH)], TODAY),
        *grounds(
            ValueRange("egfr", at_least=30),
            [Fact("egfr", MARCH, "Observation/e", value=45.0, unit="mL/min")],
            TODAY,
        ),
    )
    assert in_three(staff_reason, told(because=because))[0] == (
        "Käytössä: metformiini (A10BA02). GFR: viime arvo 45~ml/min (12.3.2027); ehto: when."
    )


HBA1C_ABOVE_TARGET = {
    "because": grounds(LastValue("hba1c", Bound(">", 53.0)), [hba1c(61, MARCH)], TODAY),
    "version": "2026.1",
    "closes_with": "HbA1c",
}
FULL = [
    (
        {
            "activity": "Sokerihemoglobiini (HbA1c)",
            "protocols": ("Tyypin 2 diabetes",),
            "set_by": "Tyypin 2 diabetes",
            "source": "Käypä hoito",
        },
        0,
        "Sokerihemoglobiini (HbA1c): 3 kuukauden välein. "
        "Viime arvo 61~mmol/mol (12.3.2027) on yli tavoitteen 53~mmol/mol. "
        "Seurantaohjelma: Tyypin 2 diabetes 2026.1, Käypä hoito. "
        "Voi ottaa 3.6.2027 alkaen, määräpäivä 12.6.2027, myöhässä 6.7.2027 alkaen. "
        "Sulkee: HbA1c, lopullinen tulos.",
    ),
    (
        {
            "activity": "Långtidsblodsocker (HbA1c)",
            "protocols": ("Typ 2-diabetes",),
            "set_by": "Typ 2-diabetes",
            "source": "God medicinsk praxis",
        },
        1,
        "Långtidsblodsocker (HbA1c): med 3 månaders mellanrum. "
        "Senaste värdet 61~mmol/mol (12.3.2027) ligger över målet 53~mmol/mol. "
        "Uppföljningsprogram: Typ 2-diabetes 2026.1, God medicinsk praxis. "
        "Kan tas från 3.6.2027, ska vara gjort 12.6.2027, försenat från 6.7.2027. "
        "Stängs av: HbA1c, slutligt resultat.",
    ),
    (
        {
            "protocols": ("type 2 diabetes",),
            "set_by": "type 2 diabetes",
            "source": "Käypä hoito",
        },
        2,
        "HbA1c: every 3 months. "
        "The last value, 61~mmol/mol (12 March 2027), is above the target 53~mmol/mol. "
        "Protocol: type 2 diabetes 2026.1, Käypä hoito. "
        "Can be taken from 3 June 2027, due 12 June 2027, overdue from 6 July 2027. "
        "Closed by: HbA1c, final result.",
    ),
]


@pytest.mark.parametrize(("different", "language", "sentence"), FULL)
def test_the_full_sentence_explains_the_worked_example(different, language, sentence):
    one = told(**HBA1C_ABOVE_TARGET, **different)
    assert in_three(staff_sentence, one)[language] == sentence


WINDOW = "Voi tehdä 3.6.2027 alkaen, määräpäivä 12.6.2027, myöhässä 6.7.2027 alkaen."
SENTENCES = {
    "several protocols": (
        {"protocols": ("Diabetes", "Verenpaine"), "set_by": "Verenpaine", "version": "2026.1"},
        "HbA1c: 3 kuukauden välein. Ehto täyttyy: when. Seurantaohjelma: Verenpaine 2026.1. "
        "Ohjelmat: Diabetes, Verenpaine. Päivän määrää Verenpaine: aikaisin päivä.",
    ),
    "unconfirmed base interval": (
        {"variant": "", "confirmed": False},
        "HbA1c: 3 kuukauden välein (väli vahvistamatta). Tämä on perusväli.",
    ),
    "a date agreed in the plan": (
        {
            "variant": "own-entry",
            "interval": Interval(days=92),
            "because": (Ground("own-entry", (("on", "2027-03-12"), ("reason", "toive"))),),
        },
        "HbA1c: sovittu päivä 12.6.2027. Päätös suunnitelmassa 12.3.2027: toive.",
    ),
    "an interval agreed in the plan": (
        {
            "variant": "own-entry",
            "because": (Ground("own-entry", (("on", "2027-03-12"), ("reason", "toive"))),),
        },
        "HbA1c: 3 kuukauden välein. Päätös suunnitelmassa 12.3.2027: toive.",
    ),
}


@pytest.mark.parametrize(("different", "said"), SENTENCES.values(), ids=SENTENCES)
def test_the_full_sentence_ends_with_the_window(different, said):
    one = told(kind=Kind.MEASUREMENT, **different)
    assert in_three(staff_sentence, one)[0] == f"{said} {WINDOW}"


def test_an_ended_follow_up_has_neither_interval_nor_window():
    never = Window(FOREVER, FOREVER, FOREVER)
    one = told(interval=None, window=never, variant="", because=(Ground("died"),), closes_with="x")
    assert in_three(staff_sentence, one) == (
        "HbA1c. Päättynyt: henkilö on kuollut.",
        "HbA1c. Avslutad: personen har avlidit.",
        "HbA1c. Ended: the person has died.",
    )
