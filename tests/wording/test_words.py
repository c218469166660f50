from pathlib import Path

import pytest

from service.wording.sentences import SHIPPED, Catalogues, Text
from service.wording.words import Words
from tests.wording.builders import LANGUAGES

NORTHERN_SAMI = """
msgid ""
msgstr ""
"Language: se\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n == 1 ? 0 : n == 2 ? 1 : 2);\\n"

msgid "date.day"
msgstr "d.M.y"

msgid "kind.visit"
msgstr "fitnan"

msgid "worklist.days"
msgid_plural "worklist.days"
msgstr[0] "{n} beaivi"
msgstr[1] "{n} beaivvi guovttis"
msgstr[2] "{n} beaivvi"

#, fuzzy
msgid "kind.lab"
msgstr "iskkus"
"""


@pytest.fixture
def with_sami(tmp_path: Path) -> Catalogues:
    shipped = Path(__file__).parents[2] / "service" / "wording" / "translations"
    for language in LANGUAGES:
        (tmp_path / language).symlink_to(shipped / language)
    messages = tmp_path / "se" / "LC_MESSAGES" / "messages.po"
    messages.parent.mkdir(parents=True)
    messages.write_text(NORTHERN_SAMI, encoding="utf-8")
    return Catalogues(tmp_path)


def test_the_languages_are_the_folders_finnish_first():
    assert SHIPPED.languages == ("fi", "en", "sv")


def test_a_further_language_is_a_further_folder(with_sami):
    assert Words("se", with_sami).text("kind.visit") == "fitnan"


def test_a_further_language_has_its_own_plurals(with_sami):
    words = Words("se", with_sami)
    assert [words.plural("worklist.days", n) for n in (1, 2, 5)] == [
        "1 beaivi",
        "2 beaivvi guovttis",
        "5 beaivvi",
    ]


def test_a_missing_sentence_is_the_finnish_one_and_says_so(with_sami):
    text = Words("se", with_sami).text("portal.now")
    assert (text, text.language) == ("Nyt", "fi")


def test_an_unfinished_sentence_is_missing(with_sami):
    assert Words("se", with_sami).text("kind.lab") == "näyte"


def test_a_sentence_in_the_language_says_so(with_sami):
    assert Words("se", with_sami).text("kind.visit").language == "se"


def test_a_missing_plural_takes_the_finnish_rule_and_number(with_sami):
    text = Words("se", with_sami).plural("portal.headline.now", 2)
    assert (text, text.language) == ("Nyt on 2 asiaa.", "fi")


def test_sentences_joined_speak_their_common_language(with_sami):
    words = Words("se", with_sami)
    assert words.joined(words.text("portal.now"), words.text("portal.later")).language == "fi"
    assert words.joined("", words.text("kind.visit")) == "fitnan"


def test_a_language_without_a_catalogue_is_refused():
    with pytest.raises(ValueError, match="no catalogue of sentences in: de"):
        Words("de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_key_is_an_error_and_not_shown_to_anybody(language):
    with pytest.raises(KeyError):
        Words(language).text("portal.no_such_thing")
    with pytest.raises(KeyError):
        Words(language).plural("portal.no_such_thing", 1)


def test_a_value_that_the_sentence_needs_must_be_given():
    with pytest.raises(KeyError):
        Words("fi").text("portal.plan.old")


def test_a_template_keeps_its_places_for_a_page_to_put_links_in():
    assert Words("en").template("portal.booking.call") == "You can also call: {phone}."


def test_a_text_is_a_string():
    assert Text("Nyt", "fi") == "Nyt"
    assert "portal.now" in Words("sv")
    assert "portal.no_such_thing" not in Words("sv")
