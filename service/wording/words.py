"""Words in one language: a key and its values become a sentence; dates and numbers come out right.

Where a sentence is missing, the Finnish one stands in with Finnish dates and numbers, and the
`Text` says so.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import singledispatch
from typing import TypeAlias

from service.domain.interval import Interval
from service.wording.dates import Days, Months, appointment, clock_time, day, days, months
from service.wording.intervals import how_often
from service.wording.numbers import Quantity, Share, number, quantity, share
from service.wording.sentences import SHIPPED, Catalogues, Sentences, Text

Value: TypeAlias = str | float | date | time | Days | Months | Quantity | Share | Interval
"""What can stand in a sentence; a string stands as it is, a datetime as an appointment."""


class Words:
    """All that is said in one language; an unknown language is a ValueError."""

    def __init__(self, language: str, catalogues: Catalogues = SHIPPED) -> None:
        self._sentences = catalogues.sentences(language)

    @property
    def language(self) -> str:
        """The language asked for."""
        return self._sentences.language

    def __contains__(self, key: str) -> bool:
        """Whether the key has a sentence, here or in Finnish."""
        return key in self._sentences

    def template(self, key: str) -> Text:
        """The sentence with its placeholders, for a page that puts a link in place of one."""
        return self._sentences.template(key)

    def text(self, key: str, **values: Value) -> Text:
        """The sentence of a key; a missing key or value is a KeyError."""
        return self._filled(self._sentences.template(key), values)

    def plural(self, key: str, n: int, **values: Value) -> Text:
        """The sentence of a key in its form for `n`, which also fills `{n}`."""
        return self._filled(self._sentences.plural_template(key, n), {"n": n, **values})

    def value(self, value: Value) -> str:
        """A value alone: a day, a range, a number, an interval."""
        return shown(value, self._sentences)

    def language_name(self, code: str) -> str:
        """The name of a language (BCP 47), in this one; its code where CLDR has no name for it."""
        key, subtag = f"language.{code}", code.split("-", maxsplit=1)[0].lower()
        if key in self:
            return self.text(key)
        name = self._sentences.locale.languages.get(subtag)
        return name[:1].upper() + name[1:] if name else code

    def joined(self, *sentences: str) -> Text:
        """Sentences one after another; empty ones leave no trace."""
        said = [sentence for sentence in sentences if sentence]
        written_in = {one.language for one in said if isinstance(one, Text)}
        language = written_in.pop() if len(written_in) == 1 else self.language
        return Text(" ".join(said), language)

    def _filled(self, template: Text, values: Mapping[str, Value]) -> Text:
        inserted = _Inserted(values, self._sentences.speaking(template.language))
        return Text(template.format_map(inserted), template.language)


@singledispatch
def shown(value: object, sentences: Sentences) -> str:
    """A value as it stands in a sentence of this language."""
    del sentences
    return str(value)


shown.register(float, number)
shown.register(int, number)
shown.register(date, day)
shown.register(datetime, appointment)
shown.register(time, clock_time)
shown.register(Days, days)
shown.register(Months, months)
shown.register(Quantity, quantity)
shown.register(Share, share)
shown.register(Interval, how_often)


class _Inserted:
    """Values that are put into words only when the sentence has a place for them."""

    def __init__(self, values: Mapping[str, Value], sentences: Sentences) -> None:
        self._values = values
        self._sentences = sentences

    def __getitem__(self, name: str) -> str:
        return shown(self._values[name], self._sentences)
