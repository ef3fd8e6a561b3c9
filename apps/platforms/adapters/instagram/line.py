"""Instagram on the line: requests by the permission registry, and answers turned into named errors.

An account that was connected through Facebook answers at another host, and has two tokens: the Page's, which writes and
has no end, and the person's. There were weeks in which the Page's could not read what it had just written, so what it
does not see is asked for once more with the person's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.instagram import faults, requests
from apps.platforms.adapters.instagram.faults import LABEL
from apps.platforms.calls import COUNTS_AS, Call, require
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, PlatformError
from apps.platforms.meta import batches, versions
from apps.platforms.meta.faults import Context, Fault, read_fault, unreadable
from apps.platforms.meta.signing import appsecret_proof

LOGIN: Final = "login"  # the fact of a credential that says how it was connected
BY_FACEBOOK: Final = "facebook"

# "login_with" says what an account is connected through: Instagram's own login, or "facebook".
DEFAULT_ENDPOINTS: Final[Mapping[str, str]] = {
    "login": "https://www.instagram.com",
    "api": "https://api.instagram.com",
    "graph": "https://graph.instagram.com",
    "facebook": "https://www.facebook.com",
    "facebook_graph": "https://graph.facebook.com",
    "upload": "https://rupload.facebook.com",
    "version": versions.CURRENT,
    "login_with": "instagram",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to Instagram, with the tokens of one account where there is one."""

    http: httpx.Client
    endpoints: Mapping[str, str]
    clock: Callable[[], datetime]
    credential: Credential | None = None
    secrets: tuple[Secret, ...] = ()
    as_person: bool = False
    told: batches.Told = field(default_factory=dict, repr=False)  # what was read together, and need not be asked for

    @property
    def account(self) -> str:
        """The account that calls are about, as their paths name it."""
        return (self.credential.channel_id or self.credential.remote_user_id) if self.credential else ""

    @property
    def is_by_facebook(self) -> bool:
        return self.credential is not None and self.credential.facts.get(LOGIN) == BY_FACEBOOK

    @property
    def hidden(self) -> tuple[Secret, ...]:
        return (*self.secrets, *((self.credential.access_token,) if self.credential else ()))

    def endpoint(self, name: str) -> str:
        return (self.endpoints.get(name) or DEFAULT_ENDPOINTS[name]).rstrip("/")

    def address(self, call: Call, at: str = "") -> str:
        """Where `call` goes, about the object `at` where it names one."""
        name = "facebook_graph" if call.endpoint == "graph" and self.is_by_facebook else call.endpoint
        account = quote(self.account, safe="")
        path = call.path.format(version=self.endpoint("version"), account=account, id=quote(at, safe=""))
        return self.endpoint(name) + path

    def send(
        self, call: Call, *, at: str = "", acting: bool = False, with_token: bool = True, url: str = "", **request: Any
    ) -> wire.Answer:
        """Send `call`, about the object `at` where it names one; any status is an answer.

        `with_token` False: the token goes another way. Raises MissingPermission before anything leaves."""
        token = None
        if self.credential is not None:
            require(call, self.credential, label=LABEL)
            token = self.token if with_token else None
        if known := self.told.get(self._relative_url(call, at, request.get("params") or {})):
            return known
        address = url or self.address(call, at)
        if self.is_by_facebook and token and call.endpoint != "upload":
            request["params"] = self._with_proof(request.get("params"), token)
        return wire.send(self.http, call.method, address, platform=LABEL, acting=acting, token=token, **request)

    def together(self, reads: Sequence[tuple[Call, str, Mapping[str, str]]]) -> Line:
        """This line, knowing the answers to these reads (what, about which object, with which parameters); at most
        `batches.MOST` of them. One that is refused, or that the consent does not cover, refuses no other."""
        granted = self.credential.scopes if self.credential else ()
        parts = [self._relative_url(*read) for read in reads if not (granted and read[0].lacks(granted))]
        if not parts:
            return self
        answer = self.send(requests.BATCH, data=batches.form(parts, self.token), extensions={COUNTS_AS: len(parts)})
        try:
            return replace(self, told=batches.answers(parts, answer))
        except wire.Unreadable:
            pass
        self.understood(answer, requests.BATCH)  # a refusal of the whole
        raise self.unreadable(answer)

    def _relative_url(self, call: Call, at: str, params: Mapping[str, Any]) -> str:
        named = {"account": quote(self.account, safe=""), "id": quote(at, safe="")}
        return batches.relative_url(call.path.format(version=self.endpoint("version"), **named), params)

    def _with_proof(self, params: wire.Fields | None, token: Secret) -> dict[str, Any]:
        """An app may be set to demand that whoever sends a token knows its secret too."""
        client = self.credential.client if self.credential else None
        proof = {"appsecret_proof": appsecret_proof(token, client.client_secret)} if client else {}
        return {**(params or {}), **proof}

    @property
    def token(self) -> Secret:
        if self.credential is None:
            return Secret("")
        return self.credential.access_token if self.as_person else self.credential.channel_token

    def read(self, call: Call, params: Mapping[str, str], *, at: str = "") -> dict[str, Any]:
        """A JSON object of the Graph API; raises what the refusal means, NotSent for an unreadable one."""
        said, _ = self.read_with_answer(call, params, at=at)
        return said

    def read_with_answer(
        self, call: Call, params: Mapping[str, str], *, at: str = ""
    ) -> tuple[dict[str, Any], wire.Answer]:
        answer = self.send(call, at=at, params=params)
        if read_fault(answer).pair in faults.UNSEEN and self._has_second_token:
            answer = replace(self, as_person=True, told={}).send(call, at=at, params=params)
        return self.understood(answer, call), answer

    @property
    def _has_second_token(self) -> bool:
        credential = self.credential
        return credential is not None and not self.as_person and credential.channel_token != credential.access_token

    def understood(self, answer: wire.Answer, call: Call, *, field: str = "") -> dict[str, Any]:
        """The object in an answer to a call that harms nobody when repeated."""
        if (said := succeeded(answer)) is not None:
            return said
        if answer.is_success and read_fault(answer) == Fault():
            raise self.unreadable(answer)
        raise self.failure(answer, call, field=field)

    def failure(self, answer: wire.Answer, call: Call, *, acting: bool = False, field: str = "") -> PlatformError:
        needs = call.scopes[-1 if self.is_by_facebook else 0] if call.scopes else ()
        return faults.failure(answer, Context(self.clock(), self.hidden, acting=acting, needs=needs, field=field))

    def unreadable(self, answer: wire.Answer) -> PlatformError:
        seen = unreadable(answer, self.hidden)
        return NotSent("Instagram gave an answer that makes no sense.", evidence=seen)

    def hiding(self, *secrets: Secret) -> Line:
        """This line with more that is kept out of evidence."""
        return replace(self, secrets=(*self.secrets, *secrets))

    def for_account(self, credential: Credential) -> Line:
        """This line with the tokens of an account; everything secret in its credential is kept out of evidence."""
        secrets = [credential.refresh_token, *credential.extra.values()]
        if credential.client is not None:
            secrets.append(credential.client.client_secret)
        return replace(self, credential=credential, secrets=tuple(secret for secret in secrets if secret))


# --- out of answers ---------------------------------------------------------------------------------------------------


def succeeded(answer: wire.Answer) -> dict[str, Any] | None:
    """The object in an answer that is no error, whatever its status says."""
    if not answer.is_success or read_fault(answer) != Fault():
        return None
    try:
        return answer.mapping()
    except wire.Unreadable:
        return None


def remote_id(said: Mapping[str, Any], name: str = "id") -> str:
    """An id out of an answer, which the platform writes as text or as a number; "" if there is none."""
    value = said.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    return value if isinstance(value, str) else ""


def text_in(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def mapping_in(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def entries(said: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The objects under `data`; None when that is not a list of objects."""
    data = said.get("data")
    return data if isinstance(data, list) and all(isinstance(entry, dict) for entry in data) else None


def has_next(said: Mapping[str, Any]) -> bool:
    return bool(mapping_in(said, "paging").get("next"))


def next_cursor(said: Mapping[str, Any]) -> str:
    """The cursor of the next page, "" after the last. The `next` address itself is not used: it holds the token."""
    return text_in(mapping_in(mapping_in(said, "paging"), "cursors"), "after") if has_next(said) else ""
