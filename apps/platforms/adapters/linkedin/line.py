"""LinkedIn on the line: versioned addresses, URNs in them, and answers turned into named errors.

https://learn.microsoft.com/en-us/linkedin/marketing/versioning. Every call names its API version and the protocol in
which URNs and lists are written; there is no default for either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.linkedin import faults, permits
from apps.platforms.calls import Call, require
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, PlatformError

LABEL: Final = "LinkedIn"
MARGIN: Final = timedelta(seconds=60)  # by which its clock may be behind ours

# The version is a setting, for each lives about a year. "scopes" names, separated by spaces, what the operator's app
# may ask for where that is not everything: LinkedIn refuses the whole sign-in for one scope that the app lacks.
# "application" is the number of the app in the developer portal, and "webhook" the address at which it hears of pages.
DEFAULT_ENDPOINTS: Final[Mapping[str, str]] = {
    "www": "https://www.linkedin.com",
    "api": "https://api.linkedin.com",
    "version": "202609",
    "scopes": "",
    "application": "",
    "webhook": "",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to LinkedIn, with the token of one member where there is one, for the author it acts for."""

    http: httpx.Client
    endpoints: Mapping[str, str]
    clock: Callable[[], datetime]
    credential: Credential | None = None
    secrets: tuple[Secret, ...] = ()

    @property
    def author(self) -> str:
        """The URN that posts are published as: a page, or else the member who gave the consent."""
        return (self.credential.channel_id or self.credential.remote_user_id) if self.credential else ""

    @property
    def is_page(self) -> bool:
        return self.author.startswith(permits.PAGE)

    def www(self, path: str) -> str:
        return self.endpoints["www"].rstrip("/") + path

    def api(self, path: str) -> str:
        return self.endpoints["api"].rstrip("/") + path

    def allows(self, call: Call) -> bool:
        """Whether the consent covers `call`, as far as it is known."""
        granted = self.credential.scopes if self.credential else ()
        return not granted or not permits.for_author(call, self.author).lacks(granted)

    def call(self, call: Call, path: str, *, restli: str = "", acting: bool = False, **request: Any) -> wire.Answer:
        """Send one of the calls that the registry knows; any status is an answer.

        `path` holds URNs already encoded, and the query string where there is one: httpx would encode the signs of
        lists, which LinkedIn wants bare. Raises MissingPermission before anything is sent."""
        if self.credential is not None:
            require(permits.for_author(call, self.author), self.credential, label=LABEL)
        headers = {"X-Restli-Protocol-Version": "2.0.0"}
        if path.startswith("/rest/"):
            headers["LinkedIn-Version"] = self.endpoints["version"]
        if restli:
            headers["X-RestLi-Method"] = restli
        token = self.credential.access_token if self.credential else None
        url = self.api(path)
        return wire.send(
            self.http, call.method, url, platform=LABEL, acting=acting, token=token, headers=headers, **request
        )

    def read(self, call: Call, path: str, *, restli: str = "", field: str = "") -> dict[str, Any]:
        """The JSON object of an answer; raises what a refusal means, NotSent for one that makes no sense."""
        return self.understood(call, self.call(call, path, restli=restli), field=field)

    def post_form(self, path: str, form: wire.Fields) -> wire.Answer:
        return wire.send(self.http, "POST", self.www(path), platform=LABEL, data=form)

    def understood(self, call: Call, answer: wire.Answer, *, field: str = "") -> dict[str, Any]:
        """The object in an answer to a call that harms nobody when repeated."""
        if not answer.is_success:
            raise self.failure(call, answer, field=field)
        try:
            return answer.mapping()
        except wire.Unreadable:
            pass
        raise self.unreadable(answer)

    def failure(self, call: Call, answer: wire.Answer, *, acting: bool = False, field: str = "") -> PlatformError:
        """The error that a refusal stands for."""
        needs = next(iter(permits.for_author(call, self.author).scopes), ())
        renewable = bool(self.credential and self.credential.refresh_token)
        context = faults.Context(
            now=self.clock(), secrets=self.hidden, acting=acting, needs=needs, field=field, is_renewable=renewable
        )
        return faults.failure(answer, context)

    def unreadable(self, answer: wire.Answer) -> PlatformError:
        seen = wire.evidence(answer, code="unreadable", secrets=self.hidden)
        return NotSent("LinkedIn gave an answer that makes no sense.", evidence=seen)

    @property
    def hidden(self) -> tuple[Secret, ...]:
        """All that is kept out of evidence."""
        if self.credential is None:
            return self.secrets
        held = [*self.secrets, self.credential.access_token, self.credential.refresh_token]
        if self.credential.client is not None:
            held.append(self.credential.client.client_secret)
        return tuple(secret for secret in held if secret)

    def is_ours(self, url: str) -> bool:
        """Whether `url`, which an answer named, is LinkedIn's: our token goes nowhere else."""
        parts, known = urlsplit(url), [urlsplit(self.endpoints[name]) for name in ("www", "api")]
        if any((parts.scheme, parts.netloc) == (one.scheme, one.netloc) for one in known):
            return True
        return parts.scheme == "https" and (parts.hostname or "").endswith(".linkedin.com")

    def for_account(self, credential: Credential) -> Line:
        return replace(self, credential=credential)

    def acting_for(self, channel_id: str) -> Line:
        """This line for another channel of the same consent."""
        return replace(self, credential=replace(self.credential, channel_id=channel_id)) if self.credential else self


def encoded(urn: str) -> str:
    """A URN inside an address, where not even its colons may stand bare."""
    return quote(urn, safe="")


def text_of(said: Mapping[str, Any], name: str) -> str:
    """A text out of an answer; ids come as numbers too; "" if there is none."""
    value = said.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def object_of(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def objects_of(said: Mapping[str, Any], name: str) -> list[dict[str, Any]] | None:
    """A list of objects out of an answer; None where it is something else."""
    value = said.get(name)
    return value if isinstance(value, list) and all(isinstance(one, dict) for one in value) else None


def number_of(said: Mapping[str, Any], name: str) -> int | float | None:
    """A number out of an answer that can be counted with."""
    value = said.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**15
    return value if is_number else None


def moment(milliseconds: object) -> datetime | None:
    """An instant out of an answer, which has milliseconds since 1970."""
    if isinstance(milliseconds, int) and not isinstance(milliseconds, bool) and 0 < milliseconds < 10**14:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    return None


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def has_next(said: Mapping[str, Any]) -> bool:
    """Whether LinkedIn names a next page."""
    links = objects_of(object_of(said, "paging"), "links") or []
    return any(link.get("rel") == "next" for link in links)
