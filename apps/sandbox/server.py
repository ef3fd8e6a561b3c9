"""One process, one loop, one uvicorn server that listens on several ports and has an application for each."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator, Mapping
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from apps.sandbox.core import html
from apps.sandbox.core.calls import HangUp

HOST = "127.0.0.1"
# Long enough for an answer under way, short enough for a person at the keyboard.
GRACE_SECONDS = 1


class PortTaken(Exception):
    """The message names the port."""


class Ports:
    """Hands each request to the application of the port it came in by; the stylesheet is on every port."""

    def __init__(self, applications: Mapping[int, ASGIApp]) -> None:
        self._applications = dict(applications)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        application = self._applications[scope["server"][1]]
        if scope["path"] == html.STYLESHEET_PATH:
            application = html.stylesheet()
        try:
            await application(scope, receive, send)
        except asyncio.CancelledError:
            # The sandbox is stopping and this answer would have taken too long: end it in silence.
            with contextlib.suppress(asyncio.CancelledError):
                await HangUp()(scope, receive, send)


class Line(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """A connection that an application can hang up without an answer: `scope["state"]["hang_up"]()`."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state: dict[str, Any] = {**self.app_state, "hang_up": transport.close}


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on the first SIGTERM or SIGINT, and leave with 0: being told to stop is no accident."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield


def listen(port: int) -> socket.socket:
    """A listening socket on this machine alone; port 0 takes a free one."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
        sock.listen(2048)
    except OSError as error:
        sock.close()
        raise PortTaken(f"Port {port} on {HOST} cannot be used ({error.strerror}).") from error
    sock.setblocking(False)
    return sock


def serve(applications: Mapping[int, ASGIApp], sockets: list[socket.socket]) -> None:
    """Serve until a signal says stop."""
    config = uvicorn.Config(
        Ports(applications),
        http=Line,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=60,
    )
    Server(config).run(sockets=sockets)
