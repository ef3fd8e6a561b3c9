"""Pinterest on the line: requests by the permission registry, and answers turned into named errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.pinterest import faults, permits
from apps.platforms.adapters.pinterest.faults import LABEL
from apps.platforms.calls import Call, require
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, PlatformError

# `max_description` is what a description may have, on which Pinterest's own pages disagree: 500 or 800.
DEFAULT_ENDPOINTS: Final[Mapping[str, str]] = {
    "login": "https://www.pinterest.com",
    "api": "https://api.pinterest.com",
    "version": "v5",
    "max_description": "500",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to Pinterest, with the token of one account where there is one."""

    http: httpx.Client
    endpoints: Mapping[str, str]
    clock: Callable[[], datetime]
    credential: Credential | None = None
    secrets: tuple[Secret, ...] = ()

    @property
    def hidden(self) -> tuple[Secret, ...]:
        """What must not appear in evidence."""
        held = self.credential
        if held is None:
            return self.secrets
        secret = held.client.client_secret if held.client else Secret("")
        return tuple(one for one in (*self.secrets, held.access_token, held.refresh_token, secret) if one)

    def endpoint(self, name: str) -> str:
        return self.endpoints[name].rstrip("/")

    def require(self, call: Call) -> None:
        """Raise MissingPermission for what the consent is known not to cover."""
        if self.credential is not None:
            require(call, self.credential, label=LABEL)

    def send(self, call: Call, *, id: str = "", acting: bool = False, **request: Any) -> wire.Answer:
        """Send; any status is an answer. Raises MissingPermission before anything leaves."""
        self.require(call)
        token = self.credential.access_token if self.credential is not None else None
        url = self.endpoint(call.endpoint) + call.path.format(version=self.endpoints["version"], id=quote(id, safe=""))
        return wire.send(self.http, call.method, url, platform=LABEL, acting=acting, token=token, **request)

    def ask(self, call: Call, *, field: str = "", **request: Any) -> dict[str, Any]:
        """The object in an answer to a call that harms nobody when repeated; raises what a refusal means."""
        return self.understood(self.send(call, **request), call, field=field)

    def understood(self, answer: wire.Answer, call: Call, **context: Any) -> dict[str, Any]:
        if answer.is_success:
            try:
                return answer.mapping()
            except wire.Unreadable:
                pass
            raise self.unreadable(answer)
        raise self.failure(answer, call, **context)

    def pages(self, call: Call, *, id: str = "", most: int, **params: str) -> Iterator[Page]:
        """The pages of a listing, at most `most` of them; raises NotSent for what is no listing."""
        for _ in range(most):
            answer = self.send(call, id=id, params=params)
            said = self.understood(answer, call)
            items = said.get("items")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise self.unreadable(answer)
            bookmark = text_in(said, "bookmark")
            yield Page(tuple(items), bookmark, answer)
            if not bookmark:
                return
            params = {**params, "bookmark": bookmark}

    def failure(self, answer: wire.Answer, call: Call, *, acting: bool = False, field: str = "") -> PlatformError:
        held = self.credential
        context = faults.Context(
            now=self.clock(),
            secrets=self.hidden,
            acting=acting,
            is_reading=call.method == "GET",
            is_of_a_pin=call in permits.OF_A_PIN,
            is_renewable=bool(held and held.refresh_token),
            needs=call.scopes[0] if call.scopes else (),
            field=field,
        )
        return faults.failure(answer, context)

    def unreadable(self, answer: wire.Answer) -> PlatformError:
        seen = wire.evidence(answer, code="unreadable", secrets=self.hidden)
        return NotSent("Pinterest gave an answer that makes no sense.", evidence=seen)

    def for_account(self, credential: Credential) -> Line:
        return replace(self, credential=credential)

    def pin_url(self, remote_id: str) -> str:
        return f"{self.endpoint('login')}/pin/{remote_id}/"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a listing; `bookmark` leads to the next one, "" is the end."""

    items: tuple[dict[str, Any], ...]
    bookmark: str
    answer: wire.Answer


def text_in(said: Mapping[str, Any], name: str) -> str:
    """The text under `name`, "" for none; ids are digits in text, and numbers where Pinterest forgot."""
    value = said.get(name)
    if name.endswith("id") and isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    return value if isinstance(value, str) else ""


def object_in(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under `name`; empty where there is none."""
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def is_id(written: str) -> bool:
    return written.isascii() and written.isdecimal()
