"""Hears every command that a queue server is given, Celery's messages among them."""

from __future__ import annotations

import base64
import binascii
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import redis

ENCODED = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")  # Celery writes the body of a message in base64


class Heard:
    """What was said since `listening` began."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    @property
    def text(self) -> str:
        """All commands, and what is written in base64 in them once more in the clear."""
        commands = "\n".join(self.commands)
        return "\n".join([commands, *filter(None, map(_decoded, ENCODED.findall(commands)))])


@contextmanager
def listening(url: str) -> Iterator[Heard]:
    heard = Heard()
    with redis.Redis.from_url(url) as client, client.monitor() as monitor:
        ear = threading.Thread(target=_listen, args=(monitor, heard), daemon=True)
        ear.start()
        try:
            yield heard
        finally:
            monitor.connection.disconnect()
            ear.join(timeout=5)


def _listen(monitor: redis.client.Monitor, heard: Heard) -> None:
    while True:
        try:
            heard.commands.append(monitor.next_command()["command"])
        except (redis.RedisError, OSError, ValueError, AttributeError):
            return  # the connection was closed


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
