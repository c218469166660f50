"""What Prometheus asks: how many requests, how long they took, by route and status.

Where `PROMETHEUS_MULTIPROC_DIR` names a folder, the figures of all worker processes are added up.
No figure names a person, a user or an address that a client wrote.
"""

import os
from time import perf_counter
from typing import Final

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


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

    def watch(self, app: Flask) -> None:
        """Count every request of an application."""
        app.before_request(_begin)
        app.after_request(self._end)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        if _SHARED not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def _end(self, answer: Response) -> Response:
        route = request.endpoint or "none"
        self._requests.labels(request.method, route, answer.status_code).inc()
        self._seconds.labels(route).observe(perf_counter() - g.began)
        return answer


def _begin() -> None:
    g.began = perf_counter()
