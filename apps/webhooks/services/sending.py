"""The way to an endpoint and back: nothing here reads or writes a row."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self
from uuid import UUID

import httpx

from apps.core import clock, outbound
from apps.core.secrets import Secret
from apps.webhooks import signing

TIMEOUT: Final = timedelta(seconds=15)
KEPT: Final = 20_000  # bytes of an answer
LINES: Final = 8
CLOSED: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent, where to, and what signs it."""

    endpoint_id: UUID
    url: str
    message_id: str
    body: bytes
    secrets: tuple[Secret, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """How it was answered. `status` 0: not at all, and `problem` says why."""

    started_at: datetime
    milliseconds: int = 0
    status: int = 0
    text: str = ""
    problem: str = ""
    retry_after: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


class Lines:
    """Guarded clients that many threads share. An endpoint is always called on the same one, which keeps its
    connections; each looks after few, for it looks at all of them each time."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._clients = [self._stack.enter_context(outbound.client(timeout=TIMEOUT)) for _ in range(LINES)]

    def send(self, letter: Letter) -> Answer:
        """Sign it now and send it; raises nothing that a receiver can bring about."""
        client = self._clients[letter.endpoint_id.int % LINES]
        answer, began = Answer(clock.now()), time.monotonic()
        try:
            try:
                answer = _answered(client, letter, answer)
            except CLOSED:  # A connection that was kept open may be closed from there just as it is used again.
                answer = _answered(client, letter, answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            answer = replace(answer, problem=_words(error))
        return replace(answer, milliseconds=int((time.monotonic() - began) * 1000))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def _answered(client: httpx.Client, letter: Letter, answer: Answer) -> Answer:
    signed = signing.headers(
        message_id=letter.message_id, at=answer.started_at, body=letter.body, secrets=letter.secrets
    )
    headers = {"Content-Type": "application/json", **signed}
    with client.stream("POST", letter.url, content=letter.body, headers=headers) as response:
        answer = replace(answer, status=response.status_code, retry_after=_retry_after(response.headers))
        try:
            return replace(answer, text=_beginning(response))
        except httpx.HTTPError as error:  # The status was told, and is what counts.
            return replace(answer, problem=_words(error))


def _beginning(response: httpx.Response) -> str:
    found = b""
    for piece in response.iter_raw():
        found += piece
        if len(found) >= KEPT:
            break
    return found[:KEPT].decode(errors="replace").replace("\0", "")


def _retry_after(headers: httpx.Headers) -> timedelta | None:
    """In seconds, or as a date; whatever else it says, it says nothing."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 8:
        return timedelta(seconds=int(text))
    try:
        return max(parsedate_to_datetime(text) - clock.now(), timedelta())
    except (ValueError, TypeError, OverflowError):
        return None


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
