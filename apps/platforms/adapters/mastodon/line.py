"""One server on the line: sends requests to its origin and turns refusals into named errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.mastodon import faults
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, PlatformError, TokenExpired


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to one origin, with the token of one account where there is one."""

    http: httpx.Client
    clock: Callable[[], datetime]
    origin: str
    token: Secret | None = None
    secrets: tuple[Secret, ...] = ()  # what must not appear in evidence
    is_renewable: bool = False  # a refused token may be over its time, and a refresh token is there

    @property
    def name(self) -> str:
        """The server as people name it: its host."""
        return urlsplit(self.origin).netloc

    def send(self, method: str, path: str, *, acting: bool = False, **request: Any) -> wire.Answer:
        """Send to `path`, or to a whole address; any status is an answer."""
        url = path if "://" in path else self.origin + path
        token = request.pop("token", self.token)
        return wire.send(self.http, method, url, platform=self.name, acting=acting, token=token, **request)

    def get(self, path: str, **request: Any) -> wire.Answer:
        return self.send("GET", path, **request)

    def read(self, path: str, **request: Any) -> dict[str, Any]:
        """A JSON object that must be there; raises what the refusal means, NotSent for an unreadable one."""
        answer = self.get(path, **request)
        if answer.status != 200:
            raise self.failure(answer)
        try:
            return answer.mapping()
        except wire.Unreadable:
            pass
        raise self.unreadable(answer)

    def failure(self, answer: wire.Answer, **context: Any) -> PlatformError:
        failure = faults.failure(answer, server=self.name, now=self.clock(), secrets=self.hidden, **context)
        if answer.status == 401 and self.is_renewable:
            return TokenExpired(
                f"The access to this account on {self.name} has to be renewed.", evidence=failure.evidence
            )
        return failure

    def unreadable(self, answer: wire.Answer) -> PlatformError:
        seen = wire.evidence(answer, code="unreadable", secrets=self.hidden)
        return NotSent(f"{self.name} gave an answer that makes no sense.", evidence=seen)

    @property
    def hidden(self) -> tuple[Secret, ...]:
        return (*self.secrets, *((self.token,) if self.token else ()))


def line_for(http: httpx.Client, clock: Callable[[], datetime], credential: Credential) -> Line:
    """The line of an account; everything secret in its credential is kept out of evidence."""
    secrets = [credential.refresh_token, *credential.extra.values()]
    if credential.client is not None:
        secrets.append(credential.client.client_secret)
    is_over = credential.expires_at is None or credential.expires_at <= clock()
    return Line(
        http,
        clock,
        credential.server,
        credential.access_token,
        tuple(secret for secret in secrets if secret),
        is_renewable=bool(credential.refresh_token) and is_over,
    )
