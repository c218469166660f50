"""Structured logs: JSON lines on stderr, plain lines on a terminal, the libraries' records among them.

Each record of a request carries its id; what looks like an identity code leaves no process.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# A Finnish identity code: six digits of the birth day, a sign of the century (those of the 2023
# reform too), the individual number, the check character. A safety net: ids are what we log.
_IDENTITY_CODE = re.compile(
    r"(?<![0-9A-Za-z])\d{6}(?:[-+A-FU-Y]|%2B)\d{3}[0-9A-FHJ-NPR-Y](?![0-9A-Za-z])", re.IGNORECASE
)
_HIDDEN = "[identity code]"


def set_up_logs(*, level: str, stream: TextIO, now: Callable[[], datetime]) -> None:
    """Send every record of the process to `stream`, from `level` (debug, info, ...) upwards.

    `now` stamps the records; it is `service/clock.py`'s. Call once a process, before the first record.
    """
    described: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        _stamped_by(now),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*described, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(described, on_terminal=stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)


@contextmanager
def request_scope(request_id: str) -> Iterator[None]:
    """Put the request's id on every record made within, in this thread or task."""
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        yield


def without_identity_codes(text: str) -> str:
    """Give the text with all that looks like an identity code hidden."""
    return _IDENTITY_CODE.sub(_HIDDEN, text)


def _formatter(described: list[Processor], *, on_terminal: bool) -> logging.Formatter:
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if on_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=described,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
            _redacted,
        ],
    )


def _stamped_by(now: Callable[[], datetime]) -> Processor:
    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"timestamp": now().isoformat(timespec="milliseconds"), **event}

    return stamp


def _redacted(_logger: WrappedLogger, _method: str, line: object) -> str:
    # The rendered line, not the fields: a code in a key, a traceback or a list is hidden too.
    return without_identity_codes(str(line))
