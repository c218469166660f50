"""What Prometheus asks: how many requests, how long they took, by route and status.

Where they are shared, the figures of all worker processes are added up: whoever is asked says the same.
No figure names a person, a user or an address that a client wrote.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_REQUEST: Final = "werkzeug.request"  # where the framework leaves the request it made
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


def share_figures(folder: Path) -> None:
    """Keep the figures of this process and of those it starts in files of `folder`, so that they add up.

    It holds for what is counted by a Metrics that is made after it; the folder begins empty.
    """
    os.environ[_SHARED] = str(folder)
    # The library reads the variable once, at its import, which is long past.
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


class _Figures(NamedTuple):
    count: Any
    seconds: Any


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "seuranta_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "seuranta_request_seconds",
            "Seconds from a request to its answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._figures = cache(self._figures_of)

    def count(self, environ: dict[str, Any], status: str, seconds: float) -> None:
        """Count an answer to the route that the request found."""
        asked = environ.get(_REQUEST)
        route = (asked.endpoint if asked else None) or "none"
        method = environ["REQUEST_METHOD"]
        figures = self._figures(method if method in _METHODS else "other", route, status)
        figures.count.inc()
        figures.seconds.observe(seconds)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        if _SHARED not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def _figures_of(self, method: str, route: str, status: str) -> _Figures:
        return _Figures(self._requests.labels(method, route, status), self._seconds.labels(route))
