"""Processes beside the first one end with it."""

import os
import signal
import subprocess
import sys
from time import monotonic, sleep

import pytest

_PARENT = """
import time
from multiprocessing import get_context
from service.jobs.beside import end_with_parent

def wait():
    end_with_parent()
    time.sleep(600)

if __name__ == "__main__":
    child = get_context("{method}").Process(target=wait)
    child.start()
    print(child.pid, flush=True)
    time.sleep(600)
"""
_POOL = """
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children, get_context
from service.jobs.beside import ended_if_stopped, undisturbed

if __name__ == "__main__":
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool, ended_if_stopped():
            with undisturbed():
                pool.submit(time.sleep, 600)
            print(active_children()[0].pid, flush=True)
            time.sleep(600)
    except KeyboardInterrupt:
        sys.exit(5)
"""
PATIENCE_SECONDS = 30


def test_a_process_ends_when_the_one_that_started_it_is_killed() -> None:
    command = [sys.executable, "-c", _PARENT.format(method="fork")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        assert _ends(child)


@pytest.mark.usefixtures("terminal")
def test_where_all_are_stopped_the_processes_beside_end_without_a_word() -> None:
    command = [sys.executable, "-c", _POOL]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, signal.SIGINT)
        parent.send_signal(signal.SIGINT)
        told = parent.communicate(timeout=PATIENCE_SECONDS)[1]
        assert (parent.returncode, told) == (5, "")
        assert _ends(child)


def _ends(process: int) -> bool:
    given_up = monotonic() + PATIENCE_SECONDS
    while monotonic() < given_up:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        sleep(0.05)
    return False
