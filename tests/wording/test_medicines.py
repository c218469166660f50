import pytest

from service.wording.medicines import medicine_named, medicine_with_code
from service.wording.words import Words
from tests.wording.builders import LANGUAGES

GROUPS = [
    ("C09AA05", "verenpainelääke", "blodtrycksmedicin", "blood pressure medicine"),
    ("C10AA05", "kolesterolilääke", "kolesterolmedicin", "cholesterol medicine"),
    ("A10BK03", "diabeteslääke", "diabetesmedicin", "diabetes medicine"),
    ("A10BA02", "metformiini", "metformin", "metformin"),
    ("A10AE04", "insuliini", "insulin", "insulin"),
    ("A10BB12", "sulfonyyliurea", "sulfonureid", "sulphonylurea"),
    ("A10BJ06", "GLP-1-lääke", "GLP-1-medicin", "GLP-1 medicine"),
    ("A08AA62", "laihdutuslääke", "viktminskningsmedicin", "weight-loss medicine"),
    ("R03BA02", "hengitettävä lääke", "inhalationsmedicin", "inhaled medicine"),
    (
        "R03AC02",
        "avaava hengitettävä lääke",
        "luftrörsvidgande inhalationsmedicin",
        "reliever inhaler",
    ),
    ("R03DC03", "astmalääke", "astmamedicin", "asthma medicine"),
    ("H02AB06", "kortisoni", "kortison", "cortisone"),
]


@pytest.mark.parametrize(("code", "fi", "sv", "en"), GROUPS)
def test_a_medicine_has_the_name_of_its_smallest_group(code, fi, sv, en):
    assert [medicine_named(Words(language), code) for language in LANGUAGES] == [fi, sv, en]


def test_a_medicine_of_another_group_has_no_name():
    assert medicine_named(Words("fi"), "V03AX03") is None


def test_staff_read_the_code_beside_the_name():
    assert medicine_with_code(Words("fi"), "C09AA05") == "verenpainelääke (C09AA05)"
    assert medicine_with_code(Words("en"), "V03AX03") == "medicine (V03AX03)"
