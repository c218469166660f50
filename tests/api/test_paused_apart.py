"""What rests is counted apart by why: in the audit as JSON and as CSV."""

import csv
from collections.abc import Callable
from io import StringIO

from service.runtime import Runtime
from tests.api.conftest import Client
from tests.api.people import answered
from tests.workflows.homes import a_home, an_extension

ASKED = "/audit/v1/compliance?activity=hba1c"


def test_what_rests_is_counted_apart_by_why(
    runtime: Runtime, signed_in: Callable[..., Client]
) -> None:
    home = a_home(runtime)
    home.write(home.request, extension=[an_extension(kind="suspended", until="2027-01-31")])
    auditor = signed_in("auditor")

    rows = answered(auditor, ASKED)["rows"]
    [row] = [one for one in rows if one["unit"] and one["protocol"]]
    assert (row["exclusion"], row["paused_by"]["suspended"]) == (1, 1)
    assert sum(row["paused_by"].values()) == row["exclusion"]
    text = auditor.get(f"{ASKED}&format=csv").text
    cells = [one for one in csv.DictReader(StringIO(text)) if one["unit"] and one["protocol"]]
    assert [one["paused_suspended"] for one in cells if one["activity"]] == ["1"]
