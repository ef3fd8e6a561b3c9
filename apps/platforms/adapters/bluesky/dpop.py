"""Sending with DPoP: each request carries a fresh proof that we hold the key its token is bound to.

A server hands out nonces, and refuses a proof without a current one before it does anything else: such a refusal is
answered once with a new proof, also for a write. Nonces belong to one server and are carried within one call of the
adapter, never longer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.bluesky import keys
from apps.platforms.adapters.bluesky.refusals import PLATFORM, name_and_message

Clock = Callable[[], datetime]
NONCE_REFUSED: Final = "use_dpop_nonce"
_MAX_NONCE = 512


@dataclass(frozen=True, slots=True)
class Prover:
    """Holds the key of one session, and the nonces its servers have given so far, by origin."""

    http: httpx.Client
    clock: Clock
    key: Secret
    nonces: MutableMapping[str, str] = field(default_factory=dict)

    def send(
        self, method: str, url: str, *, token: Secret | None = None, acting: bool = False, **request: Any
    ) -> wire.Answer:
        """As `http.send`, signed; repeated once if, and only if, the server asks for its nonce."""
        answer = self.send_once(method, url, token=token, acting=acting, **request)
        if self.may_repeat(answer, url):
            answer = self.send_once(method, url, token=token, acting=acting, **request)
        return answer

    def send_once(
        self, method: str, url: str, *, token: Secret | None = None, acting: bool = False, **request: Any
    ) -> wire.Answer:
        proof = _Proof(self.key, token=token, nonce=self.nonces.get(_origin(url), ""), now=self.clock())
        answer = wire.send(self.http, method, url, platform=PLATFORM, acting=acting, auth=proof, **request)
        nonce = answer.headers.get("dpop-nonce", "")
        if 0 < len(nonce) <= _MAX_NONCE:
            self.nonces[_origin(url)] = nonce
        return answer

    def may_repeat(self, answer: wire.Answer, url: str) -> bool:
        """Whether the server did nothing but ask for the nonce it has just given."""
        return asks_for_nonce(answer) and self.has_nonce(url)

    def has_nonce(self, url: str) -> bool:
        return _origin(url) in self.nonces


def asks_for_nonce(answer: wire.Answer) -> bool:
    """The refusal that precedes all work: 400 from an authorization server, 401 from a PDS."""
    if answer.status not in (400, 401):
        return False
    return name_and_message(answer)[0] == NONCE_REFUSED or NONCE_REFUSED in answer.headers.get("www-authenticate", "")


class _Proof(httpx.Auth):
    """Signs at the moment a request leaves, so that no local variable ever holds the token."""

    def __init__(self, key: Secret, *, token: Secret | None, nonce: str, now: datetime) -> None:
        self._key, self._token, self._nonce, self._now = key, token, nonce, now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["DPoP"] = keys.dpop_proof(
            self._key,
            method=request.method,
            url=str(request.url),
            now=self._now,
            nonce=self._nonce,
            access_token=self._token,
        )
        if self._token:
            request.headers["Authorization"] = f"DPoP {self._token.reveal()}"
        yield request


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
