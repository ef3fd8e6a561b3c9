"""The whole of Postroom, as a person gets it from `manage.py run`: on free ports, with a folder and a demo of its own.

It runs on the database of the leg: SQLite in its own folder with its own queue, or a new database of the PostgreSQL
cluster and the queue server of this test process.
"""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.support.sandbox import HOST, PORTS, ROOT, Sandbox, free_ports

READY = "Ctrl-C stops everything."
START_SECONDS = 120
STOP_SECONDS = 30
MAIL_SECONDS = 10
TRIES = 3  # a free port may be taken before we use it
PASSWORD = "northlight-demo"
# Of the tests' own process, which has other secrets, other settings and another queue.
OWN = ("DJANGO_SETTINGS_MODULE", "SECRET_KEY", "KEYRING", "POSTROOM_VAR", "DATABASE_URL", "REDIS_URL", "SANDBOX_URL")


class NotStarted(AssertionError):
    """`manage.py run` did not come to its greeting; the message ends with its words."""


class Postroom:
    """A running Postroom: `url`, its `sandbox`, what it has said, and ways to end it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.var = folder / "var"
        self._said = folder / "said.txt"
        self._given = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._start_on_free_ports()
        self.sandbox = Sandbox(f"http://{HOST}:{self.port + 1}")

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> str:
        """All that its processes have said, since the first start."""
        return self._said.read_text(errors="replace")

    def mail(self, *, to: str, link: str) -> str:
        """The newest address that holds `link` in a mail to this person, once it comes: a trial's log has all mail."""
        give_up = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < give_up:
            mails = "\n".join(line.partition("| ")[2] for line in self.log.splitlines()).split("Subject: ")
            found = [re.search(rf"https?://\S*{link}\S*", mail) for mail in mails if f"To: {to}" in mail]
            if addresses := [match.group() for match in found if match]:
                return addresses[-1]
            time.sleep(0.1)
        raise AssertionError(f"There is no such mail to {to}")

    @property
    def environment(self) -> dict[str, str]:
        """What a command of its own needs to work beside it."""
        inherited = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in OWN}
        own = {"POSTROOM_VAR": str(self.var), "PORT": str(self.port), "SANDBOX_PORT": str(self.port + 1)}
        return {**inherited, "DJANGO_SETTINGS_MODULE": "config.settings.development", **own, **self._given}

    def start(self) -> None:
        """Start it again where it was; NotStarted says why it would not."""
        before = len(self.log) if self._said.exists() else 0
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "run"], cwd=ROOT, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip
        give_up = time.monotonic() + START_SECONDS
        while READY not in self.log[before:]:
            if self._process.poll() is not None or time.monotonic() > give_up:
                self.pull_the_plug()
                raise NotStarted(self.log[before:])
            time.sleep(0.1)

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        return self._end(signal.SIGINT)

    def pull_the_plug(self) -> None:
        """SIGKILL, for it and everything it started, before anybody can put anything in order."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._end(signal.SIGKILL)
        self.wait_for_silence()

    def processes(self) -> list[int]:
        """Every living process that was started with its folder, whoever its parent is by now."""
        mark = f"POSTROOM_VAR={self.var}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and mark in _environ(entry).split(b"\0"):
                found.append(int(entry.name))
        return found

    def wait_for_silence(self) -> list[int]:
        """Wait until none of its processes lives; those that still do in the end."""
        give_up = time.monotonic() + STOP_SECONDS
        while (left := self.processes()) and time.monotonic() < give_up:
            time.sleep(0.05)
        return left

    def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.poll() is None:
            process.send_signal(number)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def _start_on_free_ports(self) -> None:
        for tries_left in reversed(range(TRIES)):
            self.port = free_ports(1 + PORTS)
            try:
                self.start()
                break
            except NotStarted as reason:
                if not tries_left or "is taken by another program" not in str(reason):
                    raise


@contextmanager
def postroom(**environment: str) -> Iterator[Postroom]:
    """Run Postroom; in the end it stops on Ctrl-C without an error and leaves no process behind."""
    with tempfile.TemporaryDirectory(prefix="postroom-journey-") as folder, _database() as place:
        running = Postroom(Path(folder), {**place, **environment})
        try:
            yield running
            assert running.stop() == 0, running.log
            assert running.wait_for_silence() == []
        finally:
            running.sandbox.close()
            running.pull_the_plug()


@pytest.fixture(scope="session")
def running() -> Iterator[Postroom]:
    """One Postroom for all journeys that do not break it; each walks with accounts and people of its own."""
    with postroom() as started:
        yield started


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    """Where it keeps its rows: nothing to say on SQLite, else a database of its own, made and dropped by the owner."""
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        yield {}
        return
    name = f"journey_{secrets.token_hex(6)}"
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {
                "DATABASE_URL": urlunsplit(urlsplit(address)._replace(path=f"/{name}")),
                "REDIS_URL": os.environ["REDIS_URL"],
            }
        finally:
            owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _environ(entry: Path) -> bytes:
    try:
        return (entry / "environ").read_bytes()
    except OSError:  # It ended meanwhile, or belongs to somebody else.
        return b""
