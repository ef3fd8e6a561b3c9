"""Instagram on the line: its three hosts, and answers turned into named errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.instagram import faults
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, PlatformError

# The Graph version is a setting: guides and practice name different ones.
DEFAULT_ENDPOINTS: Mapping[str, str] = {
    "login": "https://www.instagram.com",
    "api": "https://api.instagram.com",
    "graph": "https://graph.instagram.com",
    "version": "v26.0",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to Instagram, with the token of one account where there is one."""

    http: httpx.Client
    endpoints: Mapping[str, str]
    clock: Callable[[], datetime]
    token: Secret | None = None
    secrets: tuple[Secret, ...] = ()

    @property
    def hidden(self) -> tuple[Secret, ...]:
        return (*self.secrets, *((self.token,) if self.token else ()))

    def endpoint(self, name: str) -> str:
        return (self.endpoints.get(name) or DEFAULT_ENDPOINTS[name]).rstrip("/")

    def graph(self, path: str) -> str:
        """The address of `path` in the Graph API, with its version."""
        return f"{self.endpoint('graph')}/{self.endpoint('version')}/{path}"

    def send(self, method: str, url: str, *, acting: bool = False, **request: Any) -> wire.Answer:
        """Send; any status is an answer."""
        return wire.send(self.http, method, url, platform="Instagram", acting=acting, token=self.token, **request)

    def read(self, path: str, *, needs: tuple[str, ...] = (), field: str = "", **params: str) -> dict[str, Any]:
        """A JSON object of the Graph API; raises what the refusal means, NotSent for an unreadable one."""
        answer = self.send("GET", self.graph(path), params=params)
        return self.understood(answer, needs=needs, field=field)

    def understood(self, answer: wire.Answer, **context: Any) -> dict[str, Any]:
        """The object in an answer to a call that harms nobody when repeated."""
        if answer.is_success and faults.read_fault(answer) == faults.Fault():
            try:
                return answer.mapping()
            except wire.Unreadable:
                pass
            raise self.unreadable(answer)
        raise self.failure(answer, **context)

    def failure(self, answer: wire.Answer, **context: Any) -> PlatformError:
        return faults.failure(answer, faults.Context(now=self.clock(), secrets=self.hidden, **context))

    def unreadable(self, answer: wire.Answer) -> PlatformError:
        seen = wire.evidence(answer, code="unreadable", secrets=self.hidden)
        return NotSent("Instagram gave an answer that makes no sense.", evidence=seen)

    def for_account(self, credential: Credential) -> Line:
        """This line with the token of an account; everything secret in its credential is kept out of evidence."""
        secrets = [credential.refresh_token, *credential.extra.values()]
        if credential.client is not None:
            secrets.append(credential.client.client_secret)
        return replace(self, token=credential.access_token, secrets=tuple(secret for secret in secrets if secret))


def remote_id(said: Mapping[str, Any], name: str = "id") -> str:
    """An id out of an answer, which the platform writes as text or as a number; "" if there is none."""
    value = said.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    return value if isinstance(value, str) else ""
