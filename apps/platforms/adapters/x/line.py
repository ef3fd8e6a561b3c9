"""X on the line: requests that the registry of calls knows, and answers turned into named errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.x import faults, rights
from apps.platforms.calls import Call, require
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, PlatformError

SNOWFLAKE_EPOCH_MS = 1288834974657

# Since August 2026 X says "post" where it said "tweet", in its specification but not in its guides: `spelling` is the
# one that is tried first ("tweet" or "post"), and both are read. `long_text` is what accounts with a subscription may
# write, which sources put at 4,000 or at 25,000.
DEFAULT_ENDPOINTS: Mapping[str, str] = {
    "login": "https://x.com",
    "api": "https://api.x.com",
    "spelling": "tweet",
    "long_text": "25000",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to X, with the token of one account where there is one."""

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

    def url(self, call: Call, **parts: str) -> str:
        path = call.path.format(**{name: quote(part, safe="") for name, part in parts.items()})
        return self.endpoint(call.endpoint) + path

    def send(self, call: Call, *, id: str = "", acting: bool = False, **request: Any) -> wire.Answer:
        """Send; any status is an answer. Raises MissingPermission before anything leaves."""
        token = None
        if self.credential is not None:
            require(call, self.credential, label="X")
            token = self.credential.access_token
        url = self.url(call, id=id)
        return wire.send(self.http, call.method, url, platform="X", acting=acting, token=token, **request)

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

    def failure(self, answer: wire.Answer, call: Call, **context: Any) -> PlatformError:
        held = self.credential
        return faults.failure(
            answer,
            faults.Context(
                now=self.clock(),
                secrets=self.hidden,
                is_reading=call.method == "GET",
                can_be_gone=call in rights.OF_ONE,
                is_renewable=bool(held and held.refresh_token),
                needs=call.scopes[0] if call.scopes else (),
                **context,
            ),
        )

    def unreadable(self, answer: wire.Answer) -> PlatformError:
        seen = wire.evidence(answer, code="unreadable", secrets=self.hidden)
        return NotSent("X gave an answer that makes no sense.", evidence=seen)

    def for_account(self, credential: Credential) -> Line:
        return replace(self, credential=credential)

    def post_url(self, remote_id: str) -> str:
        """The public address of a post; X shows it under any name of its author's, and under none as well."""
        username = self.credential.facts.get("username") if self.credential else ""
        if isinstance(username, str) and username:
            return f"{self.endpoint('login')}/{username}/status/{remote_id}"
        return f"{self.endpoint('login')}/i/web/status/{remote_id}"


def data_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """The object in `data`; empty where there is none."""
    data = said.get("data")
    return data if isinstance(data, dict) else {}


def listed(said: Mapping[str, Any], name: str = "data") -> list[dict[str, Any]]:
    """The objects in a list that may be missing."""
    found = said.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text_in(said: Mapping[str, Any], *names: str) -> str:
    """The first text under one of `names` ("" for none); ids are text, and numbers where X forgot."""
    for name in names:
        value = said.get(name)
        if isinstance(value, str) and value:
            return value
        if name.endswith("id") and isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return str(value)
    return ""


def snowflake_time(remote_id: str) -> datetime | None:
    """When an id was made: it carries the time, as far as is publicly known."""
    if not (remote_id.isascii() and remote_id.isdecimal() and len(remote_id) <= 19):
        return None
    return datetime.fromtimestamp(((int(remote_id) >> 22) + SNOWFLAKE_EPOCH_MS) / 1000, UTC)
