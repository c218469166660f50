"""The sentences of one language, read from its catalogue; where one is missing, the Finnish one.

Catalogues are GNU gettext `.po` files whose message ids are keys. Languages are their folders.
"""

from collections.abc import Callable
from gettext import GNUTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Final, Self

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FINNISH: Final = "fi"


class Text(str):
    """Words that know their language, so that a page can say `lang` where Finnish stood in."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, words: str, language: str) -> Self:
        """The words, in the language they are written in."""
        text = super().__new__(cls, words)
        text.language = language
        return text


class Sentences:
    """The sentences of one language, unfilled; `finnish` stands in for those it lacks."""

    def __init__(
        self, language: str, translations: GNUTranslations, finnish: "Sentences | None" = None
    ) -> None:
        self.language = language
        self.locale = _locale(language)
        self._translations = translations
        self._in_order = (self, finnish) if finnish else (self,)
        self._templates: dict[str, Text] = {}

    def __contains__(self, key: str) -> bool:
        """Whether the key has a sentence, here or in Finnish."""
        known = key in self._templates
        return known or any(one._translations.gettext(key) != key for one in self._in_order)

    def template(self, key: str) -> Text:
        """The sentence of a key with its placeholders; a KeyError where no language has it."""
        if key not in self._templates:
            found = self._found(key, lambda translations: translations.gettext(key))
            self._templates[key] = found
        return self._templates[key]

    def plural_template(self, key: str, n: int) -> Text:
        """The form of a sentence for so many, by the plural rule of its language."""
        return self._found(key, lambda translations: translations.ngettext(key, key, n))

    def speaking(self, language: str) -> "Sentences":
        """These sentences or the Finnish ones, by the language of a text found here."""
        return self if language == self.language else self._in_order[-1]

    def _found(self, key: str, look_up: Callable[[GNUTranslations], str]) -> Text:
        for one in self._in_order:
            found = look_up(one._translations)
            if found != key:
                return Text(found, one.language)
        raise KeyError(key)


class Catalogues:
    """The catalogues of a folder, one folder a language, each read when it is first asked for."""

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        self._read: dict[str, Sentences] = {}
        found = (entry.name for entry in folder.iterdir() if entry.is_dir())
        self.languages = tuple(sorted(found, key=lambda name: (name != FINNISH, name)))

    def sentences(self, language: str) -> Sentences:
        """The sentences of a language; a ValueError where there is no catalogue of it."""
        if language not in self.languages:
            message = f"there is no catalogue of sentences in: {language}"
            raise ValueError(message)
        if language not in self._read:
            finnish = None if language == FINNISH else self.sentences(FINNISH)
            self._read[language] = Sentences(language, self._translations(language), finnish)
        return self._read[language]

    def _translations(self, language: str) -> GNUTranslations:
        path = self._folder / language / "LC_MESSAGES" / "messages.po"
        compiled = BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source))
        compiled.seek(0)
        return GNUTranslations(compiled)


SHIPPED: Final = Catalogues(files("service.wording") / "translations")


def _locale(language: str) -> Locale:
    """Names of months and days; languages that CLDR lacks (Skolt Sámi) take the Finnish ones."""
    try:
        return Locale.parse(language)
    except UnknownLocaleError:
        return Locale.parse(FINNISH)
