"""TikTok on the line: requests that the registry of calls knows, and answers turned into named errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.tiktok import faults
from apps.platforms.adapters.tiktok.faults import LABEL
from apps.platforms.calls import Call, require
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, PlatformError, Uncertain

DEFAULT_ENDPOINTS: Final[Mapping[str, str]] = {
    "login": "https://www.tiktok.com",
    "api": "https://open.tiktokapis.com",
}
UPLOAD_HOSTS: Final = ".tiktokapis.com"  # their names vary


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to TikTok, with the token of one account where there is one."""

    http: httpx.Client
    endpoints: Mapping[str, str]
    clock: Callable[[], datetime]
    credential: Credential | None = None
    secrets: tuple[Secret, ...] = ()

    @property
    def hidden(self) -> tuple[Secret, ...]:
        """What must not appear in evidence."""
        held = self.credential
        own = (held.access_token, held.refresh_token) if held else ()
        client = (held.client.client_secret,) if held and held.client else ()
        return tuple(one for one in (*self.secrets, *own, *client) if one)

    def endpoint(self, name: str) -> str:
        return self.endpoints[name].rstrip("/")

    def allows(self, call: Call) -> bool:
        held = self.credential
        return held is None or not held.scopes or not call.lacks(held.scopes)

    def send(self, call: Call, *, acting: bool = False, **request: Any) -> wire.Answer:
        """Send; any status is an answer. Raises MissingPermission before anything leaves."""
        token = None
        if self.credential is not None:
            require(call, self.credential, label=LABEL)
            token = self.credential.access_token
        url = self.endpoint("api") + call.path
        return wire.send(self.http, call.method, url, platform=LABEL, acting=acting, token=token, **request)

    def put(self, address: str, *, acting: bool = False, **request: Any) -> wire.Answer:
        """Send to an upload, whose address is used to the letter. It is a secret of an hour that opens nothing else;
        our token stays here."""
        return wire.send(self.http, "PUT", address, platform=LABEL, acting=acting, **request)

    def ask(self, call: Call, *, acting: bool = False, field: str = "", **request: Any) -> dict[str, Any]:
        """The `data` of an answer that says "ok"; raises what any other means."""
        answer = self.send(call, acting=acting, **request)
        if (data := succeeded(answer)) is not None:
            return data
        if answer.is_success and faults.read_fault(answer).code in {"", faults.OK}:
            raise self.unreadable(answer, acting=acting)
        raise self.failure(answer, call, acting=acting, field=field)

    def failure(self, answer: wire.Answer, call: Call, **context: Any) -> PlatformError:
        held = self.credential
        return faults.failure(
            answer,
            faults.Context(
                now=self.clock(),
                secrets=self.hidden,
                is_renewable=bool(held and held.refresh_token),
                needs=call.scopes[0] if call.scopes else (),
                is_reading=call.name in READING,
                **context,
            ),
        )

    def unreadable(self, answer: wire.Answer, *, acting: bool = False) -> PlatformError:
        seen = faults.evidence(answer, self.hidden, code="unreadable")
        if acting:
            return Uncertain("TikTok gave an answer that makes no sense: it may be published.", evidence=seen)
        return NotSent("TikTok gave an answer that makes no sense.", evidence=seen)

    def for_account(self, credential: Credential) -> Line:
        return replace(self, credential=credential)

    def takes_uploads(self, address: str) -> bool:
        """Whether an address that an answer names is one of TikTok's. That all its upload hosts end alike is what its
        examples show."""
        try:
            told, home = urlsplit(address), urlsplit(self.endpoint("api"))
            if (told.scheme, told.netloc) == (home.scheme, home.netloc):
                return bool(told.netloc)
            return told.scheme == "https" and (told.hostname or "").endswith(UPLOAD_HOSTS) and not told.username
        except ValueError:
            return False


READING: Final = frozenset({"user_info", "user_figures", "creator_info", "status", "list_videos", "read_video"})


def succeeded(answer: wire.Answer) -> dict[str, Any] | None:
    """The `data` of an answer that says that it is none of a refusal; None for any other."""
    if not answer.is_success:
        return None
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return None
    error, data = said.get("error"), said.get("data")
    is_fine = isinstance(error, dict) and error.get("code") == faults.OK
    return data if is_fine and isinstance(data, dict) else None


def text_in(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def number_in(said: Mapping[str, Any], name: str) -> int | None:
    """A whole number that is not negative; None where there is none."""
    value = said.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18 else None


def id_of(value: object) -> str:
    """An id, which TikTok writes as a number beyond 2^53 or as text; "" for none."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        value = str(value)
    return value if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 25 else ""


def objects_in(said: Mapping[str, Any], name: str) -> list[dict[str, Any]] | None:
    """The objects of a list; None when it is no list of objects."""
    found = said.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        return None
    return found
