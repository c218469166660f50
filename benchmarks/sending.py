"""Clients that send Bundles over keep-alive connections, each the next one that nobody has sent.

    python -m benchmarks.sending PORT FILE CLIENTS TOKEN

prints the seconds from the first Bundle, of those that stand one a line in the file, to the last
answer. A process of its own: what it costs is not the server's.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from threading import local
from time import perf_counter
from typing import Final

_OK: Final = 200
_TIMEOUT_SECONDS: Final = 60


def seconds_for(port: int, bundles: Sequence[bytes], clients: int, token: str) -> float:
    """How long so many clients take; RuntimeError for an answer other than 200."""
    of_client = local()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}

    def send(bundle: bytes) -> None:
        if not hasattr(of_client, "connection"):
            of_client.connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
        of_client.connection.request("POST", "/fhir", bundle, headers)
        answer = of_client.connection.getresponse()
        body = answer.read()
        if answer.status != _OK:
            raise RuntimeError(body.decode())

    began = perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(send, bundles))
    return perf_counter() - began


def main() -> None:
    """Print the seconds."""
    port, file, clients, token = sys.argv[1:]
    bundles = Path(file).read_bytes().splitlines()
    sys.stdout.write(f"{seconds_for(int(port), bundles, int(clients), token)}\n")


if __name__ == "__main__":
    main()
