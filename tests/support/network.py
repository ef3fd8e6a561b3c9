"""No socket leaves the machine: whoever tries fails the test, and no code can take it for an ordinary network error."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable
from typing import Any

import pytest

# Names that nobody can have answer as the network would, without asking it: *.invalid, and what is no host name at all.
HOST_NAME = re.compile(r"[A-Za-z0-9_.-]+")
LOCAL_NAMES = frozenset({"localhost", "", None})


class LeftTheMachine(BaseException):
    """Not an Exception, so that code which survives any error of a network does not survive this."""


@pytest.fixture(autouse=True, scope="session")
def _no_way_out() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _only_local(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _only_known(socket.getaddrinfo))
        yield


def _only_local(original: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
            raise LeftTheMachine(f"A test tried to reach {address}")
        return original(self, *arguments)

    return guarded


def _only_known(original: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in LOCAL_NAMES or _is_address(name):
            return original(host, *arguments, **options)
        if name.endswith(".invalid") or not HOST_NAME.fullmatch(name):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        raise LeftTheMachine(f"A test asked who {name} is")

    return guarded


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_local(host: str) -> bool:
    return host in LOCAL_NAMES or (_is_address(host) and ipaddress.ip_address(host.partition("%")[0]).is_loopback)
