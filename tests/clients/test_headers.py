"""What the server process itself puts on an answer."""

from email.utils import parsedate_to_datetime

import pytest
import requests

from tests.clients.conftest import Serving


@pytest.mark.check(15)
def test_an_answer_bears_its_date_in_gmt_and_reads_the_same_by_head(serving: Serving) -> None:
    read = requests.get(f"{serving.base}/metadata", timeout=60)
    headers = requests.head(f"{serving.base}/metadata", timeout=60).headers
    assert read.headers["Date"].endswith("GMT")
    assert parsedate_to_datetime(read.headers["Date"]).tzinfo is not None
    assert (headers["ETag"], headers["Content-Type"]) == (
        read.headers["ETag"],
        read.headers["Content-Type"],
    )
