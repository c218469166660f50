"""The access log: no entry is lost, none twice, none altered unseen."""

import os
import signal
from datetime import UTC, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Event as ProcessEvent
from pathlib import Path
from threading import Event, Thread
from time import sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from typing_extensions import override

from service.domain.access import Access, Role
from service.domain.errors import StorageFull
from service.storage.access_log.chain import End, follows, line_of, read_line
from service.storage.access_log.collection import collect
from service.storage.access_log.segments import AccessSegments
from service.storage.access_log.verification import faults_of
from service.storage.tables.access import access_log, access_log_patients, access_log_segments
from tests.storage.builders import NOON, a_reading, at, stamp, writing


def an_access(number: int = 1, minutes: int = 0, **more) -> Access:
    given = {"scope": f"CarePlan/{number}", "unit": "hattula", "request": f"r{number}", **more}
    people = given.pop("patients", (number,))
    return Access(at(minutes), "nurse", Role.CLINICIAN, "read", "success", patients=people, **given)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "access"


@pytest.fixture
def segments(folder):
    """A worker's files."""
    opened = AccessSegments(folder)
    yield opened
    opened.close()


def logged(storage) -> list[tuple[int, str]]:
    """Number and scope of each entry in the database."""
    with storage.engine.connect() as connection:
        ordered = select(access_log.c.number, access_log.c.scope).order_by(
            access_log.c.at, access_log.c.segment, access_log.c.number
        )
        return [(row.number, row.scope) for row in connection.execute(ordered)]


def faults(storage) -> list[str]:
    with storage.engine.connect() as connection:
        return list(faults_of(connection))


_texts = st.text(max_size=9)
_accesses = st.builds(
    Access,
    at=st.datetimes(min_value=NOON.replace(tzinfo=None), timezones=st.just(UTC)),
    who=_texts,
    role=st.sampled_from(Role),
    action=_texts,
    outcome=_texts,
    scope=_texts,
    why=_texts,
    patients=st.lists(st.integers(-1, 9), max_size=3).map(tuple),
)


@given(_accesses)
def test_a_line_of_a_file_is_read_as_it_was_written(access):
    entry, body = follows(End(6, "f" * 64), "segment", access)

    read, read_body = read_line(line_of(entry, body).rstrip(b"\n"))

    people = tuple(sorted(set(access.patients)))
    assert read == entry._replace(access=access._replace(patients=people))
    assert read_body == body


def test_reads_are_collected_once_while_the_worker_goes_on(storage, folder, segments):
    segments.append(an_access(1))
    segments.append(an_access(2))
    first = collect(storage, folder, at=at(1))
    segments.append(an_access(3))
    second = collect(storage, folder, at=at(2))
    third = collect(storage, folder, at=at(3))

    assert [(done.entries, done.sealed) for done in (first, second, third)] == [
        (2, 0),
        (1, 0),
        (0, 0),
    ]
    assert logged(storage) == [(1, "CarePlan/1"), (2, "CarePlan/2"), (3, "CarePlan/3")]
    assert faults(storage) == []


def test_each_person_concerned_is_named(storage, folder, segments):
    segments.append(an_access(1, patients=(7, 3, 7)))
    segments.append(an_access(2, patients=()))
    collect(storage, folder, at=at(1))

    with storage.engine.connect() as connection:
        columns = access_log_patients.c
        named = select(columns.patient, columns.number, columns.at).order_by(columns.patient)
        assert [tuple(row) for row in connection.execute(named)] == [(3, 1, at(0)), (7, 1, at(0))]


def test_the_file_of_a_finished_worker_is_sealed_and_removed(storage, folder, segments):
    segments.append(an_access(1))
    segments.close()

    done = collect(storage, folder, at=at(1))

    assert (done.entries, done.sealed, done.faults) == (1, 1, [])
    assert list(folder.iterdir()) == []
    assert faults(storage) == []


def test_a_new_segment_begins_after_an_hour(folder, segments):
    segments.append(an_access(1))
    segments.append(an_access(2, minutes=59))
    segments.append(an_access(3, minutes=61))

    assert sorted(path.read_bytes().count(b"\n") for path in folder.iterdir()) == [1, 2]


def _append_and_be_killed(folder: Path) -> None:
    segments = AccessSegments(folder)
    for number in range(1, 51):
        segments.append(an_access(number))
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_killed_process_loses_no_entry(storage, folder):
    worker = get_context("fork").Process(target=_append_and_be_killed, args=(folder,))
    worker.start()
    worker.join()

    done = collect(storage, folder, at=at(1))

    assert worker.exitcode == -signal.SIGKILL
    assert (done.entries, done.sealed, done.faults) == (50, 1, [])
    assert [number for number, _ in logged(storage)] == list(range(1, 51))


def _append_and_wait(segments: AccessSegments, appended: ProcessEvent, over: ProcessEvent) -> None:
    segments.append(an_access(2))
    appended.set()
    over.wait()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_worker_writes_a_file_of_its_own_and_lets_go_of_its_parents(
    storage, folder, segments
):
    segments.append(an_access(1))
    fork = get_context("fork")
    appended, over = fork.Event(), fork.Event()
    worker = fork.Process(target=_append_and_wait, args=(segments, appended, over))
    worker.start()
    appended.wait()
    segments.append(an_access(3))
    segments.close()

    parents_alone = collect(storage, folder, at=at(1))
    over.set()
    worker.join()
    both = collect(storage, folder, at=at(2))

    assert (parents_alone.entries, parents_alone.sealed, parents_alone.faults) == (3, 1, [])
    assert (both.entries, both.sealed, both.faults) == (0, 1, [])
    assert sorted(logged(storage)) == [(1, "CarePlan/1"), (1, "CarePlan/2"), (2, "CarePlan/3")]


def test_an_altered_line_is_named_and_everything_else_collected(storage, folder, segments):
    segments.append(an_access(1))
    segments.append(an_access(2))
    segments.close()
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes().replace(b"CarePlan/2", b"CarePlan/9"))
    segments.append(an_access(3))

    done = collect(storage, folder, at=at(1))

    assert done.faults == [f"segment {file.stem}: entry 2 does not follow the one before it"]
    assert [scope for _, scope in logged(storage)] == ["CarePlan/3"]
    assert file.exists()


def test_a_line_that_is_no_entry_is_named(storage, folder, segments):
    segments.append(an_access(1))
    segments.close()
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes() + b"no entry\n")

    assert len(collect(storage, folder, at=at(1)).faults) == 1


def test_a_torn_last_line_is_told_and_kept_aside(storage, folder, segments):
    segments.append(an_access(1))
    segments.close()
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes() + b'{"hash":"0')

    done = collect(storage, folder, at=at(1))

    assert (done.entries, done.sealed) == (1, 1)
    assert done.faults == [f"segment {file.stem} ends in the middle of an entry"]
    assert [path.suffix for path in folder.iterdir()] == [".torn"]
    assert collect(storage, folder, at=at(2)).faults == []


def test_where_there_is_no_room_nothing_is_half_written(folder, segments, monkeypatch):
    segments.append(an_access(1))
    (file,) = folder.iterdir()
    before = file.read_bytes()
    whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, line: whole(descriptor, line[:10]))

    with pytest.raises(StorageFull):
        segments.append(an_access(2))

    assert file.read_bytes() == before
    monkeypatch.undo()
    segments.append(an_access(2))
    assert file.read_bytes().count(b"\n") == 2


def test_every_line_is_on_the_disk_at_once_where_the_deployment_says_so(folder, monkeypatch):
    synced: list[int] = []
    segments = AccessSegments(folder, synced_at_once=True)
    segments.append(an_access(1))
    monkeypatch.setattr(os, "fsync", synced.append)

    segments.append(an_access(2))
    segments.append(an_access(3))

    assert len(synced) == 2
    monkeypatch.undo()
    segments.close()


def test_a_line_is_on_the_disk_soon_after_it_was_written(segments, monkeypatch):
    segments.append(an_access(1))
    synced = Event()
    monkeypatch.setattr(os, "fsync", lambda _: synced.set())

    segments.append(an_access(2))

    assert synced.wait(timeout=1)


class SlowToClear(Event):
    """An event that is set again by others while it is being cleared."""

    @override
    def clear(self):
        sleep(0.02)
        super().clear()


def test_a_file_is_closed_even_while_its_lines_go_to_the_disk(folder, monkeypatch):
    monkeypatch.setattr("service.storage.access_log.segments.Event", SlowToClear)
    monkeypatch.setattr("service.storage.access_log.segments._SYNCED_AFTER_SECONDS", 0)
    opened = AccessSegments(folder)
    opened.append(an_access())
    closing = Thread(target=opened.close, daemon=True)
    sleep(0.01)

    closing.start()

    closing.join(timeout=10)
    assert not closing.is_alive()


def change(storage, number, minutes):
    """A change that leaves its access in its own transaction."""
    with writing(storage, minutes) as work:
        work.resources.add(a_reading(f"a{number}"), stamp)
        work.access_log.add(an_access(number, minutes))
        work.access_log.add(an_access(number + 100, minutes))


class Interrupted(Exception):
    """What a workflow may raise in the middle of its work."""


def test_a_change_leaves_its_access_if_and_only_if_it_is_committed(storage):
    def stop_halfway(work):
        work.access_log.add(an_access(2))
        raise Interrupted

    change(storage, 1, 0)
    with pytest.raises(Interrupted):
        storage.carry_out(stop_halfway, actor="tests", request="half", at=at(1))
    change(storage, 3, 2)

    assert logged(storage) == [
        (1, "CarePlan/1"),
        (2, "CarePlan/101"),
        (3, "CarePlan/3"),
        (4, "CarePlan/103"),
    ]
    assert faults(storage) == []


def test_changes_are_sealed_once_their_segment_is_over(storage, folder):
    change(storage, 1, 0)
    change(storage, 2, 70)

    early = collect(storage, folder, at=at(110))
    late = collect(storage, folder, at=at(150))
    last = collect(storage, folder, at=at(150) + timedelta(days=1))

    assert [done.sealed for done in (early, late, last)] == [0, 1, 1]
    assert faults(storage) == []


@pytest.fixture
def sealed(storage, folder):
    """A log of two sealed segments with two entries each."""
    for _ in range(2):
        segments = AccessSegments(folder)
        segments.append(an_access(1))
        segments.append(an_access(2))
        segments.close()
        collect(storage, folder, at=at(1))
    assert faults(storage) == []
    return storage


_first_entry = access_log.c.number == 1
_last_entry = access_log.c.number == 2


@pytest.mark.parametrize(
    "tampering",
    [
        update(access_log).where(_first_entry).values(who="somebody else"),
        delete(access_log).where(_first_entry),
        delete(access_log).where(_last_entry),
        delete(access_log_patients).where(access_log_patients.c.number == 2),
        update(access_log_patients).values(patient=99),
        delete(access_log_segments).where(access_log_segments.c.seal_number == 1),
        update(access_log_segments).values(last_number=1),
        update(access_log_segments).values(seal="0" * 64),
    ],
    ids=str,
)
def test_whatever_is_altered_or_taken_out_of_the_log_is_found(sealed, tampering):
    with sealed.engine.begin() as connection:
        connection.execute(tampering)

    assert faults(sealed) != []


def test_a_file_is_its_owners_alone(folder, segments):
    segments.append(an_access(1))

    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
