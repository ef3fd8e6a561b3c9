"""Which authorization server speaks for a PDS, and what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from apps.platforms import http as wire
from apps.platforms.adapters.bluesky import names
from apps.platforms.adapters.bluesky.dpop import Clock
from apps.platforms.adapters.bluesky.refusals import PLATFORM, refusal, said
from apps.platforms.errors import Evidence, NotSent, Rejected


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """The endpoints of one issuer, as its own document lists them."""

    issuer: str
    par_endpoint: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str


def discover(http: httpx.Client, clock: Clock, *, pds: str, development: bool = False) -> AuthorizationServer:
    """The authorization server of a PDS. Raises Rejected(field="address") where there is no OAuth to be had."""
    issuer = _issuer_of(http, clock, pds=pds, development=development)
    document = _document(http, clock, f"{issuer}/.well-known/oauth-authorization-server")
    if document is None:
        raise _no_oauth(pds)
    if document.get("issuer") != issuer:
        raise _no_oauth(pds, "it names another issuer than itself")
    if "atproto" not in (document.get("scopes_supported") or ()):
        raise _no_oauth(pds, "it does not know the scope atproto")
    if document.get("require_pushed_authorization_requests") is not True:
        raise _no_oauth(pds, "it does not ask for pushed requests")
    return AuthorizationServer(
        issuer=issuer,
        par_endpoint=_endpoint(document, "pushed_authorization_request_endpoint", pds, development),
        authorization_endpoint=_endpoint(document, "authorization_endpoint", pds, development),
        token_endpoint=_endpoint(document, "token_endpoint", pds, development),
        revocation_endpoint=_optional_endpoint(document, "revocation_endpoint", development),
    )


def _issuer_of(http: httpx.Client, clock: Clock, *, pds: str, development: bool) -> str:
    """The server a PDS names; a host that names none may be an authorization server itself (Bluesky's entrance is)."""
    document = _document(http, clock, f"{pds}/.well-known/oauth-protected-resource")
    if document is None:
        return pds
    named = document.get("authorization_servers")
    first = named[0] if isinstance(named, list) and named and isinstance(named[0], str) else ""
    issuer = names.origin(first, development=development)
    if not issuer or issuer != first:
        raise _no_oauth(pds, "it names no server for signing in")
    return issuer


def _document(http: httpx.Client, clock: Clock, url: str) -> Mapping[str, Any] | None:
    """A well-known JSON document, None where there is none."""
    answer = wire.send(http, "GET", url, platform=PLATFORM)
    if answer.status == 429 or answer.status >= 500:
        raise refusal(answer, now=clock())
    if not answer.is_success:
        return None
    try:
        return answer.mapping()
    except wire.Unreadable:
        raise NotSent("The account's server sent an answer that makes no sense.", evidence=said(answer)) from None


def _endpoint(document: Mapping[str, Any], name: str, pds: str, development: bool) -> str:
    endpoint = _optional_endpoint(document, name, development)
    if not endpoint:
        raise _no_oauth(pds, f"its {name} is missing")
    return endpoint


def _optional_endpoint(document: Mapping[str, Any], name: str, development: bool) -> str:
    endpoint = document.get(name)
    return endpoint if isinstance(endpoint, str) and names.origin(endpoint, development=development) else ""


def _no_oauth(pds: str, reason: str = "") -> Rejected:
    words = f"The server {pds} offers no sign-in in the browser. Connect with an app password instead."
    return Rejected(words, field="address", evidence=Evidence(text=reason))
