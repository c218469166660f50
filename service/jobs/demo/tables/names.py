"""Common names in Finland, put down by hand from the public lists of common first and family names.

A given name goes with the decades in which it was common. No combination is meant to be a person.
"""

from typing import Final, NamedTuple


class GivenNames(NamedTuple):
    """Given names by the years of birth in which they were common, separated by spaces."""

    before_1955: str
    before_1980: str
    later: str

    def of(self, year: int) -> list[str]:
        """The names of someone born in `year`."""
        if year < _MIDDLE:
            return self.before_1955.split()
        return (self.before_1980 if year < _LATE else self.later).split()


class Names(NamedTuple):
    """What the speakers of a language are called."""

    women: GivenNames
    men: GivenNames
    family: tuple[str, ...]


_MIDDLE: Final = 1955
_LATE: Final = 1980

_FINNISH: Final = Names(
    GivenNames(
        "Anneli Maija Ritva Helena Liisa Marjatta Aino Irma Pirkko Eila Kaarina Raija Seija",
        "Päivi Tiina Sari Minna Anne Kirsi Mari Johanna Tuula Merja Eija Satu Outi Heidi",
        "Laura Jenni Emma Noora Sanna Essi Iida Veera Roosa Anni Elina Sofia Katri Suvi",
    ),
    GivenNames(
        "Matti Seppo Pentti Eino Kalevi Heikki Tapani Veikko Reijo Antero Paavo Erkki Martti",
        "Timo Jari Kari Mika Jukka Petri Markku Pasi Juha Sami Ari Esa Harri Marko Tero",
        "Janne Ville Antti Eetu Joonas Niko Aleksi Lauri Otto Jesse Tuomas Oskari Miika",
    ),
    (
        *("Korhonen", "Virtanen", "Mäkinen", "Nieminen", "Mäkelä", "Hämäläinen", "Laine"),
        *("Heikkinen", "Koskinen", "Järvinen", "Lehtonen", "Lehtinen", "Saarinen", "Salminen"),
        *("Heinonen", "Niemi", "Heikkilä", "Kinnunen", "Salonen", "Turunen", "Salo", "Laitinen"),
        *("Rantanen", "Tuominen", "Mattila", "Jokinen", "Karjalainen", "Savolainen", "Lahtinen"),
        *("Ahonen", "Ojala", "Leppänen", "Hiltunen", "Väisänen", "Leinonen", "Miettinen"),
        *("Kallio", "Aaltonen", "Pitkänen", "Hakala", "Koivisto", "Räsänen", "Anttila"),
        *("Laaksonen", "Toivonen", "Manninen", "Hirvonen", "Pesonen", "Vainio", "Nurmi"),
        *("Kettunen", "Peltonen", "Lindroos", "Seppälä", "Lappalainen", "Aikio", "Kumpula"),
    ),
)
_SWEDISH: Final = Names(
    GivenNames(
        "Gunilla Birgitta Margareta Gunvor Ingrid Karin Barbro Solveig",
        "Camilla Annika Susanne Monica Pia Carola Eva Kristina",
        "Linnea Ida Sara Jessica Matilda Emilia Fanny Ellen",
    ),
    GivenNames(
        "Göran Bengt Börje Lars Nils Åke Stig Karl-Erik",
        "Kenneth Mikael Peter Thomas Anders Johan Stefan Tom",
        "Oscar Axel Emil Anton Viktor Filip Erik Jonas",
    ),
    (
        *("Johansson", "Karlsson", "Andersson", "Nyman", "Lindholm", "Lindström", "Eriksson"),
        *("Nyberg", "Lindqvist", "Henriksson", "Sundström", "Holmberg", "Söderholm", "Backman"),
        *("Björklund", "Sjöberg", "Wikström", "Blomqvist", "Fagerström", "Granqvist"),
    ),
)


def _of_any_age(women: str, men: str, *family: str) -> Names:
    return Names(GivenNames(women, women, women), GivenNames(men, men, men), family)


NAMES: Final = {
    "fi": _FINNISH,
    "sv": _SWEDISH,
    "ru": _of_any_age("Olga Irina Natalia", "Sergei Andrei Viktor", "Ivanov", "Petrov", "Sokolov"),
    "et": _of_any_age("Tiiu Katrin Sirje", "Toomas Rein Jaan", "Tamm", "Saar", "Sepp", "Kask"),
    "ar": _of_any_age("Fatima Amina Layla", "Ahmed Omar Khalid", "Hassan", "Ibrahim", "Saleh"),
    "so": _of_any_age("Hodan Sahra Faduma", "Abdi Yusuf Ismail", "Ali", "Warsame", "Farah"),
    "uk": _of_any_age("Oksana Halyna Iryna", "Mykola Ivan", "Kovalenko", "Bondarenko"),
}
