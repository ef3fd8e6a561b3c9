"""HTTP/1.1 as plain as it can be had: one request at a time on a connection, an answer after a while.

A server framework costs more for each request than all the rest here. So: no pipelining, no chunked bodies, no
compression, nothing that a client has not to send anyway.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final, Protocol
from urllib.parse import parse_qsl

MOST_HEAD_BYTES: Final = 64 * 1024
REASONS: Final = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 500: "Internal Server Error",
    503: "Service Unavailable",
}  # fmt: skip

Later = Callable[[float, Callable[[], None]], object]


@dataclass(slots=True)
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]  # names in small letters
    body: bytes = b""

    @property
    def token(self) -> str:
        """The bearer token; empty if there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.query))

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    body: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """How a request is met: `act` after `pause` seconds, and its answer `latency` seconds later; None hangs up."""

    act: Callable[[], Answer | None]
    pause: float = 0.0
    latency: float = 0.0


class Server(Protocol):
    def turn(self, request: Request) -> Turn: ...


class Line(asyncio.Protocol):
    """A connection. `later` is the loop's `call_later`, so that a test may be the clock."""

    def __init__(self, server: Server, later: Later) -> None:
        self._server, self._later = server, later
        self._unread = b""
        self._request: Request | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's types know no better
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if self._request is None and not self._read_head():
            return
        if request := self._read_body():
            turn = self._server.turn(request)
            self._after(turn.pause, lambda: self._meet(turn))

    def _read_head(self) -> bool:
        head, end, rest = self._unread.partition(b"\r\n\r\n")
        if not end:
            if len(head) > MOST_HEAD_BYTES:
                self._hang_up()
            return False
        try:
            self._request = _parsed(head)
        except ValueError:
            self._hang_up()
            return False
        self._unread = rest
        return True

    def _read_body(self) -> Request | None:
        request = self._request
        length = int(request.headers["content-length"]) if request else 0
        if request is None or len(self._unread) < length:
            return None
        request.body, self._unread = self._unread[:length], self._unread[length:]
        self._request = None
        return request

    def _meet(self, turn: Turn) -> None:
        answer = turn.act()
        self._after(turn.latency, lambda: self._write(answer))

    def _after(self, seconds: float, callback: Callable[[], None]) -> None:
        if seconds > 0:
            self._later(seconds, callback)
        else:
            callback()

    def _write(self, answer: Answer | None) -> None:
        if answer is None:
            self._hang_up()
        elif self._transport is not None:
            self._transport.write(_bytes_of(answer))

    def _hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _parsed(head: bytes) -> Request:
    """A request without its body; raises ValueError for what is none."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    int(headers.setdefault("content-length", "0"))
    return Request(method, path, query, headers)


def _bytes_of(answer: Answer) -> bytes:
    body = answer.body.encode()
    head = (
        f"HTTP/1.1 {answer.status} {REASONS[answer.status]}\r\nDate: {_date()}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


_dates: dict[int, str] = {}


def _date() -> str:
    """Formatted once a second."""
    now = int(time.time())
    if now not in _dates:
        _dates.clear()
        _dates[now] = formatdate(now, usegmt=True)
    return _dates[now]
