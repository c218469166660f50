"""The diseases as Finnish systems code them: ICD-10 (THL), ICPC-2 and SNOMED CT.

Source: the Finnish ICD-10 and ICPC-2 on the THL code server; SNOMED CT concepts as the public
profiles and measures for these diseases name them.
"""

from typing import Final, NamedTuple

from service.jobs.demo.tables.prevalence import Disease


class Diagnosis(NamedTuple):
    """A disease in the three systems; one of the ICD-10 codes is chosen."""

    icd10: tuple[tuple[str, str], ...]
    icpc2: tuple[str, str]
    snomed: tuple[str, str]


DIAGNOSES: Final = {
    Disease.TYPE_2_DIABETES: Diagnosis(
        (("E11.9", "Aikuistyypin diabetes ilman komplikaatioita"),),
        ("T90", "Aikuistyypin diabetes"),
        ("44054006", "Diabetes mellitus type 2"),
    ),
    Disease.HYPERTENSION: Diagnosis(
        (("I10", "Essentiaalinen (primaarinen) verenpainetauti"),),
        ("K86", "Kohonnut verenpaine ilman elinvaurioita"),
        ("38341003", "Hypertensive disorder"),
    ),
    Disease.DYSLIPIDAEMIA: Diagnosis(
        (
            ("E78.0", "Puhdas hyperkolesterolemia"),
            ("E78.2", "Sekamuotoinen hyperlipidemia"),
            ("E78.5", "Määrittämätön hyperlipidemia"),
        ),
        ("T93", "Rasva-aineenvaihdunnan häiriö"),
        ("370992007", "Dyslipidemia"),
    ),
    Disease.CHRONIC_KIDNEY_DISEASE: Diagnosis(
        (("N18.3", "Krooninen munuaistauti, vaihe 3"),),
        ("U99", "Muu virtsaelinten sairaus"),
        ("709044004", "Chronic kidney disease"),
    ),
    Disease.ASTHMA: Diagnosis(
        (
            ("J45.0", "Pääasiallisesti allerginen astma"),
            ("J45.1", "Pääasiallisesti ei-allerginen astma"),
            ("J45.9", "Määrittämätön astma"),
        ),
        ("R96", "Astma"),
        ("195967001", "Asthma"),
    ),
    Disease.COPD: Diagnosis(
        (("J44.8", "Muu määritetty keuhkoahtaumatauti"),),
        ("R95", "Keuhkoahtaumatauti"),
        ("13645005", "Chronic obstructive lung disease"),
    ),
    Disease.CORONARY_DISEASE: Diagnosis(
        (("I25.1", "Ateroskleroottinen sydänsairaus"),),
        ("K76", "Sepelvaltimotauti ilman angina pectorista"),
        ("53741008", "Coronary arteriosclerosis"),
    ),
    Disease.ATRIAL_FIBRILLATION: Diagnosis(
        (("I48", "Eteisvärinä ja eteislepatus"),),
        ("K78", "Eteisvärinä tai -lepatus"),
        ("49436004", "Atrial fibrillation"),
    ),
}
# What E11.9 and N18.3 become once a complication is known or the kidney disease is severe.
DIABETES_WITH_KIDNEY_DISEASE: Final = ("E11.2", "Aikuistyypin diabetes, munuaiskomplikaatiot")
DIABETES_WITH_RETINOPATHY: Final = ("E11.3", "Aikuistyypin diabetes, silmäkomplikaatiot")
SEVERE_KIDNEY_DISEASE: Final = ("N18.4", "Krooninen munuaistauti, vaihe 4")
PALLIATIVE_CARE: Final = ("Z51.5", "Palliatiivinen hoito")
