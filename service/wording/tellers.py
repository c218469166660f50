"""Who tells the follow-ups of the protocols that are published now, in every language."""

from collections.abc import Callable, Iterator, Mapping

from typing_extensions import override

from service.domain.catalogue import Catalogue
from service.wording.telling import Teller
from service.wording.words import Words


class Tellers(Mapping[str, Teller]):
    """Tellers by language, made anew with each publication, for they remember what they have told."""

    def __init__(self, words: Mapping[str, Words], published: Callable[[], Catalogue]) -> None:
        self._words = words
        self._published = published
        self._made = self._made_of(published())

    @override
    def __getitem__(self, language: str) -> Teller:
        catalogue, tellers = self._made
        newest = self._published()
        if newest is not catalogue:
            self._made = _, tellers = self._made_of(newest)
        return tellers[language]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    @override
    def __len__(self) -> int:
        return len(self._words)

    def _made_of(self, catalogue: Catalogue) -> tuple[Catalogue, dict[str, Teller]]:
        return catalogue, {
            language: Teller(words, catalogue) for language, words in self._words.items()
        }
