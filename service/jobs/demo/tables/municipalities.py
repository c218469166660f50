"""The municipalities of Kanta-Häme and Lapland.

Codes are Statistics Finland's municipality numbers of 2024, written as in `urn:oid:1.2.246.537.6.21`;
inhabitants are those of 2023 rounded to hundreds. Coordinates are the approximate place of each
municipality's centre in WGS 84, to a hundredth of a degree: enough to tell distances, no address.
"""

from typing import Final, NamedTuple

KANTA_HAME: Final = "07"
LAPPI: Final = "21"


class Municipality(NamedTuple):
    """A municipality: its county, its name with the Finnish genitive, its Swedish name, its centre."""

    code: str
    name: str
    genitive: str
    swedish: str
    county: str
    inhabitants: int
    latitude: float
    longitude: float


MUNICIPALITIES: Final = (
    Municipality("061", "Forssa", "Forssan", "Forssa", KANTA_HAME, 16_600, 60.81, 23.62),
    Municipality("082", "Hattula", "Hattulan", "Hattula", KANTA_HAME, 9_300, 61.06, 24.37),
    Municipality("086", "Hausjärvi", "Hausjärven", "Hausjärvi", KANTA_HAME, 8_000, 60.79, 25.03),
    Municipality("103", "Humppila", "Humppilan", "Humppila", KANTA_HAME, 2_100, 60.92, 23.37),
    Municipality(
        "109", "Hämeenlinna", "Hämeenlinnan", "Tavastehus", KANTA_HAME, 68_000, 61.0, 24.46
    ),
    Municipality("165", "Janakkala", "Janakkalan", "Janakkala", KANTA_HAME, 16_000, 60.92, 24.65),
    Municipality("169", "Jokioinen", "Jokioisten", "Jockis", KANTA_HAME, 4_900, 60.8, 23.49),
    Municipality("433", "Loppi", "Lopen", "Loppis", KANTA_HAME, 7_700, 60.72, 24.44),
    Municipality("694", "Riihimäki", "Riihimäen", "Riihimäki", KANTA_HAME, 28_600, 60.74, 24.77),
    Municipality("834", "Tammela", "Tammelan", "Tammela", KANTA_HAME, 5_800, 60.81, 23.77),
    Municipality("981", "Ypäjä", "Ypäjän", "Ypäjä", KANTA_HAME, 2_200, 60.81, 23.28),
    Municipality("047", "Enontekiö", "Enontekiön", "Enontekis", LAPPI, 1_800, 68.38, 23.64),
    Municipality("148", "Inari", "Inarin", "Enare", LAPPI, 7_000, 68.66, 27.54),
    Municipality("240", "Kemi", "Kemin", "Kemi", LAPPI, 19_900, 65.74, 24.56),
    Municipality("320", "Kemijärvi", "Kemijärven", "Kemijärvi", LAPPI, 7_000, 66.71, 27.43),
    Municipality("241", "Keminmaa", "Keminmaan", "Keminmaa", LAPPI, 7_700, 65.8, 24.54),
    Municipality("261", "Kittilä", "Kittilän", "Kittilä", LAPPI, 6_800, 67.65, 24.91),
    Municipality("273", "Kolari", "Kolarin", "Kolari", LAPPI, 4_000, 67.33, 23.78),
    Municipality("498", "Muonio", "Muonion", "Muonio", LAPPI, 2_300, 67.96, 23.68),
    Municipality(
        "583", "Pelkosenniemi", "Pelkosenniemen", "Pelkosenniemi", LAPPI, 900, 67.11, 27.51
    ),
    Municipality("854", "Pello", "Pellon", "Pello", LAPPI, 3_200, 66.77, 23.96),
    Municipality("614", "Posio", "Posion", "Posio", LAPPI, 2_800, 66.11, 28.17),
    Municipality("683", "Ranua", "Ranuan", "Ranua", LAPPI, 3_600, 65.93, 26.52),
    Municipality("698", "Rovaniemi", "Rovaniemen", "Rovaniemi", LAPPI, 65_300, 66.5, 25.73),
    Municipality("732", "Salla", "Sallan", "Salla", LAPPI, 3_300, 66.83, 28.67),
    Municipality("742", "Savukoski", "Savukosken", "Savukoski", LAPPI, 1_000, 67.29, 28.16),
    Municipality("751", "Simo", "Simon", "Simo", LAPPI, 2_700, 65.66, 25.06),
    Municipality("758", "Sodankylä", "Sodankylän", "Sodankylä", LAPPI, 8_100, 67.42, 26.59),
    Municipality("845", "Tervola", "Tervolan", "Tervola", LAPPI, 2_800, 66.08, 24.81),
    Municipality("851", "Tornio", "Tornion", "Torneå", LAPPI, 21_200, 65.85, 24.15),
    Municipality("890", "Utsjoki", "Utsjoen", "Utsjoki", LAPPI, 1_200, 69.91, 27.03),
    Municipality("976", "Ylitornio", "Ylitornion", "Övertorneå", LAPPI, 3_700, 66.32, 23.67),
)
BY_CODE: Final = {place.code: place for place in MUNICIPALITIES}
