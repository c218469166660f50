"""What contacts are called: cards by what is done in them, sums of them for staff."""

import pytest

from service.domain.contact import Contact, ContactKind, Status, contact_kind
from service.domain.protocol import Kind
from service.domain.seen import SeenFollowUp
from service.wording.contacts import contact_title, contacts_for_staff
from service.wording.words import Words
from tests.wording.builders import LANGUAGES, SUMMER
from tests.wording.test_because import seen_hba1c


def follow_up(activity: str, kind: Kind = Kind.LAB, performer: str = "lab") -> SeenFollowUp:
    return seen_hba1c()._replace(activity=activity, kind=kind, performer=performer)


def contact(*follow_ups: SeenFollowUp, kind: ContactKind | None = None) -> Contact:
    found = kind or contact_kind(follow_ups[0])
    return Contact(found, follow_ups, SUMMER.opens_on, SUMMER.due_on, Status.NOW)


@pytest.mark.parametrize(
    ("activities", "titles"),
    [
        (("hba1c",), ("Verikoe", "Blodprov", "Blood test")),
        (("acr",), ("Virtsanäyte", "Urinprov", "Urine sample")),
        (
            ("hba1c", "acr"),
            ("Verikoe ja virtsanäyte", "Blodprov och urinprov", "Blood test and urine sample"),
        ),
    ],
)
def test_a_sample_is_named_by_what_it_is_taken_of(activities, titles):
    one = contact(*map(follow_up, activities))
    assert tuple(contact_title(Words(lang), one, activities) for lang in LANGUAGES) == titles


def test_what_stands_alone_bears_its_own_name():
    photograph = contact(follow_up("fundus", Kind.IMAGING, "imaging-unit"))
    assert contact_title(Words("fi"), photograph, ["Silmänpohjakuvaus"]) == "Silmänpohjakuvaus"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ContactKind)
def test_every_kind_of_contact_has_a_name_for_everybody(kind, language):
    one = contact(follow_up("flu"), kind=kind)
    words = Words(language)
    assert contact_title(words, one, ["its name"])
    assert "1" in contacts_for_staff(words, [kind])


def test_staff_read_contacts_as_a_sum():
    visit = ContactKind.NURSE_VISIT
    told = contacts_for_staff(Words("fi"), [ContactKind.SAMPLE, visit, visit])
    assert told == "Hoituu: 1 näytteenotto + 2 hoitajan käyntiä."
