"""The catalogue as a whole: one object for equal values, names in three languages, closings, codes."""

import pytest

from service.domain.closing import Series
from service.domain.errors import UnusableProtocol
from service.domain.protocol import Activity, Kind
from service.domain.rule import Grid
from service.domain.season import Season
from tests.fhir_protocol.profiles import published

LANGUAGES = {"fi", "sv", "en"}


def activities(catalogue) -> list[Activity]:
    return [one for p in catalogue.protocols.values() for one in p.activities]


def closing(catalogue, key: str):
    return next(one.closing for one in activities(catalogue) if one.key == key)


def test_equal_closings_are_one_object(catalogue):
    found = [one.closing for one in activities(catalogue)]
    assert len({id(one) for one in found}) == len(set(found))


def test_equal_rules_are_one_object(catalogue):
    found = [v.rule for one in activities(catalogue) for v in one.variants]
    assert len({id(one) for one in found}) == len(set(found))


def test_lipids_of_all_protocols_are_closed_by_one_closing(catalogue):
    found = [one.closing for one in activities(catalogue) if one.key == "lipids"]
    assert len(found) == 12
    assert {one.identity for one in found} == {"lipids|lab"}
    assert len({id(one) for one in found}) == 1


def test_visits_are_their_protocols_own(catalogue):
    visits = [
        (f"{protocol.id}/{one.id}", one.closing.identity)
        for protocol in catalogue.protocols.values()
        for one in protocol.activities
        if one.kind is Kind.VISIT
    ]
    assert [name for name, identity in visits if name != identity] == []
    assert len(visits) > 30


PANELS = {
    "bp": [{"bp.sys"}, {"bp.dia"}],
    "lipids": [{"ldl", "chol"}, {"ldl", "hdl"}, {"ldl", "trig"}],
    "k_na_krea": [{"k"}, {"na"}, {"krea", "egfr"}],
    "pth_pi": [{"pth"}, {"phosphate"}, {"ca"}],
    "foot": [{"foot.sensation"}, {"foot.pulses"}],
    "hba1c": [{"hba1c"}],
    "weight": [{"weight", "bmi"}],
    "fundus": [{"fundus", "fundus.left", "fundus.right"}],
}


@pytest.mark.parametrize(("key", "parts"), PANELS.items(), ids=PANELS)
def test_a_panel_needs_all_its_parts(catalogue, key, parts):
    assert [set(one) for one in closing(catalogue, key).parts] == parts


def test_blood_pressure_from_hospital_or_emergency_care_does_not_count(catalogue):
    assert catalogue.not_from["bp.sys"] >= {"IMP", "EMER"}
    assert "AMB" not in catalogue.not_from["bp.sys"]
    assert catalogue.not_from["bp.sys"] == catalogue.not_from["bp.dia"]
    assert "hba1c" not in catalogue.not_from


OWN = {"home_bp", "act", "weight", "pef", "cgm", "alcohol", "smoking", "phq9", "cat", "ess"}


def test_the_patients_own_measurement_counts_where_the_activity_says_so(catalogue):
    assert {one.key for one in activities(catalogue) if one.closing.own} == OWN


def test_a_home_series_is_four_days_within_seven(catalogue):
    assert closing(catalogue, "home_bp").series == Series(4, 7)


def test_influenza_has_its_season(catalogue):
    seasons = {one.key: one.season for one in activities(catalogue) if one.season}
    assert seasons == {"flu": Season((9, 1), (12, 31), (3, 31))}


FAR = {
    "bp": [("bp.sys", ">=", 180), ("bp.dia", ">=", 110)],
    "hba1c": [("hba1c", ">=", 75)],
}


def test_values_far_from_target_are_said_for_blood_pressure_and_hba1c(catalogue):
    found = {
        one.key: [(far.item, far.bound.operator, far.bound.limit) for far in one.far_limits]
        for one in activities(catalogue)
        if one.far_limits
    }
    assert found == FAR


URGENT = {
    "dyslipidaemia/ck/muscle-symptoms",
    "gestational-diabetes-followup/ogtt/new-pregnancy",
    "heart-failure/probnp/symptoms-worse",
    "memory-disorder/physician-review/new-symptoms",
    "type-1-diabetes/fundus-photo/planned-or-early-pregnancy",
    "type-2-diabetes/fundus-photo/planned-or-early-pregnancy",
}


def test_symptoms_and_pregnancy_have_the_short_grace(catalogue):
    found = {
        f"{protocol.id}/{activity.id}/{variant.id}"
        for protocol in catalogue.protocols.values()
        for activity in protocol.activities
        for variant in activity.variants
        if variant.urgent
    }
    assert found == URGENT


ALONE = {
    "kdigo-twice-a-year": {"G3b", "A3"},
    "kdigo-three-times-a-year": {"G4"},
    "kdigo-four-times-a-year": {"G5"},
}


def test_with_one_axis_known_the_interval_is_the_longest_of_its_row_or_column(catalogue):
    found = {
        variant.id: set(variant.rule.alone)
        for one in activities(catalogue)
        for variant in one.variants
        if isinstance(variant.rule, Grid)
    }
    assert found == ALONE


CELLS_A_YEAR = {
    1: {"G1A1", "G2A1", "G1A2", "G2A2", "G3aA1"},
    2: {"G1A3", "G2A3", "G3aA2", "G3bA1"},
    3: {"G3aA3", "G3bA2", "G3bA3", "G4A1", "G4A2"},
    4: {"G4A3", "G5A1", "G5A2", "G5A3"},
}


def test_the_cells_of_the_grid_are_those_of_kdigo(catalogue):
    kidney = catalogue.protocols["chronic-kidney-disease"].activities[0]
    grids = [variant.rule for variant in kidney.variants if isinstance(variant.rule, Grid)]
    assert [set(grid.cells) for grid in grids] == [
        CELLS_A_YEAR[2],
        CELLS_A_YEAR[3],
        CELLS_A_YEAR[4],
    ]


def test_everything_has_names_in_three_languages(catalogue):
    names = [protocol.names for protocol in catalogue.protocols.values()]
    names += [one.names for one in activities(catalogue)]
    names += [variant.when for one in activities(catalogue) for variant in one.variants]
    names += [one for system in catalogue.names.values() for one in system.values()]
    assert [one for one in names if set(one) != LANGUAGES] == []


def test_every_key_has_its_texts(catalogue):
    assert {one.key for one in activities(catalogue)} == set(catalogue.activities)


def test_every_activity_says_to_a_person_what_it_is_in_three_languages(catalogue):
    told = catalogue.activities
    assert [key for key, one in told.items() if set(one.what) != LANGUAGES] == []
    assert [key for key, one in told.items() if set(one.prepare) not in (set(), LANGUAGES)] == []


def test_every_variant_says_to_the_patient_why_in_three_languages(catalogue):
    silent = [
        f"{protocol.id}/{activity.id}/{variant.id}"
        for protocol in catalogue.protocols.values()
        for activity in protocol.activities
        for variant in activity.variants
        if set(variant.why) != LANGUAGES
    ]
    assert silent == []


def test_all_is_there_that_the_region_asks_for(catalogue):
    variants = sum(
        len(action["action"]) - 1 for p in published("PlanDefinition") for action in p["action"]
    )
    assert (len(catalogue.protocols), len(activities(catalogue)), variants) == (21, 191, 310)


def test_what_a_person_is_told_awaits_a_clinician(catalogue):
    told = catalogue.activities
    assert [key for key, one in told.items() if one.reviewed] == []
    assert told["hba1c"].what["en"].startswith("This blood test shows")
    assert told["hba1c"].prepare["sv"] == "Du kan äta och dricka som vanligt."
    assert told["ecg"].prepare == {}


def test_codes_that_nobody_named_are_themselves(catalogue):
    assert catalogue.names_of("performer", "nurse")["sv"] == "skötare"
    assert catalogue.names_of("performer", "chiropodist") == {"fi": "chiropodist"}


CODES = {
    "loinc|4548-4": "hba1c",
    "loinc|59261-8": "hba1c",
    "loinc|33914-3": "egfr",
    "loinc|98979-8": "egfr",
    "loinc|9318-7": "acr",
    "loinc|14959-1": "acr",
    "loinc|55284-4": "bp",
    "loinc|38483-4": "krea",
    "loinc|6298-4": "k",
    "loinc|2947-0": "na",
    "loinc|2093-3": "chol",
    "loinc|18262-6": "ldl",
    "loinc|2085-9": "hdl",
    "loinc|2571-8": "trig",
    "kuntaliitto|6128": "hba1c",
    "kuntaliitto|4511": "acr",
    "atc|J07BB02": "flu",
    "cvx|140": "flu",
    "activity|nurse": "nurse",
    "item|risk-class": "risk-class",
}


@pytest.mark.parametrize(("code", "item"), CODES.items(), ids=CODES)
def test_a_code_stands_for_its_item(catalogue, code, item):
    assert catalogue.codes.item_of(code).key == item


SYNTHEA = {
    "coronary-stable": ["53741008"],
    "copd": ["87433001", "185086009"],
    "heart-failure": ["88805009"],
    "prediabetes": ["15777000"],
    "type-2-diabetes": ["44054006"],
    "hypertension": ["38341003", "59621000"],
    "chronic-kidney-disease": ["431855005", "431856006", "127013003", "90781000119102"],
    "dyslipidaemia": ["55822004"],
    "asthma": ["233678006", "195967001"],
}


@pytest.mark.parametrize(("protocol", "codes"), SYNTHEA.items(), ids=SYNTHEA)
def test_snomed_codes_of_real_data_qualify(catalogue, protocol, codes):
    conditions = catalogue.protocols[protocol].conditions
    assert [code for code in codes if f"snomed|{code}" not in conditions] == []


def test_a_running_plan_finds_its_own_version(catalogue):
    found = catalogue.version_of("asthma", "2026.1")
    assert found is catalogue.protocols["asthma"]


def test_a_version_that_was_never_published_is_refused(catalogue):
    with pytest.raises(UnusableProtocol, match="asthma is not published in version 1999"):
        catalogue.version_of("asthma", "1999")
