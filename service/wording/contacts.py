"""What a contact is called: to the patient as the heading of a card, to staff as one of a sum.

A sample is named by what it is taken of; what stands alone (a photograph, a home series, a
questionnaire) by its own name.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from service.domain.contact import Contact, ContactKind
from service.wording.sentences import Text
from service.wording.words import Words

# Activities whose sample is urine; every other laboratory test of the protocols is of blood.
_OF_URINE: Final = frozenset({"acr"})
_NAMED_ALONE: Final = frozenset(
    {
        ContactKind.IMAGING,
        ContactKind.HOME,
        ContactKind.QUESTIONNAIRE,
        ContactKind.VACCINATION,
        ContactKind.DENTAL,
    }
)


def contact_title(words: Words, contact: Contact, names: Sequence[str]) -> Text:
    """What a contact is called to the patient; `names` are those of its follow-ups."""
    if contact.kind in _NAMED_ALONE and len(names) == 1:
        return Text(names[0], words.language)
    if contact.kind is ContactKind.SAMPLE:
        return words.text(f"contact.sample.{_specimen(contact)}")
    return words.text(f"contact.{contact.kind}")


def contacts_for_staff(words: Words, kinds: Iterable[ContactKind]) -> Text:
    """What closes a person's rows: `1 näytteenotto + 2 hoitajan käyntiä`."""
    counted = Counter(kinds)
    each = (words.plural(f"worklist.contact.{kind}", n) for kind, n in counted.items())
    return words.text("worklist.closed_by", contacts=" + ".join(each))


def _specimen(contact: Contact) -> str:
    of_urine = {one.activity in _OF_URINE for one in contact.follow_ups}
    if of_urine == {True, False}:
        return "both"
    return "urine" if True in of_urine else "blood"
