"""The least that Flask can do: one view that returns the same bytes, served as the service is.

python -m benchmarks.bare_view PORT FILE
"""

import sys
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response
from granian import Granian

WORKERS: Final = 2


def application() -> Flask:
    """The app whose one view returns the bytes of the file."""
    body = Path(sys.argv[2]).read_bytes()
    app = Flask(__name__)

    @app.get("/fhir/<type_>")
    @app.get("/fhir/<type_>/<id_>")
    def view(**_: str) -> Response:
        return Response(body, content_type="application/fhir+json; charset=utf-8")

    return app


def main() -> None:
    """Serve until stopped."""
    interface: Any = "wsgi"
    server = Granian(
        "benchmarks.bare_view:application",
        port=int(sys.argv[1]),
        interface=interface,
        workers=WORKERS,
        blocking_threads=1,
        factory=True,
        websockets=False,
        log_enabled=False,
    )
    server.serve()


if __name__ == "__main__":
    main()
