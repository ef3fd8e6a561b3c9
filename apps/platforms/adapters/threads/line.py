"""Threads on the line: requests by the permission registry, and answers turned into named errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.threads import faults
from apps.platforms.adapters.threads.faults import LABEL
from apps.platforms.calls import Call, require
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, PlatformError
from apps.platforms.meta.faults import Context, unreadable

DEFAULT_ENDPOINTS: Final[Mapping[str, str]] = {
    "login": "https://threads.com",
    "web": "https://www.threads.com",
    "graph": "https://graph.threads.com",
    "version": "v1.0",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to Threads, with the token of one account where there is one."""

    http: httpx.Client
    endpoints: Mapping[str, str]
    clock: Callable[[], datetime]
    credential: Credential | None = None
    secrets: tuple[Secret, ...] = ()

    @property
    def hidden(self) -> tuple[Secret, ...]:
        return (*self.secrets, *((self.credential.access_token,) if self.credential else ()))

    def endpoint(self, name: str) -> str:
        return self.endpoints[name].rstrip("/")

    def send(
        self, call: Call, *, at: str = "", acting: bool = False, with_token: bool = True, **request: Any
    ) -> wire.Answer:
        """Send `call`, about the object `at` where it names one; any status is an answer.

        `with_token` False: the token is a parameter. Raises MissingPermission before anything leaves."""
        token = None
        if self.credential is not None:
            require(call, self.credential, label=LABEL)
            token = self.credential.access_token if with_token else None
        path = call.path.format(version=self.endpoints["version"], id=quote(at, safe=""))
        url = self.endpoint(call.endpoint) + path
        return wire.send(self.http, call.method, url, platform=LABEL, acting=acting, token=token, **request)

    def read(
        self, call: Call, params: Mapping[str, str], *, at: str = "", of_post: bool = False
    ) -> tuple[dict[str, Any], wire.Answer]:
        """A JSON object and the answer it came in; raises what the refusal means, NotSent for an unreadable one."""
        answer = self.send(call, at=at, params=params)
        return self.understood(answer, call, of_post=of_post), answer

    def understood(self, answer: wire.Answer, call: Call, *, of_post: bool = False, field: str = "") -> dict[str, Any]:
        """The object in an answer to a call that harms nobody when repeated."""
        if (said := succeeded(answer)) is not None:
            return said
        if is_refused(answer):
            raise self.failure(answer, call, of_post=of_post, field=field)
        raise self.unreadable(answer)

    def failure(
        self, answer: wire.Answer, call: Call, *, acting: bool = False, of_post: bool = False, field: str = ""
    ) -> PlatformError:
        needs = call.scopes[0] if call.scopes else ()
        context = Context(self.clock(), self.hidden, acting=acting, needs=needs, field=field)
        return faults.failure(answer, context, of_post=of_post)

    def unreadable(self, answer: wire.Answer) -> PlatformError:
        seen = unreadable(answer, self.hidden)
        return NotSent("Threads gave an answer that makes no sense.", evidence=seen)

    def hiding(self, *secrets: Secret) -> Line:
        """This line with more that is kept out of evidence."""
        return replace(self, secrets=(*self.secrets, *secrets))

    def for_account(self, credential: Credential) -> Line:
        """This line with the token of an account; everything secret in its credential is kept out of evidence."""
        secrets = [credential.refresh_token, *credential.extra.values()]
        if credential.client is not None:
            secrets.append(credential.client.client_secret)
        return replace(self, credential=credential, secrets=tuple(secret for secret in secrets if secret))


def succeeded(answer: wire.Answer) -> dict[str, Any] | None:
    """The object in an answer that is no error. A container's own `error_message` does not make it one."""
    if is_refused(answer):
        return None
    try:
        return answer.mapping()
    except wire.Unreadable:
        return None


def is_refused(answer: wire.Answer) -> bool:
    return has_error(answer) or not answer.is_success


def has_error(answer: wire.Answer) -> bool:
    """Whether the body is Threads' envelope of an error, whatever the status says."""
    try:
        return "error" in answer.mapping()
    except wire.Unreadable:
        return False


def remote_id(said: Mapping[str, Any], name: str = "id") -> str:
    """An id out of an answer, which Threads writes as text, or as a number beyond 2^53; "" if there is none."""
    value = said.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    return value if isinstance(value, str) else ""


def entries(said: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The objects under `data`; None when that is not a list of objects."""
    data = said.get("data")
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        return None
    return data


def next_cursor(said: Mapping[str, Any]) -> str:
    """Where the next page begins. `next` addresses are not always given, and would hold the token: only an empty page
    is the end of a list."""
    paging = said.get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) else None
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) and entries(said) else ""
