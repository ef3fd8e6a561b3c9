"""Addresses at which no queue answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gone() -> Iterator[str]:
    """Nobody listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield _url(taken)


@contextmanager
def mute() -> Iterator[str]:
    """Somebody takes calls there, and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield _url(listening)


def _url(bound: socket.socket) -> str:
    return f"redis://127.0.0.1:{bound.getsockname()[1]}/0"
