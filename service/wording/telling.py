"""From a follow-up's stretch and the published protocols to what a sentence is made from."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Final, NamedTuple

from service.domain.catalogue import Catalogue
from service.domain.follow_up import Stretch
from service.domain.interval import Interval
from service.domain.protocol import Activity, Kind, Protocol
from service.domain.protocol import Names as NamesByLanguage
from service.wording.sentences import FINNISH, Text
from service.wording.told import Aim, Decision, Names, Told
from service.wording.words import Words

_KAYPA_HOITO: Final = "kaypahoito.fi"


class LayText(NamedTuple):
    """What a person is told of an activity: what it is and why, how to prepare; who has read it."""

    what: Text
    prepare: Text
    reviewed: bool


class _Named(NamedTuple):
    """What never changes of an activity in one language; `whens` and `whys` are of its variants."""

    name: str
    whens: Mapping[str, str]
    whys: Mapping[str, Text]
    guideline: str
    source: str
    closers: tuple[str, ...]


class Teller:
    """Tells the follow-ups of the published protocols in one language; made once for each."""

    def __init__(self, words: Words, catalogue: Catalogue) -> None:
        self._words = words
        self._catalogue = catalogue
        self._activities: dict[tuple[str, str, str, str], _Named] = {}
        self._aims: dict[tuple[str, str], tuple[Aim, ...]] = {}

    def told(
        self, key: str, kind: Kind, stretch: Stretch, *, decision: Decision | None = None
    ) -> Told:
        """What is to be told of a stretch of the follow-up with this key and kind.

        `decision` is who made the plan's own entry, where one is in force.
        """
        activity = self._activity(key, kind, stretch)
        return Told(
            activity=activity.name,
            key=key,
            kind=kind,
            interval=Interval.parse(stretch.interval) if stretch.interval else None,
            window=stretch.window,
            because=stretch.because,
            variant=stretch.variant,
            when=activity.whens.get(stretch.variant, ""),
            why=activity.whys.get(stretch.variant),
            confirmed=stretch.confirmed,
            protocols=tuple(self._protocols.get(one, one) for one in stretch.protocols),
            set_by=self._protocols.get(stretch.set_by, stretch.set_by),
            version=stretch.protocol_version,
            source=activity.guideline,
            closes_with=activity.name,
            aims=self._aims_of(stretch.set_by, stretch.protocol_version),
            names=self._names,
            decision=decision,
        )

    @property
    def words(self) -> Words:
        """The words of its language."""
        return self._words

    @property
    def catalogue(self) -> Catalogue:
        """The published protocols that it tells of."""
        return self._catalogue

    def protocol(self, id_: str) -> str:
        """What a protocol is called; its id where it is not published."""
        return self._protocols.get(id_, id_)

    def name_of(self, key: str, kind: Kind, stretch: Stretch) -> str:
        """What the activity of a follow-up is called."""
        return self._activity(key, kind, stretch).name

    def closers(self, key: str, kind: Kind, stretch: Stretch) -> tuple[str, ...]:
        """The records that close the follow-up, by name: any one of them, ` + ` joins what goes together.

        A home series, and what the catalogue does not know, is told by the activity's own name.
        """
        return self._activity(key, kind, stretch).closers

    def source_of(self, key: str, kind: Kind, stretch: Stretch) -> str:
        """The address of what the interval rests on, the national guideline first; empty without one."""
        return self._activity(key, kind, stretch).source

    def lay_text(self, key: str) -> LayText:
        """What a person is told of an activity; empty texts where nothing is written."""
        known = self._catalogue.activities.get(key)
        if known is None:
            return LayText(self._text({}), self._text({}), reviewed=False)
        return LayText(self._text(known.what), self._text(known.prepare), known.reviewed)

    def name(self, names: NamesByLanguage) -> str:
        """A name in this language, else in Finnish; empty where there is none."""
        return str(self._text(names))

    @cached_property
    def _names(self) -> Names:
        return Names(items=self._named("item"), findings=self._named("finding"))

    def _named(self, system: str) -> Mapping[str, str]:
        names = self._catalogue.names.get(system, {})
        return {code: self.name(by_language) for code, by_language in names.items()}

    def _text(self, names: NamesByLanguage) -> Text:
        """A text of the protocols in this language, else in Finnish; empty where there is none."""
        language = self._words.language if names.get(self._words.language) else FINNISH
        return Text(names.get(language, ""), language)

    @cached_property
    def _protocols(self) -> Mapping[str, str]:
        known = self._catalogue.known.items()
        return {id_: self.name(protocol.names) for id_, protocol in known}

    def _activity(self, key: str, kind: Kind, stretch: Stretch) -> _Named:
        """The activity as the protocol that set the date has it, in the version the plan has."""
        wanted = (stretch.set_by, stretch.protocol_version, key, kind.value)
        if wanted not in self._activities:
            protocol = self._catalogue.versions.get(wanted[:2])
            found = (a for a in _activities_of(protocol) if (a.key, a.kind) == (key, kind))
            one = next(found, None)
            self._activities[wanted] = self._activity_named(one) if one else self._unknown(key)
        return self._activities[wanted]

    def _activity_named(self, one: Activity) -> _Named:
        national = [address for address in one.sources if _KAYPA_HOITO in address]
        return _Named(
            name=self.name(one.names),
            whens={variant.id: self.name(variant.when) for variant in one.variants},
            whys={variant.id: self._text(variant.why) for variant in one.variants if variant.why},
            guideline=self._words.text("source.kaypa-hoito") if national else "",
            source=next(iter([*national, *one.sources]), ""),
            closers=self._closers(one),
        )

    def _unknown(self, key: str) -> _Named:
        known = self._catalogue.activities.get(key)
        name = self.name(known.names) if known else key
        return _Named(name, {}, {}, "", "", (name,))

    def _closers(self, one: Activity) -> tuple[str, ...]:
        own = self.name(one.names)
        if one.closing.series or not one.closing.parts:
            return (own,)
        named = {**self._names.items, one.key: own}
        ways = enough(one.closing.parts)
        return tuple(" + ".join(named.get(item, item) for item in way) for way in ways)

    def _aims_of(self, protocol: str, version: str) -> tuple[Aim, ...]:
        """The targets of the protocol whose rule is told, and of no other that asks beside it."""
        wanted = (protocol, version)
        if wanted not in self._aims:
            found = _aims(self._catalogue.versions.get(wanted))
            self._aims[wanted] = tuple(dict.fromkeys(found))
        return self._aims[wanted]


def enough(parts: Sequence[frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    """The smallest collections of items with one of every part; the smaller ones first."""
    found = {frozenset(way): tuple(dict.fromkeys(way)) for way in product(*map(sorted, parts))}
    smallest = (way for way in found if not any(other < way for other in found))
    return tuple(sorted((found[way] for way in smallest), key=len))


def _activities_of(protocol: Protocol | None) -> tuple[Activity, ...]:
    return protocol.activities if protocol else ()


def _aims(protocol: Protocol | None) -> Iterator[Aim]:
    """The bounds of its targets; those that are a laboratory's own limit have no number to tell."""
    for activity in _activities_of(protocol):
        for target in activity.targets:
            for bound in target.bounds:
                if bound.reference is None:
                    yield Aim(target.item, bound.operator, bound.limit)
