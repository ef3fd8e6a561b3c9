"""Facebook on the line: its hosts, the token of a Page or of the person, and answers turned into named errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, quote

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.facebook import faults, scopes
from apps.platforms.calls import COUNTS_AS, Call, require
from apps.platforms.contract import Credential, channel_secret
from apps.platforms.errors import Disconnected, NotSent, PlatformError, Uncertain
from apps.platforms.meta import batches, versions
from apps.platforms.meta.faults import Context, Fault, read_fault, unreadable
from apps.platforms.meta.signing import appsecret_proof

LABEL: Final = faults.LABEL
# `config_id` takes the place of the scopes where the app uses Facebook Login for Business; "" where it does not.
DEFAULT_ENDPOINTS: Final[Mapping[str, str]] = {
    "login": "https://www.facebook.com",
    "graph": "https://graph.facebook.com",
    "video": "https://graph-video.facebook.com",
    "upload": "https://rupload.facebook.com",
    "version": versions.CURRENT,
    "config_id": "",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to Facebook. `credential` is whose; with `as_person` the person's token is used and not the Page's."""

    http: httpx.Client
    endpoints: Mapping[str, str]
    clock: Callable[[], datetime]
    credential: Credential | None = None
    as_person: bool = False
    secrets: tuple[Secret, ...] = ()
    told: batches.Told = field(default_factory=dict, repr=False)  # what was read together, and need not be asked for

    @property
    def page(self) -> str:
        return self.credential.channel_id if self.credential else ""

    def endpoint(self, name: str) -> str:
        return (self.endpoints.get(name) or DEFAULT_ENDPOINTS[name]).rstrip("/")

    def address(self, call: Call, ids: Mapping[str, str]) -> str:
        quoted = {name: quote(value, safe="") for name, value in ids.items()}
        origin = self.endpoint("graph" if call.endpoint == "api" else call.endpoint)
        return origin + call.path.format(version=self.endpoint("version"), **quoted)

    def send(self, call: Call, ids: Mapping[str, str] | None = None, **request: Any) -> wire.Answer:
        """Send; any status is an answer. Raises MissingPermission where the consent is known not to cover it."""
        credential, token = self.credential, self._token()
        params: dict[str, Any] = dict(request.pop("params", None) or {})
        if credential is not None and token:
            require(call, credential, label=LABEL)
            if known := self.told.get(self._relative_url(call, ids or {}, params)):
                return known
            if credential.client and credential.client.client_secret and call.endpoint != "upload":
                params["appsecret_proof"] = appsecret_proof(token, credential.client.client_secret)
        if "auth" in request:
            token = None
        address = request.pop("address", "") or self.address(call, {"page": self.page, **(ids or {})})
        return wire.send(self.http, call.method, address, platform=LABEL, token=token, params=params or None, **request)

    def ask(
        self, call: Call, ids: Mapping[str, str] | None = None, *, field: str = "", **request: Any
    ) -> dict[str, Any]:
        """The JSON object that a call which harms nobody is answered with; raises what a refusal means."""
        return self.said(call, self.send(call, ids, **request), field=field)

    def act(
        self, call: Call, ids: Mapping[str, str] | None = None, *, field: str = "", **request: Any
    ) -> dict[str, Any]:
        """The same of a call that makes something public: what is not known is Uncertain."""
        return self.said(call, self.send(call, ids, acting=True, **request), field=field, acting=True)

    def said(self, call: Call, answer: wire.Answer, *, field: str = "", acting: bool = False) -> dict[str, Any]:
        if answer.is_success and read_fault(answer) == Fault():
            try:
                return answer.mapping()
            except wire.Unreadable:
                pass
            raise self.unreadable(answer, acting=acting)
        needs = call.scopes[0] if call.scopes else ()
        raise faults.failure(answer, Context(self.clock(), self.hidden, acting=acting, needs=needs, field=field))

    def unreadable(self, answer: wire.Answer, *, acting: bool = False) -> PlatformError:
        seen = unreadable(answer, self.hidden)
        if acting:
            return Uncertain("Facebook gave an answer that makes no sense: the post may be out.", evidence=seen)
        return NotSent("Facebook gave an answer that makes no sense.", evidence=seen)

    def together(self, reads: Sequence[tuple[Call, Mapping[str, str], Mapping[str, str]]]) -> Line:
        """This line, knowing the answers to these reads (what, about which object, with which parameters); at most
        `batches.MOST` of them. One that is refused, or that the consent does not cover, refuses no other."""
        granted = self.credential.scopes if self.credential else ()
        parts = [self._relative_url(*read) for read in reads if not (granted and read[0].lacks(granted))]
        if not parts:
            return self
        answer = self.send(scopes.BATCH, data=batches.form(parts, self._token()), extensions={COUNTS_AS: len(parts)})
        try:
            return replace(self, told=batches.answers(parts, answer))
        except wire.Unreadable:
            pass
        self.said(scopes.BATCH, answer)  # a refusal of the whole
        raise self.unreadable(answer)

    def _relative_url(self, call: Call, ids: Mapping[str, str], params: Mapping[str, Any]) -> str:
        named = {name: quote(value, safe="") for name, value in {"page": self.page, **ids}.items()}
        return batches.relative_url(call.path.format(version=self.endpoint("version"), **named), params)

    def token_auth(self) -> httpx.Auth:
        """The token as the upload host wants it: its scheme is `OAuth`."""
        return wire.BearerToken(self._token() or Secret(""), scheme="OAuth")

    @property
    def hidden(self) -> tuple[Secret, ...]:
        return self.secrets

    def _token(self) -> Secret | None:
        credential = self.credential
        if credential is None:
            return None
        if self.as_person or not credential.channel_id:
            return credential.access_token
        if channel_secret(credential.channel_id) not in credential.extra:
            raise Disconnected("This Page is no longer among those that we may act for: connect it again.")
        return credential.channel_token

    def for_account(self, credential: Credential, *, as_person: bool = False) -> Line:
        """This line with the tokens of an account; everything secret in its credential is kept out of evidence."""
        secrets = [credential.access_token, credential.refresh_token, *credential.extra.values()]
        if credential.client is not None:
            secrets.append(credential.client.client_secret)
        known = tuple(secret for secret in secrets if secret)
        return replace(self, credential=credential, as_person=as_person, secrets=known)


# --- out of answers ---------------------------------------------------------------------------------------------------


def remote_id(said: Mapping[str, Any], name: str = "id") -> str:
    """An id out of an answer, which Facebook writes as text and sometimes as a number; "" if there is none."""
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


def entries_in(said: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The objects of a list, or None where the answer holds none."""
    data = said.get("data")
    return data if isinstance(data, list) and all(isinstance(entry, dict) for entry in data) else None


def next_cursor(said: Mapping[str, Any]) -> str:
    """The cursor of the next page; a page may be empty and yet have one, and then it stands in `next` alone.

    Only the cursor is taken from that address: it may hold the token, and its host need not be Facebook's."""
    paging = mapping_in(said, "paging")
    if not (address := text_in(paging, "next")):
        return ""
    if after := text_in(mapping_in(paging, "cursors"), "after"):
        return after
    return next((value for name, value in parse_qsl(address.partition("?")[2]) if name == "after"), "")


def instant(value: object) -> datetime | None:
    """A time: ISO 8601 with an offset, or seconds since 1970 as a number or as text."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= 11:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**11:
        return datetime.fromtimestamp(0, tz=UTC) + timedelta(seconds=value)
    return wire.instant(value)
