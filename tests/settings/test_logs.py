import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from service.logs import request_scope, set_up_logs, without_identity_codes
from tests.clocks import FixedClock

NOON = FixedClock(datetime(2027, 6, 3, 9, 0, tzinfo=UTC))
INVENTED = "010190-9019"  # individual number 901: given to no living person


@pytest.fixture(autouse=True)
def _untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def stream() -> io.StringIO:
    written = io.StringIO()
    set_up_logs(level="info", stream=written, now=NOON.now)
    return written


def records(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_one_line_of_json(stream: io.StringIO) -> None:
    structlog.get_logger("service.storage").info("stored", resources=3, note="two\nlines")
    assert records(stream) == [
        {
            "event": "stored",
            "level": "info",
            "logger": "service.storage",
            "note": "two\nlines",
            "resources": 3,
            "timestamp": "2027-06-03T09:00:00.000+00:00",
        }
    ]


def test_records_of_libraries_come_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("alembic").warning("revision %s", "0001", extra={"head": "0001"})
    assert records(stream) == [
        {
            "event": "revision 0001",
            "head": "0001",
            "level": "warning",
            "logger": "alembic",
            "timestamp": "2027-06-03T09:00:00.000+00:00",
        }
    ]


def test_a_warning_of_python_is_a_record(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("worn out", UserWarning, stacklevel=1)
    assert records(stream)[0]["logger"] == "py.warnings"


def test_every_record_of_a_request_carries_its_id(stream: io.StringIO) -> None:
    with request_scope("r-1"):
        structlog.get_logger().info("inside")
        logging.getLogger("a.library").info("inside too")
    structlog.get_logger().info("outside")
    assert [each.get("request_id") for each in records(stream)] == ["r-1", "r-1", None]


def test_records_below_the_level_are_left_out(stream: io.StringIO) -> None:
    structlog.get_logger().debug("unseen")
    structlog.get_logger().info("seen")
    assert [each["event"] for each in records(stream)] == ["seen"]


def test_a_failure_keeps_its_traceback_on_its_one_line(stream: io.StringIO) -> None:
    structlog.get_logger().error("failed", exc_info=ZeroDivisionError("by zero"))
    (record,) = records(stream)
    assert "ZeroDivisionError: by zero" in record["exception"]


def test_a_value_that_json_does_not_know_is_still_logged(stream: io.StringIO) -> None:
    structlog.get_logger().info("odd", value={1: {2, 3}, "who": object})
    assert records(stream)[0]["event"] == "odd"


def test_a_terminal_gets_plain_lines() -> None:
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]  # all that makes it a terminal
    set_up_logs(level="info", stream=terminal, now=NOON.now)
    structlog.get_logger("service.jobs").info("loaded", resources=3)
    (line,) = terminal.getvalue().splitlines()
    assert line.startswith("2027-06-03T09:00:00.000+00:00 [info ")
    assert line.endswith("[service.jobs] resources=3")
    assert "\x1b" not in line


def test_an_identity_code_is_hidden_wherever_it_stands(stream: io.StringIO) -> None:
    log = structlog.get_logger()
    log.info(" ".join(["read", INVENTED]), **{INVENTED: [INVENTED, {"code": INVENTED}]})
    log.error("failed", exc_info=ValueError(INVENTED))
    logging.getLogger("granian").info("GET /fhir/Patient?identifier=%s", INVENTED)
    assert INVENTED not in stream.getvalue()
    assert stream.getvalue().count("[identity code]") == 6


@given(
    st.dates(),
    st.sampled_from([*"-+ABCDEFUVWXYabcdefuvwxy", "%2B", "%2b"]),
    st.integers(900, 999),
    st.sampled_from("0123456789ABCDEFHJKLMNPRSTUVWXYabcdefhjklmnprstuvwxy"),
)
def test_every_shape_of_identity_code_is_hidden(
    born: Any, sign: str, individual: int, check: str
) -> None:
    text = f"id={born:%d%m%y}{sign}{individual}{check}&x"
    assert without_identity_codes(text) == "id=[identity code]&x"


@pytest.mark.parametrize(
    "text",
    [
        "2027-06-03T09:00:00.123456-03:00",
        "0b1c2d3e-1234-4a5b-8c7d-123456789012",
        "urn:oid:1.2.246.537.6.3.2006",
        "+358 40 123 4567",
    ],
)
def test_instants_ids_and_numbers_stay(text: str) -> None:
    assert without_identity_codes(text) == text
