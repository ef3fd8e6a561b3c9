"""Google Business Profile on the line: requests that the registry of calls knows, and answers turned into errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import httpx
import regex

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.google_business import faults
from apps.platforms.calls import Call, require
from apps.platforms.contract import Credential
from apps.platforms.errors import Disconnected, Gone, NotSent, PlatformError
from apps.platforms.google.faults import objects_in, text_in

LABEL: Final = "Google Business"

DEFAULT_ENDPOINTS: Mapping[str, str] = {
    "login": "https://accounts.google.com",
    "oauth": "https://oauth2.googleapis.com",
    "api": "https://mybusiness.googleapis.com",
    "accounts": "https://mybusinessaccountmanagement.googleapis.com",
    "information": "https://mybusinessbusinessinformation.googleapis.com",
    "performance": "https://businessprofileperformance.googleapis.com",
}

_ID = r"[A-Za-z0-9_-]{1,200}"
ACCOUNT_NAME = regex.compile(rf"accounts/(?P<account>{_ID})")
LOCATION_NAME = regex.compile(rf"locations/(?P<location>{_ID})")
CHANNEL_NAME = regex.compile(rf"accounts/(?P<account>{_ID})/locations/(?P<location>{_ID})")
POST_NAME = regex.compile(rf"accounts/(?P<account>{_ID})/locations/(?P<location>{_ID})/localPosts/(?P<post>{_ID})")


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to Google, with the token of one consent and the name of one location where there is one."""

    http: httpx.Client
    endpoints: Mapping[str, str]
    clock: Callable[[], datetime]
    credential: Credential | None = None

    @property
    def place(self) -> dict[str, str]:
        """Account and location that we act for, for the paths; raises Disconnected where there is none."""
        found = CHANNEL_NAME.fullmatch(self.credential.channel_id) if self.credential else None
        if found is None:
            raise Disconnected(faults.MOVED)
        return dict(found.groupdict())

    @property
    def hidden(self) -> tuple[Secret, ...]:
        """What must not appear in evidence."""
        held = self.credential
        client = held.client if held else None
        found = (held.access_token, held.refresh_token) if held else ()
        return tuple(one for one in (*found, *((client.client_secret,) if client else ())) if one)

    def endpoint(self, name: str) -> str:
        return self.endpoints[name].rstrip("/")

    def require(self, call: Call) -> None:
        """Raise MissingPermission for what the consent is known not to cover."""
        if self.credential is not None:
            require(call, self.credential, label=LABEL)

    def send(self, call: Call, *, at: Mapping[str, str], acting: bool = False, **request: Any) -> wire.Answer:
        """Send; any status is an answer. `at` fills the call's path."""
        self.require(call)
        token = self.credential.access_token if self.credential is not None else None
        url = self.endpoint(call.endpoint) + call.path.format(**at)
        return wire.send(self.http, call.method, url, platform="Google", acting=acting, token=token, **request)

    def ask(self, call: Call, *, at: Mapping[str, str], **request: Any) -> dict[str, Any]:
        """The object in an answer to a call that harms nobody when repeated; raises what a refusal means."""
        return self.understood(self.send(call, at=at, **request), call)

    def page(
        self, call: Call, name: str, *, at: Mapping[str, str], cursor: str = "", **params: str
    ) -> tuple[list[dict[str, Any]], str]:
        """The objects on a page of a listing, and the token of the next one. What is empty is left out of an answer:
        `{}` is a listing of nothing, and an object that speaks of other things is none."""
        wanted = {**params, **({"pageToken": cursor} if cursor else {})}
        answer = self.send(call, at=at, params=wanted)
        said = self.understood(answer, call)
        token = said.get("nextPageToken", "")
        listed, known = said.get(name, []), {name, "nextPageToken", "totalSize"}
        found = objects_in(said, name)
        is_listing = isinstance(listed, list) and len(found) == len(listed) and set(said) <= known
        if not is_listing or not isinstance(token, str):
            raise self.unreadable(answer)
        return found, token

    def understood(self, answer: wire.Answer, call: Call) -> dict[str, Any]:
        if answer.is_success:
            try:
                return answer.mapping()
            except wire.Unreadable:
                pass
            raise self.unreadable(answer)
        raise self.failure(answer, call)

    def failure(self, answer: wire.Answer, call: Call, *, acting: bool = False) -> PlatformError:
        held = self.credential
        context = faults.Context(
            now=self.clock(),
            secrets=self.hidden,
            acting=acting,
            is_reading=call.method == "GET",
            is_of_post="{post}" in call.path,
            is_renewable=bool(held and held.refresh_token),
            needs=call.scopes[0] if call.scopes else (),
        )
        return faults.failure(answer, context)

    def unreadable(self, answer: wire.Answer) -> PlatformError:
        seen = wire.evidence(answer, code="unreadable", secrets=self.hidden)
        return NotSent("Google gave an answer that makes no sense.", evidence=seen)

    def for_channel(self, credential: Credential) -> Line:
        return replace(self, credential=credential)


def place_of_post(name: str) -> dict[str, str]:
    """The parts of a post's name, for the paths; raises Gone for what cannot be one."""
    found = POST_NAME.fullmatch(name)
    if found is None:
        raise Gone("This is not the name of a post on Google.")
    return dict(found.groupdict())


def object_in(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def is_post(said: Mapping[str, Any]) -> bool:
    return bool(POST_NAME.fullmatch(text_in(said, "name")))
