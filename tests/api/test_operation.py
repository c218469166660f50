"""What operators ask: alive, ready, figures, description."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.fhir.resources import a_patient


def test_it_says_that_it_is_alive_and_ready(anonymous) -> None:
    assert anonymous.get("/health/live").json["live"]
    ready = anonymous.get("/health/ready")
    assert (ready.status_code, ready.json) == (200, {"ready": True})


@pytest.fixture
def full(runtime, monkeypatch):
    """The database has no room, until the test gives it some: the driver's own error, or its limit."""
    engine = runtime.store.engine
    return _full_sqlite(engine) if engine.dialect.name == "sqlite" else _full_postgresql(engine)


@contextmanager
def _full_sqlite(engine):
    """SQLite may use no page more than it has."""

    def limit(connection, pages: int) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def narrow(connection) -> None:
        limit(connection.connection.driver_connection, 1)

    event.listen(engine, "begin", narrow)
    yield
    event.remove(engine, "begin", narrow)
    engine.dispose()


@contextmanager
def _full_postgresql(engine):
    """PostgreSQL's own error, raised where its driver raises it."""
    from psycopg.errors import DiskFull  # noqa: PLC0415

    def refuse(connection, cursor, statement, parameters, context, executemany) -> None:
        if statement.startswith("INSERT"):
            raise DiskFull("could not extend file")

    event.listen(engine, "before_cursor_execute", refuse)
    yield
    event.remove(engine, "before_cursor_execute", refuse)


def test_a_full_disk_is_507_and_not_ready_until_there_is_room_again(client, full) -> None:
    with full:
        refused = client.post("/fhir/Patient", a_patient(name=[{"text": "x" * 20_000}]))
        assert (refused.status_code, refused.json["issue"][0]["code"]) == (507, "no-store")
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json["ready"]) == (503, False)
        assert "no room" in ready.json["reason"]
    assert client.get("/health/ready").status_code == 200
    assert client.get("/fhir/Patient").json.get("entry") is None


def test_a_database_of_another_schema_is_not_ready(anonymous, runtime) -> None:
    with runtime.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    ready = anonymous.get("/health/ready")
    assert ready.status_code == 503
    assert "seuranta migrate" in ready.json["reason"]


def test_the_figures_are_for_this_machine_or_a_token_of_those_who_operate(app, token) -> None:
    here, elsewhere = {"REMOTE_ADDR": "127.0.0.1"}, {"REMOTE_ADDR": "192.0.2.7"}
    ask = app.test_client().get
    assert ask("/metrics", environ_base=here).status_code == 200
    assert ask("/metrics", environ_base=elsewhere).status_code == 401
    forwarded = ask("/metrics", environ_base=here, headers={"X-Forwarded-For": "192.0.2.7"})
    assert forwarded.status_code == 401

    def with_token(role: str, **bound: str) -> int:
        headers = {"Authorization": f"Bearer {token(role, **bound)}"}
        return int(ask("/metrics", environ_base=elsewhere, headers=headers).status_code)

    assert with_token("admin") == 200
    assert with_token("clinician", unit="u1") == 403


def test_the_figures_count_by_route_and_name_nobody(client) -> None:
    client.put("/fhir/Patient/1", a_patient())
    client.get("/fhir/Patient/1")
    text = client.get("/metrics").text
    assert 'seuranta_requests_total{method="GET",route="fhir.read",status="200"} 1.0' in text
    assert "Patient" not in text


def test_the_description_is_served_and_shown_without_anything_from_elsewhere(anonymous) -> None:
    described = anonymous.get("/openapi.yaml")
    assert (described.status_code, described.content_type) == (
        200,
        "application/yaml; charset=utf-8",
    )
    page = anonymous.get("/docs").text
    assert "/worklist/v1/follow-ups" in page
    assert "src=" not in page
    assert "http://" not in page
    assert "https://" not in page.replace("https://seuranta.example", "")


def test_each_answer_bears_the_id_of_its_request(anonymous) -> None:
    assert anonymous.get("/health/live", X_Request_Id="a7").headers["X-Request-Id"] == "a7"
    own = anonymous.get("/health/live", X_Request_Id="a b").headers["X-Request-Id"]
    assert len(own) == 32
    code = anonymous.get("/health/live", X_Request_Id="010190-901R").headers["X-Request-Id"]
    assert code != "010190-901R"
