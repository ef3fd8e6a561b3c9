from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from apps.core.running.supervisor import Program, Supervisor, ending_with_us
from tests.support.waiting import wait_until

STAYS = "import time; print('here', flush=True); time.sleep(600)"
FAILS = "import sys; print('this went wrong'); sys.exit(3)"
# Has a child of its own, and neither heeds a request to stop.
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen([sys.executable, '-c', 'import signal, time;"
    " signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)']); print(child.pid, flush=True); time.sleep(600)"
)


def program(name: str, code: str, **options: bool) -> Program:
    return Program(name, [sys.executable, "-c", code], **options)


def supervise(*programs: Program, meanwhile: Callable[[Supervisor], None] | None = None) -> tuple[int, str]:
    """The exit code and everything that was printed."""
    output = io.StringIO()
    supervisor = Supervisor(programs, env=dict(os.environ), output=output)
    code = supervisor.run(meanwhile=lambda it: meanwhile(it) if meanwhile else None)
    return code, output.getvalue()


def is_alive(pid: int) -> bool:
    try:
        # A process that has ended but that nobody has asked about still has a number.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_process_that_ends_by_itself_stops_the_rest_and_is_named(capsys):
    code, printed = supervise(program("web", STAYS), program("worker", FAILS))

    assert code == 1
    assert "worker | this went wrong" in printed
    assert "worker ended by itself (exit code 3)" in capsys.readouterr().err


def test_a_program_that_cannot_be_started_stops_the_rest_too(monkeypatch, capsys):
    monkeypatch.setattr("shutil.which", lambda _: None)
    code, printed = supervise(program("web", STAYS), Program("queue", ["/does/not/exist"]))

    assert code == 1
    assert "queue | cannot be started: No such file or directory" in printed
    assert "queue ended by itself (exit code 127)" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_each_way_to_ask_stops_everything_without_a_failure(number):
    output = io.StringIO()
    supervisor = Supervisor([program("web", STAYS)], env=dict(os.environ), output=output)

    def ask(_: Supervisor) -> None:
        wait_until(lambda: "here" in output.getvalue())
        os.kill(os.getpid(), number)

    assert supervisor.run(meanwhile=ask) == 0


def test_what_others_lean_on_is_stopped_last():
    says_when = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print({!r}, flush=True)));"
    says_when += "print('here', flush=True); time.sleep(600)"
    output = io.StringIO()
    programs = [
        program("queue", says_when.format("queue stops"), is_foundation=True),
        program("worker", says_when.format("worker stops")),
    ]

    def ask(_: Supervisor) -> None:
        wait_until(lambda: output.getvalue().count("here") == 2)
        os.kill(os.getpid(), signal.SIGTERM)

    Supervisor(programs, env=dict(os.environ), output=output).run(meanwhile=ask)
    assert output.getvalue().index("worker stops") < output.getvalue().index("queue stops")


def test_a_program_that_can_wait_starts_when_it_is_told():
    seen: list[bool] = []
    output = io.StringIO()
    programs = [program("web", STAYS), program("beat", "print('beat is up')", can_wait=True)]
    supervisor = Supervisor(programs, env=dict(os.environ), output=output)

    def tell(it: Supervisor) -> None:
        wait_until(lambda: "here" in output.getvalue())
        seen.append("beat" in output.getvalue())
        it.start_the_rest()

    supervisor.run(meanwhile=tell)
    assert seen == [False]
    assert "beat is up" in output.getvalue()


def test_a_process_that_does_not_stop_is_killed_with_its_children(monkeypatch):
    monkeypatch.setattr("apps.core.running.supervisor.GRACE", timedelta(milliseconds=200))
    output = io.StringIO()
    supervisor = Supervisor([program("worker", STUBBORN)], env=dict(os.environ), output=output)

    def ask(_: Supervisor) -> None:
        wait_until(lambda: "|" in output.getvalue())
        os.kill(os.getpid(), signal.SIGTERM)

    supervisor.run(meanwhile=ask)
    grandchild = int(output.getvalue().split("|")[1])
    wait_until(lambda: not is_alive(grandchild))


def test_processes_end_with_a_supervisor_that_was_killed():
    child = ending_with_us([sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"])
    parent = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess; subprocess.run({child!r})"], stdout=subprocess.PIPE
    )
    assert parent.stdout
    with parent.stdout:
        pid = int(parent.stdout.readline())
        parent.kill()
        parent.wait()

    wait_until(lambda: not is_alive(pid))


def test_an_ended_run_leaves_no_thread_of_its_own():
    before = threading.active_count()
    supervise(program("web", "pass"))
    wait_until(lambda: threading.active_count() <= before)
