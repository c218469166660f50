"""All, any and not: how rules are put together (`protocols.md` 2.2)."""

from dataclasses import dataclass

from service.domain.rule.asked import Asked, Rule, timeline_of
from service.domain.truth import Timeline, all_of, any_of, negation


@dataclass(frozen=True, slots=True)
class _Several:
    """Several rules as one: what any of them asks for, it asks for."""

    rules: tuple[Rule, ...]

    @property
    def on_event(self) -> bool:
        """An event anywhere in it is the anchor."""
        return any(rule.on_event for rule in self.rules)

    @property
    def from_start(self) -> bool:
        """As soon as one of its rules asks for it."""
        return any(rule.from_start for rule in self.rules)


@dataclass(frozen=True, slots=True)
class All(_Several):
    """True where every rule is."""

    def timeline(self, asked: Asked) -> Timeline:
        """Kleene's and."""
        return all_of([timeline_of(rule, asked) for rule in self.rules])


@dataclass(frozen=True, slots=True)
class AnyOf(_Several):
    """True where one rule is."""

    def timeline(self, asked: Asked) -> Timeline:
        """Kleene's or."""
        return any_of([timeline_of(rule, asked) for rule in self.rules])


@dataclass(frozen=True, slots=True)
class Not:
    """True where the rule is false; unknown stays unknown."""

    rule: Rule

    @property
    def on_event(self) -> bool:
        """What did not happen is no event."""
        return False

    @property
    def from_start(self) -> bool:
        """As its rule."""
        return self.rule.from_start

    def timeline(self, asked: Asked) -> Timeline:
        """Kleene's not."""
        return negation(timeline_of(self.rule, asked))
