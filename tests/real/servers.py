"""Servers that others wrote, installed from ordinary packages and started for the length of a test session.

npm's packages are kept in a cache folder, `var/real` or what POSTROOM_REAL_CACHE names. Everything listens on 127.0.0.1
on a free port and is ended by its own process id.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("POSTROOM_REAL_CACHE", HERE.parents[1] / "var" / "real"))
INSTALL_SECONDS = 900
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class BlueskyAccount:
    did: str
    handle: str
    password: str
    app_password: str


@dataclass(frozen=True, slots=True)
class BlueskyNetwork:
    """A PDS that is its own authorization server and handle resolver, and a PLC directory."""

    pds: str
    plc: str
    accounts: tuple[BlueskyAccount, ...]

    @property
    def endpoints(self) -> dict[str, str]:
        return {"resolver": self.pds, "plc": self.plc, "app": "https://bsky.app", "development": "1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def bluesky_network() -> Iterator[BlueskyNetwork]:
    """Start a real PDS; the first time ever, install it, which takes about three minutes."""
    command = ["node", str(HERE / "pds.mjs"), str(free_port()), str(free_port())]
    with _running(command, folder=_node_packages()) as first_line:
        facts = json.loads(first_line)
        accounts = tuple(
            BlueskyAccount(each["did"], each["handle"], each["password"], each["appPassword"])
            for each in facts["accounts"]
        )
        yield BlueskyNetwork(pds=facts["pds"], plc=facts["plc"], accounts=accounts)


@dataclass(frozen=True, slots=True)
class MastodonServer:
    """A third party's stateful Mastodon in memory; anybody may sign in as `username` on its consent page."""

    origin: str
    username: str


@contextmanager
def mastodon_server() -> Iterator[MastodonServer]:
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    program = Path(sys.executable).with_name("mastodon_mock")
    command = [str(program), "serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+") as log:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait_until_it_answers(f"{origin}/api/v2/instance", process, Path(log.name))
            yield MastodonServer(origin, username="testuser")
        finally:
            process.terminate()
            _end(process)


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(url, timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"{url} does not answer:\n{log.read_text()}")


def _node_packages() -> Path:
    """The folder that holds node_modules as tests/real/package.json pins them."""
    folder = CACHE / "node"
    wanted = (HERE / "package.json").read_text()
    stamp = folder / "installed.json"
    if not stamp.exists() or stamp.read_text() != wanted:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", ".npmrc"):
            shutil.copy(HERE / name, folder / name)
        subprocess.run(["npm", "install"], cwd=folder, check=True, timeout=INSTALL_SECONDS, stdout=subprocess.DEVNULL)
        stamp.write_text(wanted)
    return folder


@contextmanager
def _running(command: list[str], *, folder: Path) -> Iterator[str]:
    """Run `command` while the block lasts, and give the first line of JSON it prints, or fail with its last words."""
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=_pump, args=(process, lines), daemon=True)
    reader.start()
    try:
        yield _first_json(lines, command)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        _end(process)
        reader.join(timeout=5)
        assert process.stdout is not None
        process.stdout.close()


def _end(process: subprocess.Popen[Any]) -> None:
    """Wait for a process that was told to go, and no longer than it deserves."""
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _pump(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    """Keep reading, so that a chatty server never blocks on a full pipe."""
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")


def _first_json(lines: queue.Queue[str], command: list[str]) -> str:
    said: list[str] = []
    while True:
        try:
            line = lines.get(timeout=START_SECONDS)
        except queue.Empty:
            raise AssertionError(f"{command[0]} said nothing for {START_SECONDS} s:\n{''.join(said)}") from None
        if not line:
            raise AssertionError(f"{command[0]} ended before it was ready:\n{''.join(said)}")
        if line.startswith("{") and line.rstrip().endswith("}"):
            return line
        said.append(line)
