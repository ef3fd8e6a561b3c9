"""Ports of this machine: which are taken, and one that is free."""

from __future__ import annotations

import errno
import socket

LOOPBACK = "127.0.0.1"


def is_taken(port: int, *, host: str = LOOPBACK) -> bool:
    """Whether somebody else listens there. Connections of an earlier server that still linger do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise
    return False


def free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
