"""A protocol's table in words, beside the cells that can be changed: for who reads and signs it.

A row is told from the protocol's own values, so that the words are those of what the engine does.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from service.domain.catalogue import Catalogue
from service.domain.formula import Formula
from service.domain.interval import Interval
from service.domain.protocol import Activity, Names, Protocol, Variant
from service.domain.protocol_table import BASE, TableRow
from service.domain.window import Leeway
from service.wording.code_lists import listed_by_system
from service.wording.numbers import Quantity
from service.wording.rule_words import RuleWords
from service.wording.sentences import FINNISH
from service.wording.telling import enough
from service.wording.words import Words

_UNREVIEWED: Final = "unreviewed"


class TableWords:
    """Tells the rows of protocols in one language."""

    def __init__(self, words: Words, catalogue: Catalogue) -> None:
        self._words = words
        self._catalogue = catalogue
        self._rules = RuleWords(words, catalogue)

    def told(self, protocol: Protocol, rows: Iterable[TableRow]) -> list[Mapping[str, str]]:
        """What each row says in words, by column."""
        activities = {activity.id: activity for activity in protocol.activities}
        return [self._row(activities[row.key.activity], row) for row in rows]

    def label(self, column: str) -> str:
        """The heading of a column."""
        return self._words.text(f"protocol.column.{column}.staff")

    def _row(self, activity: Activity, row: TableRow) -> Mapping[str, str]:
        variants = {variant.id: variant for variant in activity.variants}
        support = self._support(row)
        if row.key.variant == BASE:
            return self._base(activity) | {"support_in_words": support}
        variant = variants.get(row.key.variant)
        if variant is None:  # the plan's own entry, which wins over every rule
            own = self._say("interval.plan")
            name = row.cells.get(f"title_{self._words.language}", "")
            rule = self._rules.say("own-entry")
            told = {"name": name, "rule_in_words": rule, "interval_in_words": own}
        else:
            told = self._variant(variant)
        return told | {"support_in_words": support}

    def _base(self, activity: Activity) -> dict[str, str]:
        applies = activity.applies_when
        say = self._rules.say
        return {
            "name": self._name(activity.names),
            "rule_in_words": say("base.when", rule=self._rules.of(applies))
            if applies
            else say("base"),
            "interval_in_words": self._interval(activity.interval),
            "window_in_words": self._window(activity.interval, activity.leeway, urgent=False),
            "target_in_words": self._rules.targets(activity.targets),
            "performer_in_words": self._name(
                self._catalogue.names_of("performer", activity.performer)
            ),
            "closes_with": self._closing(activity),
        }

    def _variant(self, variant: Variant) -> dict[str, str]:
        return {
            "name": self._name(variant.when),
            "rule_in_words": self._rules.of(variant.rule),
            "interval_in_words": self._interval(variant.interval),
            "window_in_words": self._window(
                variant.interval, variant.leeway, urgent=variant.urgent
            ),
        }

    def _interval(self, interval: Interval | Formula | None) -> str:
        if interval is None:
            return self._say("interval.none")
        if isinstance(interval, Formula):
            item = self._rules.item(interval.item)
            least = self._rules.lasting(Interval(months=interval.at_least))
            return self._say("interval.formula", item=item, n=interval.divisor, length=least)
        return self._words.value(interval)

    def _window(self, interval: Interval | Formula | None, leeway: Leeway, *, urgent: bool) -> str:
        """Days before and after the due date; common figures are shares of the interval's length."""
        if not isinstance(interval, Interval):
            return ""
        lead, grace = self._common(interval, urgent=urgent)
        own = leeway.lead_days is not None or leeway.grace_days is not None
        return self._say(
            "window.own" if own else "window",
            lead=lead if leeway.lead_days is None else leeway.lead_days,
            grace=grace if leeway.grace_days is None else leeway.grace_days,
        )

    def _common(self, interval: Interval, *, urgent: bool) -> tuple[int, int]:
        figures = self._catalogue.figures
        if interval.is_now:
            return 0, figures.urgent_grace_days if urgent else figures.prompt_grace_days
        days = round(interval.nominal_days)
        return min(figures.lead.of(days), days // 2), figures.grace.of(days)

    def _closing(self, activity: Activity) -> str:
        """What closes it, any one way of it, each item with its codes."""
        closing = activity.closing
        if closing.series:
            series = closing.series
            return self._say("closing.series", days=series.days, within=series.within_days)
        ways = enough(closing.parts) if closing.parts else ((activity.key,),)
        said = [" + ".join(self._item(item, activity) for item in way) for way in ways]
        return "; ".join(said)

    def _item(self, item: str, activity: Activity) -> str:
        name = self._name(activity.names) if item == activity.key else self._rules.item(item)
        codes = self._catalogue.codes
        exact = sorted(code for code, of in codes.exact.items() if of == item)
        wider = [f"{code}*" for code, of in codes.beginnings if of == item]
        return f"{name} ({listed_by_system(self._words, [*exact, *wider])})"

    def _support(self, row: TableRow) -> str:
        """Whether a source supports the figure, and who has read the texts."""
        cells = row.cells
        said = [self._say(f"evidence.{cells['evidence']}")] if "evidence" in cells else []
        reviews = {cells.get("reason_review"), cells.get("text_review")}
        if _UNREVIEWED in reviews:
            said.append(self._say("texts.unreviewed"))
        if cells.get("confirmation"):
            said.append(self._say("confirmed", who=cells["confirmation"]))
        return "; ".join(said)

    def _say(self, key: str, **values: str | float | Quantity) -> str:
        return self._words.text(f"protocol.{key}.staff", **values)

    def _name(self, names: Names) -> str:
        return names.get(self._words.language) or names.get(FINNISH, "")


def labels(table: TableWords, columns: Sequence[str]) -> list[str]:
    """The headings of columns."""
    return [table.label(column) for column in columns]
