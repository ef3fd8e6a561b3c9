"""What the lines of adapters have in common: requests by the permission registry, answers turned into named errors.

An adapter's own `Line` is one of these: it names the platform, reads its table of errors (`meaning`), and adds what is
peculiar to it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Self
from urllib.parse import quote

import httpx

from apps.core.secrets import Secret
from apps.platforms import calls
from apps.platforms import http as wire
from apps.platforms.calls import Call
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, PlatformError


@dataclass(frozen=True, slots=True)
class PlatformLine(ABC):
    """Requests to a platform with one home, with the token of one account where there is one. `secrets` are kept out of
    evidence, and so is everything secret in the credential."""

    label: ClassVar[str]  # as people say it

    http: httpx.Client
    endpoints: Mapping[str, str]
    clock: Callable[[], datetime]
    credential: Credential | None = None
    secrets: tuple[Secret, ...] = ()

    @abstractmethod
    def meaning(self, answer: wire.Answer, call: Call, **context: Any) -> PlatformError:
        """The error that a refusal stands for. `context` is what `failure` tells of the request: `now`, `secrets`,
        `is_reading`, `is_renewable` (there is a refresh token), `needs` (the scopes it wants), and what its caller
        adds."""

    @property
    def hidden(self) -> tuple[Secret, ...]:
        """What must not appear in evidence."""
        held = self.credential
        own = (held.access_token, held.refresh_token) if held else ()
        client = (held.client.client_secret,) if held and held.client else ()
        return tuple(one for one in (*self.secrets, *own, *client) if one)

    def for_account(self, credential: Credential) -> Self:
        return replace(self, credential=credential)

    # requests

    def endpoint(self, name: str) -> str:
        return self.endpoints[name].rstrip("/")

    def url(self, call: Call, *, id: str = "") -> str:
        """The address of a call, about the object `id` where it names one."""
        path = call.path.format(version=self.endpoints.get("version", ""), id=quote(id, safe=""))
        return self.endpoint(call.endpoint) + path

    def allows(self, call: Call) -> bool:
        """Whether the consent covers `call`, as far as it is known."""
        held = self.credential
        return held is None or not held.scopes or not call.lacks(held.scopes)

    def require(self, call: Call) -> None:
        """Raise MissingPermission for what the consent is known not to cover."""
        if self.credential is not None:
            calls.require(call, self.credential, label=self.label)

    def send(self, call: Call, *, id: str = "", url: str = "", acting: bool = False, **request: Any) -> wire.Answer:
        """Send; any status is an answer. Raises MissingPermission before anything leaves. `url` is the whole address,
        where an earlier answer named it."""
        self.require(call)
        token = self.credential.access_token if self.credential is not None else None
        url = url or self.url(call, id=id)
        return wire.send(self.http, call.method, url, platform=self.label, acting=acting, token=token, **request)

    def ask(self, call: Call, *, field: str = "", **request: Any) -> dict[str, Any]:
        """The object in an answer to a call that harms nobody when repeated; raises what a refusal means."""
        return self.understood(self.send(call, **request), call, field=field)

    # answers

    def understood(self, answer: wire.Answer, call: Call, **context: Any) -> dict[str, Any]:
        """The object in an answer; raises what a refusal means, NotSent for one that makes no sense."""
        if not answer.is_success:
            raise self.failure(answer, call, **context)
        try:
            return answer.mapping()
        except wire.Unreadable:
            pass
        raise self.unreadable(answer)

    def failure(self, answer: wire.Answer, call: Call, **context: Any) -> PlatformError:
        held = self.credential
        return self.meaning(
            answer,
            call,
            now=self.clock(),
            secrets=self.hidden,
            is_reading=call.method == "GET",
            is_renewable=bool(held and held.refresh_token),
            needs=call.scopes[0] if call.scopes else (),
            **context,
        )

    def unreadable(self, answer: wire.Answer) -> PlatformError:
        seen = wire.evidence(answer, code="unreadable", secrets=self.hidden)
        return NotSent(f"{self.label} gave an answer that makes no sense.", evidence=seen)
