"""What holds of every sentence in every language: plain words, and words fit for patients."""

import re
from itertools import product
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from service.domain.adjustment import PAUSING, AdjustmentKind
from service.domain.follow_up import Timeliness, Urgency
from service.domain.protocol import Kind
from service.domain.record import NotCountedReason
from service.domain.window import State
from service.wording.sentences import SHIPPED
from tests.wording.builders import LANGUAGES

FOLDER = Path(__file__).parents[2] / "service" / "wording" / "translations"
MOST_WORDS = 15
UNREVIEWED = "Unreviewed: a clinician signs it before use."

# Beginnings of words in Finnish and Swedish, whole words in English.
NEVER_TO_A_PATIENT = {
    "fi": r"\b(myöhäs|erääntyn|laiminly|puuttu|poikkeav|hälyt|potila|protokoll)",
    "sv": r"\b(försen|förfall|försumm|avvik|larm|patient|protokoll)",
    "en": r"\b(overdue|late|missed|failed|non-compliant|abnormal|patients?|protocols?)\b",
}
NEVER_IN_FINNISH = r"\b(mikäli|osalta|koskien|suorit\w*|toimesta|kysei\w+|esim\.|ko\.|ym\.)"
CODES = r"\b(LOINC|SNOMED|ATC|ICD|ICPC|KDIGO)\b"


def messages(language: str) -> dict[str, Message]:
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        return {_key(message): message for message in read_po(source) if message.id}


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


CATALOGUES = {language: messages(language) for language in LANGUAGES}
KEYS = sorted(CATALOGUES["fi"])
ALL = [
    (lang, key, form) for lang in LANGUAGES for key in KEYS for form in forms(CATALOGUES[lang][key])
]


def for_staff(key: str) -> bool:
    return key.startswith("worklist.") or key.endswith(".staff")


TO_PATIENTS = [entry for entry in ALL if not for_staff(entry[1])]
SENTENCES_TO_PATIENTS = [
    e for e in TO_PATIENTS if not e[1].startswith(("date.", "month.", "unit."))
]


def clauses(text: str) -> list[str]:
    """Sentences, and after a colon anew."""
    return re.split(r"(?<=[.?!:]) ", text)


@pytest.mark.parametrize("language", SHIPPED.languages)
def test_every_key_has_a_sentence_in_every_language(language):
    empty = [key for key, message in CATALOGUES[language].items() if not all(forms(message))]
    assert sorted(CATALOGUES[language]) == KEYS
    assert empty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_inserts_the_same_values(language):
    def inserted(lang: str, key: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", forms(CATALOGUES[lang][key])[-1]))

    assert [key for key in KEYS if inserted(language, key) != inserted("fi", key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_plurals_where_finnish_has(language):
    def is_plural(lang: str, key: str) -> bool:
        return isinstance(CATALOGUES[lang][key].id, tuple)

    assert [key for key in KEYS if is_plural(language, key) != is_plural("fi", key)] == []


def test_no_inserted_value_takes_an_ending():
    assert [entry for entry in ALL if re.search(r"}[:']?[^\W\d_]", entry[2])] == []


def test_no_sentence_has_loose_spaces():
    spaced = r"^\s|\s$| {2}|\u00a0 | \u00a0| [.,;:]"
    assert [entry for entry in ALL if re.search(spaced, entry[2])] == []


def test_a_no_break_space_stands_between_a_number_and_its_unit():
    broken = r"[}\d] (pv|dgr|kk|mån|km|Mt|MB|v|h|min|%)\b"
    assert [entry for entry in ALL if re.search(broken, entry[2])] == []


def test_a_patient_never_meets_words_of_blame_or_alarm():
    said = [(lang, key, re.sub(r"{\w+}", "", text)) for lang, key, text in TO_PATIENTS]
    assert [s for s in said if re.search(NEVER_TO_A_PATIENT[s[0]], s[2], re.IGNORECASE)] == []


def test_a_patient_never_meets_a_code_system():
    assert [entry for entry in TO_PATIENTS if re.search(CODES, entry[2])] == []


def test_no_sentence_shouts():
    assert [entry for entry in ALL if "!" in entry[2]] == []


def test_finnish_is_plain():
    finnish = [entry for entry in ALL if entry[0] == "fi"]
    assert [e for e in finnish if re.search(NEVER_IN_FINNISH, e[2], re.IGNORECASE)] == []


def test_no_sentence_to_a_patient_is_longer_than_fifteen_words():
    long = [
        (language, key, clause)
        for language, key, text in SENTENCES_TO_PATIENTS
        for clause in clauses(text)
        if len(clause.split(" ")) > MOST_WORDS
    ]
    assert long == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_clinical_words_are_marked_unreviewed(language):
    clinical = [key for key in KEYS if key.startswith(("reason.", "medicine.", "event."))]
    marked = [k for k in clinical if UNREVIEWED in CATALOGUES[language][k].auto_comments]
    assert marked == clinical


@pytest.mark.parametrize(
    "key",
    [
        *(f"kind.{kind}" for kind in Kind),
        *(f"state.{state}.staff" for state in State),
        *(f"adjustment.{kind}" for kind in AdjustmentKind),
        *(f"done.{timeliness}.staff" for timeliness in Timeliness),
        *(f"not_counted.{reason}.staff" for reason in NotCountedReason),
        *(f"sentence.closes.{kind}.staff" for kind in Kind),
        *(
            f"pause.{kind}.{reader}"
            for kind, reader in product(sorted(PAUSING), ("staff", "patient"))
        ),
    ],
)
def test_every_value_of_the_domain_has_a_name(key):
    assert key in KEYS


def test_each_class_of_the_worklist_has_a_ground():
    grounds = {
        Urgency.SAFETY: "worklist.ground.safety",
        Urgency.FAR: "worklist.ground.far_limit",
        Urgency.OTHER: "worklist.ground.whole_interval",
    }
    assert set(grounds) == set(Urgency)
    assert set(grounds.values()) <= set(KEYS)
