# ruff: noqa: RUF001 - ranges of days are written with an en dash
"""What the patient reads as the answer to "Why now?"; what is not theirs to read stays unsaid."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.interval import Interval
from service.domain.protocol import Kind
from service.domain.truth import Ground
from service.wording.reasons import Aim, patient_basis, patient_reason, staff_sentence
from service.wording.sentences import Text
from service.wording.words import Words
from tests.wording.builders import LANGUAGES, SUMMER, in_three, named, told

MARCH = ("on", "2027-03-12")


def value(kind: str, item: str, number: float, limit: float, unit: str = "mmol/mol") -> Ground:
    values = (("item", item), MARCH, ("value", number), ("unit", unit), ("comparator", ""))
    return Ground(kind, (*values, ("limit", limit)))


BASE = (
    "Suunnitelmasi mukaan: 3 kuukauden välein.",
    "Enligt din plan: med 3 månaders mellanrum.",
    "By your plan: every 3 months.",
)
SAID = {
    "above target": (
        {"because": (value("above", "hba1c", 61.0, 53.0),)},
        "Viime kerralla (12.3.2027) arvosi oli 61~mmol/mol. Tavoitteesi on alle 53~mmol/mol. "
        "Siksi mittaamme sen 3 kuukauden välein.",
        "Förra gången (12.3.2027) var ditt värde 61~mmol/mol. Ditt mål är under 53~mmol/mol. "
        "Därför mäter vi det med 3 månaders mellanrum.",
        "Last time (12 March 2027) your value was 61~mmol/mol. Your target is below 53~mmol/mol. "
        "That is why we measure it every 3 months.",
    ),
    "below target": (
        {
            "key": "act",
            "because": (value("below", "act", 17.0, 19.0, "{score}"),),
            "aims": (Aim("act", ">=", 20.0),),
        },
        "Viime kerralla (12.3.2027) arvosi oli 17~pistettä. Tavoitteesi on vähintään 20~pistettä. "
        "Siksi mittaamme sen 3 kuukauden välein.",
        "Förra gången (12.3.2027) var ditt värde 17~poäng. Ditt mål är minst 20~poäng. "
        "Därför mäter vi det med 3 månaders mellanrum.",
        "Last time (12 March 2027) your value was 17~points. Your target is at least 20~points. "
        "That is why we measure it every 3 months.",
    ),
    "at target, although the rule says below": (
        {"because": (value("below", "hba1c", 48.0, 53.0),)},
        "Viime kerralla (12.3.2027) arvosi oli 48~mmol/mol. Se on tavoitteessa. "
        "Siksi mittaamme sen 3 kuukauden välein.",
        "Förra gången (12.3.2027) var ditt värde 48~mmol/mol. Det är på målnivå. "
        "Därför mäter vi det med 3 månaders mellanrum.",
        "Last time (12 March 2027) your value was 48~mmol/mol. It is at target. "
        "That is why we measure it every 3 months.",
    ),
    "the upper value of a blood pressure": (
        {"key": "bp", "because": (value("above", "bp.sys", 152.0, 140.0, "mm[Hg]"),)},
        "Yläpaine: viime kerralla (12.3.2027) arvosi oli 152~mmHg. "
        "Siksi mittaamme sen 3 kuukauden välein.",
        "Övertryck: förra gången (12.3.2027) var ditt värde 152~mmHg. "
        "Därför mäter vi det med 3 månaders mellanrum.",
        "Upper value: last time (12 March 2027) your value was 152~mmHg. "
        "That is why we measure it every 3 months.",
    ),
    "another value than what is followed": (
        {"key": "nurse", "because": (value("below", "act", 17.0, 19.0, "{score}"),)},
        "Astmatesti: viime kerralla (12.3.2027) arvosi oli 17~pistettä. "
        "Siksi seuraamme tätä 3 kuukauden välein.",
        "Astmatest: förra gången (12.3.2027) var ditt värde 17~poäng. "
        "Därför följer vi upp det här med 3 månaders mellanrum.",
        "Asthma test: last time (12 March 2027) your value was 17~points. "
        "That is why we check this every 3 months.",
    ),
    "at one target of two: which is the patient's own is not known": (
        {
            "because": (value("below", "hba1c", 48.0, 53.0),),
            "aims": (Aim("hba1c", "<=", 42.0), Aim("hba1c", "<", 53.0)),
        },
        "Viime kerralla (12.3.2027) arvosi oli 48~mmol/mol. "
        "Siksi mittaamme sen 3 kuukauden välein.",
        "Förra gången (12.3.2027) var ditt värde 48~mmol/mol. "
        "Därför mäter vi det med 3 månaders mellanrum.",
        "Last time (12 March 2027) your value was 48~mmol/mol. "
        "That is why we measure it every 3 months.",
    ),
    "a value known only as a bound": (
        {
            "because": (
                Ground(
                    "above",
                    (
                        ("item", "hba1c"),
                        MARCH,
                        ("value", 53.0),
                        ("unit", "mmol/mol"),
                        ("comparator", ">"),
                        ("limit", 53.0),
                    ),
                ),
            )
        },
        "Viime kerralla (12.3.2027) arvosi oli >~53~mmol/mol. "
        "Siksi mittaamme sen 3 kuukauden välein.",
        "Förra gången (12.3.2027) var ditt värde >~53~mmol/mol. "
        "Därför mäter vi det med 3 månaders mellanrum.",
        "Last time (12 March 2027) your value was >~53~mmol/mol. "
        "That is why we measure it every 3 months.",
    ),
    "a value of something without a name": (
        {"because": (value("above", "unnamed", 61.0, 53.0),)},
        *BASE,
    ),
    "values at target before the last value": (
        {"because": (value("below", "hba1c", 48.0, 53.0), Ground("at-target", (("count", 2.0),)))},
        "Arvosi ovat olleet tavoitteessa. Siksi harvempi väli riittää.",
        "Dina värden har varit på målnivå. Därför räcker det mer sällan.",
        "Your values have been at target. That is why less often is enough.",
    ),
    "medicine changed": (
        {"because": (Ground("medicine-changed", (("code", "A10BK03"), MARCH)),)},
        "Lääkkeesi muuttui 12.3.2027. Tarkistamme, miten se vaikuttaa.",
        "Din medicin ändrades 12.3.2027. Vi kontrollerar hur den verkar.",
        "Your medicine changed on 12 March 2027. We check how it works.",
    ),
    "medicine in use, without its code": (
        {"because": (Ground("medicine-in-use", (("code", "A10BA02"), MARCH)),)},
        "Lääkkeesi: metformiini. Sen aikana seuraamme tätä.",
        "Din medicin: metformin. Under den tiden följer vi det här.",
        "Your medicine: metformin. We follow this while you take it.",
    ),
    "medicine that has no everyday word": (
        {"because": (Ground("medicine-in-use", (("code", "V03AX03"), MARCH)),)},
        *BASE,
    ),
    "diagnosed": (
        {"because": (Ground("diagnosed", (MARCH,)),)},
        "Sait diagnoosin 12.3.2027. Alussa seuraamme sairautta tiheämmin.",
        "Du fick din diagnos 12.3.2027. I början följer vi sjukdomen tätare.",
        "You were diagnosed on 12 March 2027. In the beginning we check more often.",
    ),
    "kidney tests": (
        {
            "because": (
                Ground("grid", (("cell", "G3aA2"), ("row", 48.0), ("row_on", "2027-03-12"))),
            )
        },
        "Väli perustuu munuaiskokeidesi tuloksiin.",
        "Intervallet bygger på resultaten av dina njurprov.",
        "How often depends on your kidney test results.",
    ),
    "finding of an examination": (
        {
            "kind": Kind.IMAGING,
            "because": (Ground("finding", (("item", "fundus"), ("finding", "mild"), MARCH)),),
        },
        "Väli perustuu viime tutkimuksen tulokseen (12.3.2027).",
        "Intervallet bygger på den senaste undersökningen (12.3.2027).",
        "How often depends on your last examination (12 March 2027).",
    ),
    "finding that the patient told": (
        {
            "kind": Kind.QUESTIONNAIRE,
            "because": (Ground("finding", (("item", "smoking"), ("finding", "current"), MARCH)),),
        },
        "Väli perustuu viime vastaukseesi (12.3.2027).",
        "Intervallet bygger på ditt senaste svar (12.3.2027).",
        "How often depends on your last answer (12 March 2027).",
    ),
    "never done": (
        {"because": (Ground("never-done"),)},
        "Meillä ei ole tietoa, onko tämä tehty.",
        "Vi vet inte om det här är gjort.",
        "We do not know whether this has been done.",
    ),
    "to be confirmed, before the value": (
        {
            "key": "acr",
            "because": (
                value("above", "acr", 5.2, 3.0, "mg/mmol"),
                Ground("to-confirm", (("item", "acr"), MARCH, ("found", 1.0), ("needed", 2.0))),
            ),
        },
        "Haluamme varmistaa viime tuloksen. Yksi näyte ei vielä riitä.",
        "Vi vill bekräfta det senaste resultatet. Ett prov räcker inte ännu.",
        "We want to confirm the last result. One sample is not enough yet.",
    ),
    "event": (
        {"because": (Ground("event", (("event", "oral-steroid"), MARCH)),)},
        "Sinulla oli 12.3.2027: kortisonikuuri. Siksi seuraamme tiheämmin.",
        "Du hade 12.3.2027: kortisonkur. Därför följer vi upp tätare.",
        "On 12 March 2027 you had: course of cortisone. That is why we check more often.",
    ),
    "event that has no everyday word": (
        {"because": (Ground("event", (("event", "icd10|J46"), MARCH)),)},
        *BASE,
    ),
    "fall between values": (
        {"because": (Ground("fall", (("item", "egfr"), MARCH, ("value", 44.0), ("old", 62.0))),)},
        "Arvosi muuttui. Tarkistamme sen uudelleen.",
        "Ditt värde ändrades. Vi kontrollerar det på nytt.",
        "Your value changed. We check it again.",
    ),
    "season": (
        {"variant": "", "because": (Ground("season"),)},
        "Kerran kaudessa, 3.–12.6.2027.",
        "En gång per säsong, 3–12.6.2027.",
        "Once a season, 3–12 June 2027.",
    ),
    "the plan's own entry": (
        {"because": (Ground("own-entry", (MARCH, ("reason", "toive"))),)},
        "Sovimme tästä kanssasi 12.3.2027.",
        "Vi kom överens om det här med dig 12.3.2027.",
        "We agreed this with you on 12 March 2027.",
    ),
    "base": ({"variant": ""}, *BASE),
    "base, whatever is not known": (
        {"variant": "", "because": (Ground("not-known", (("item", "medicine"),)),)},
        *BASE,
    ),
    "base, whatever a result could not decide": (
        {"variant": "", "because": (value("above", "hba1c", 80.0, 53.0),)},
        *BASE,
    ),
    "a rule that is not for patients": (
        {"because": (Ground("age", (("years", 65.0),)), Ground("condition", (("code", "x|y"),)))},
        *BASE,
    ),
    "ended": (
        {"interval": None, "variant": "", "because": (Ground("not-required"),)},
        "Et tarvitse tätä enää.",
        "Du behöver inte det här längre.",
        "You no longer need this.",
    ),
    "declined for good": (
        {"interval": None, "variant": "", "because": (Ground("declined"),)},
        "Et halunnut tätä. Jos muutat mieltäsi, kerro hoitajalle.",
        "Du ville inte göra det här. Berätta för skötaren om du ändrar dig.",
        "You did not want this. If you change your mind, tell your nurse.",
    ),
}


@pytest.mark.parametrize(("different", "fi", "sv", "en"), SAID.values(), ids=SAID)
def test_the_patient_reads_why(different, fi, sv, en):
    assert in_three(patient_reason, told(**different)) == (fi, sv, en)


def test_without_grounds_the_base_sentence_stands_for_what_is_held_back():
    assert in_three(patient_reason, told(because=())) == BASE


def test_the_basis_names_the_guideline_and_that_the_interval_may_change():
    one = told(
        protocols=("tyypin 2 diabetes",), version="2026.1", source="Käypä hoito", confirmed=False
    )
    assert in_three(patient_basis, one)[0] == (
        "Perustuu: alueen hoito-ohje, tyypin 2 diabetes 2026.1 (Käypä hoito). "
        "Terveyskeskuksesi voi muuttaa tätä väliä."
    )


def test_a_basis_without_a_national_guideline_names_none():
    one = told(protocols=("astma",), set_by="astma", version="2026.1")
    assert in_three(patient_basis, one)[2] == ("Based on: the region's guideline, astma 2026.1.")


numbers = st.floats(0.1, 500).map(lambda number: round(number, 1))
value_grounds = st.builds(
    value,
    st.sampled_from(["above", "below", "range"]),
    st.sampled_from(["hba1c", "bp.sys", "act", "egfr", "unnamed"]),
    numbers,
    numbers,
    st.sampled_from(["mmol/mol", "{score}", "mm[Hg]", ""]),
)
aims = st.builds(
    Aim,
    st.sampled_from(["hba1c", "bp.sys", "act", "egfr"]),
    st.sampled_from(["<", "<=", ">", ">="]),
    numbers,
)
intervals = st.builds(Interval, months=st.integers(0, 60), days=st.integers(0, 90))


@given(value_grounds, st.lists(aims, max_size=3), intervals, st.sampled_from(LANGUAGES))
def test_whatever_the_values_the_sentences_are_whole(ground, given_aims, interval, language):
    one = named(told(because=(ground,), aims=tuple(given_aims), interval=interval), language)
    words = Words(language)
    for said in (staff_sentence(words, one), patient_reason(words, one)):
        assert said.endswith(".")
        assert not re.search(r"[{}]|  | \.|\.\.|None", said)


@given(
    numbers, numbers, st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from(["above", "below"])
)
def test_a_patient_is_told_a_target_only_when_the_value_is_not_at_it(number, limit, operator, kind):
    aim = Aim("hba1c", operator, limit)
    one = told(because=(value(kind, "hba1c", number, limit),), aims=(aim,), window=SUMMER)
    said = patient_reason(Words("en"), one)
    assert ("Your target is" in said, "It is at target" in said) == (
        not aim.meets(number),
        aim.meets(number),
    )


def test_the_dates_of_grace_are_never_told_to_a_patient():
    said = " ".join(in_three(patient_reason, told(variant="", because=(Ground("season"),))))
    assert str(SUMMER.closes_on.year) in said
    assert not any(day in said for day in ("5.7.2027", "6.7.2027", "July"))
    assert SUMMER.closes_on == date(2027, 7, 5)


WHY = Text("Lääkkeidesi annoksia nostetaan.", "fi")


def test_the_rules_own_words_stand_where_a_finding_says_less():
    finding = (
        Ground("finding", (("item", "titration"), ("finding", "yes"), ("on", "2027-03-12"))),
    )
    assert patient_reason(Words("fi"), told(because=finding, why=WHY)) == WHY


def test_a_value_is_told_before_the_rules_own_words():
    value = (("item", "hba1c"), ("on", "2027-03-12"), ("value", 61.0), ("unit", "mmol/mol"))
    above = (Ground("above", (*value, ("limit", 53.0))),)
    assert "61" in patient_reason(Words("fi"), told(because=above, why=WHY))


def test_the_rules_own_words_are_not_told_where_its_grounds_may_not_be():
    assert patient_reason(Words("fi"), told(because=(), why=WHY)) != WHY
