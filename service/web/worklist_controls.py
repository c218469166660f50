"""What stands above the list: its tabs with how many people each has, and its filters."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from service.domain.catalogue import Catalogue
from service.domain.protocol import Names
from service.domain.worklist import PeopleCounts, Sort
from service.settings import LANGUAGES
from service.web.worklist_address import STATES, Asked, Tab, address
from service.wording.alphabet import in_alphabet
from service.wording.telling import Teller


class TabLink(NamedTuple):
    """A tab with how many people stand under it."""

    name: str
    people: int
    address: str
    current: bool


class Choice(NamedTuple):
    """A value that a filter can have."""

    value: str
    name: str
    chosen: bool


class Filter(NamedTuple):
    """A filter of the list with its choices."""

    name: str
    label: str
    choices: tuple[Choice, ...]


def tabs(teller: Teller, one: Asked, counts: PeopleCounts) -> Iterator[TabLink]:
    """The tabs in their order, each with its address."""
    for tab in Tab:
        name = teller.words.text(f"worklist.tab.{tab}")
        yield TabLink(name, people_under(counts, tab), address(one, tab=tab), tab is one.tab)


def people_under(counts: PeopleCounts, tab: Tab) -> int:
    """How many people stand under a tab."""
    return {
        Tab.TO_CALL: counts.to_call,
        Tab.BOOKED: counts.booked,
        Tab.AGREED: counts.agreed,
        Tab.NOT_KNOWN: counts.not_known,
        Tab.ALL: counts.everybody,
    }[tab]


def filters(teller: Teller, one: Asked, catalogue: Catalogue) -> Iterator[Filter]:
    """The filters, by what a nurse looks for first; the last is the order."""
    words = teller.words
    protocols = {id_: each.names for id_, each in catalogue.known.items()}
    activities = {key: each.names for key, each in catalogue.activities.items()}
    performers = {key: words.text(f"performer.{key}") for key in catalogue.names["performer"]}
    states = {str(state): words.text(f"state.{state}.staff") for state in STATES}
    spoken = {code: words.text(f"language.{code}") for code in LANGUAGES}
    contacted = {one: words.text(f"worklist.filter.contacted.{one}") for one in ("yes", "no")}
    orders = {str(sort): words.text(f"worklist.sort.{sort}") for sort in Sort}
    yield _filter(teller, one, "protocol", _by_name(teller, protocols))
    yield _filter(teller, one, "activity", _by_name(teller, activities))
    yield _filter(teller, one, "performer", performers)
    yield _filter(teller, one, "status", states, otherwise="worklist.filter.to_look_after")
    yield _filter(teller, one, "contacted", contacted)
    yield _filter(teller, one, "language", spoken)
    yield _filter(teller, one, "sort", orders, otherwise="")


def _by_name(teller: Teller, named: Mapping[str, Names]) -> dict[str, str]:
    """What has names in several languages, by its name in this one."""
    told = {key: teller.name(names) for key, names in named.items()}
    return dict(sorted(told.items(), key=lambda one: in_alphabet(one[1])))


def _filter(
    teller: Teller,
    one: Asked,
    name: str,
    values: Mapping[str, str],
    *,
    otherwise: str = "worklist.filter.any",
) -> Filter:
    """A filter; `otherwise` is the key of what holds where none is chosen, empty: the first."""
    words, chosen = teller.words, one.filters.get(name, "")
    label = words.text("worklist.sort" if name == "sort" else f"worklist.filter.{name}")
    none = (Choice("", words.text(otherwise), not chosen),) if otherwise else ()
    given = tuple(Choice(value, text, value == chosen) for value, text in values.items())
    return Filter(name, label, (*none, *given))
