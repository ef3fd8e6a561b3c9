"""One server on the line: sends requests by the permission registry and turns refusals into named errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.mastodon import faults
from apps.platforms.calls import Call, require
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, PlatformError, TokenExpired


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to one origin, for one account where there is one."""

    http: httpx.Client
    clock: Callable[[], datetime]
    origin: str
    credential: Credential | None = None
    secrets: tuple[Secret, ...] = ()  # what must not appear in evidence

    @property
    def name(self) -> str:
        """The server as people name it: its host."""
        return urlsplit(self.origin).netloc

    def send(
        self, call: Call, *, id: str = "", url: str = "", acting: bool = False, with_token: bool = True, **request: Any
    ) -> wire.Answer:
        """Send `call`, about the object `id` where it names one, or to the whole address that a server named for it.

        Any status is an answer. Raises MissingPermission before anything leaves."""
        token = None
        if self.credential is not None and with_token:
            require(call, self.credential, label=self.name)
            token = self.credential.access_token
        address = url or self.origin + call.path.replace("{id}", quote(id, safe=""))
        return wire.send(self.http, call.method, address, platform=self.name, acting=acting, token=token, **request)

    def read(self, call: Call, **request: Any) -> dict[str, Any]:
        """A JSON object that must be there; raises what the refusal means, NotSent for an unreadable one."""
        answer = self.send(call, **request)
        if answer.status != 200:
            raise self.failure(answer, call)
        try:
            return answer.mapping()
        except wire.Unreadable:
            pass
        raise self.unreadable(answer)

    def failure(self, answer: wire.Answer, call: Call, **context: Any) -> PlatformError:
        needs = call.scopes[0] if call.scopes else ()
        found = faults.failure(answer, server=self.name, now=self.clock(), secrets=self.hidden, needs=needs, **context)
        if answer.status == 401 and self._is_renewable:
            words = f"The access to this account on {self.name} has to be renewed."
            return TokenExpired(words, evidence=found.evidence)
        return found

    def unreadable(self, answer: wire.Answer) -> PlatformError:
        seen = wire.evidence(answer, code="unreadable", secrets=self.hidden)
        return NotSent(f"{self.name} gave an answer that makes no sense.", evidence=seen)

    @property
    def hidden(self) -> tuple[Secret, ...]:
        return (*self.secrets, *((self.credential.access_token,) if self.credential else ()))

    @property
    def _is_renewable(self) -> bool:
        """Whether a refused token may be over its time, and a refresh token is there."""
        own = self.credential
        if own is None or not own.refresh_token:
            return False
        return own.expires_at is None or own.expires_at <= self.clock()


def line_for(http: httpx.Client, clock: Callable[[], datetime], credential: Credential) -> Line:
    """The line of an account; everything secret in its credential is kept out of evidence."""
    secrets = [credential.refresh_token, *credential.extra.values()]
    if credential.client is not None:
        secrets.append(credential.client.client_secret)
    return Line(http, clock, credential.server, credential, tuple(secret for secret in secrets if secret))
