"""Another version of a protocol, published beside the one that plans follow, for tests of migrations.

The versions are made from the one that is shipped: other intervals, a check less, a check more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from service.domain.catalogue import Catalogue
from service.domain.interval import Interval
from service.domain.protocol import Activity, Protocol, ProtocolStatus
from service.runtime import Runtime

OLD = "2026.1"
NEW = "2027.1"
DIABETES = "type-2-diabetes"


@dataclass(frozen=True)
class Published:
    """What is published, whenever it is asked."""

    catalogue: Catalogue

    def shipped(self) -> Catalogue:
        """The same."""
        return self.catalogue

    def read(self, plan: dict[str, Any], file: str) -> Protocol:
        """Nobody reads another one."""
        raise AssertionError(plan, file)

    def now(self) -> Catalogue:
        """What is published now."""
        return self.catalogue

    def as_of(self, tx: int) -> Catalogue:
        """The same."""
        del tx
        return self.catalogue


def with_versions(runtime: Runtime, *protocols: Protocol) -> Runtime:
    """The same house, in which these versions are there too; people still come into the shipped ones."""
    versions = (*runtime.catalogue.versions.values(), *protocols)
    published = Published(runtime.catalogue.with_versions(versions))
    keeping = runtime.receiving.keeping
    keeping = replace(keeping, published=published.now)
    receiving = replace(runtime.receiving, keeping=keeping)
    return replace(runtime, published=published, receiving=receiving)


def renewed(
    protocol: Protocol, change: Callable[[Activity], Iterable[Activity]], version: str = NEW
) -> Protocol:
    """The protocol in another version; `change` gives what each activity becomes."""
    activities = tuple(new for old in protocol.activities for new in change(old))
    return replace(protocol, version=version, activities=activities, status=ProtocolStatus.DRAFT)


def every(key: str, interval: str) -> Callable[[Activity], Iterable[Activity]]:
    """A change: the check with this key has another base interval."""

    def change(one: Activity) -> Iterable[Activity]:
        is_it = one.key == key
        yield replace(one, interval=Interval.parse(interval)) if is_it else one

    return change


def without(key: str) -> Callable[[Activity], Iterable[Activity]]:
    """A change: the check with this key is not asked for any more."""
    return lambda one: () if one.key == key else (one,)


def unchanged(one: Activity) -> Iterable[Activity]:
    """A change that changes nothing."""
    yield one
