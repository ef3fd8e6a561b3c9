"""Sessions of app passwords: open, refresh, close.

A used refresh token stays good for two hours and gives the same successor, so a refresh whose answer was lost may
simply be repeated. Opening a session is scarce (300 a day for an account): keep it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.bluesky import keys, names
from apps.platforms.adapters.bluesky.dpop import Clock
from apps.platforms.adapters.bluesky.refusals import PLATFORM, inactive, name_and_message, refusal, said, unreadable
from apps.platforms.contract import Credential
from apps.platforms.errors import ConsentRefused, Disconnected, PlatformError, TokenExpired

KIND: Final = "app_password"
_LAST_SECOND: Final = 253_402_300_800  # the year 10000
_MAIN_PASSWORD_SCOPE: Final = "com.atproto.access"
_ASK_FOR_APP_PASSWORD: Final = (
    "This is the account's main password, which Postroom must not keep. Create an app password in Bluesky under "
    "Settings, Privacy and security, App passwords, and use that one."
)
_REFUSED: Final = {
    "AuthenticationRequired": "Bluesky does not know this handle and app password together. Check both.",
    "AuthFactorTokenRequired": _ASK_FOR_APP_PASSWORD,
    "AccountTakedown": "Bluesky has suspended this account.",
    "InvalidRequest": "Bluesky does not accept this handle or password.",
}


def open_session(
    http: httpx.Client, clock: Clock, *, server: str, identifier: str, password: Secret, development: bool = False
) -> Credential:
    """Sign in with an app password; the main password is refused and its session closed again."""
    body = {"identifier": identifier.strip().lstrip("@"), "password": Secret(password.reveal().strip())}
    url = f"{server}/xrpc/com.atproto.server.createSession"
    answer = wire.send(http, "POST", url, platform=PLATFORM, json=body)
    if words := _REFUSED.get(name_and_message(answer)[0]):
        raise ConsentRefused(words, evidence=said(answer, (password,)))
    if not answer.is_success:
        raise refusal(answer, now=clock(), secrets=(password,))
    opened = _session(answer)
    credential = _credential(opened, server=_server_of(opened, default=server, development=development))
    if keys.unverified_claims(credential.access_token).get("scope") == _MAIN_PASSWORD_SCOPE:
        close_session(http, clock, replace(credential, server=server))
        raise ConsentRefused(_ASK_FOR_APP_PASSWORD)
    if opened.get("active") is False:
        raise ConsentRefused(inactive(str(opened.get("status", ""))).words)
    return credential


def refresh(http: httpx.Client, clock: Clock, credential: Credential) -> Credential:
    """The next pair of tokens; may be repeated with the same credential within two hours."""
    url = f"{credential.server}/xrpc/com.atproto.server.refreshSession"
    answer = wire.send(http, "POST", url, platform=PLATFORM, token=credential.refresh_token)
    if not answer.is_success:
        raise _dead_if_expired(refusal(answer, now=clock(), secrets=(credential.refresh_token,)))
    refreshed = _session(answer)
    if refreshed["did"] != credential.remote_user_id:
        raise Disconnected("Bluesky renewed the access to another account. Reconnect.")
    fresh = _credential(refreshed, server=credential.server)
    handle = fresh.facts["handle"] or credential.facts.get("handle", "")
    return replace(fresh, client=credential.client, facts={**credential.facts, "handle": handle})


def close_session(http: httpx.Client, clock: Clock, credential: Credential) -> None:
    """End the session at the server; one that is over already is fine."""
    url = f"{credential.server}/xrpc/com.atproto.server.deleteSession"
    answer = wire.send(http, "POST", url, platform=PLATFORM, token=credential.refresh_token)
    if answer.status == 429 or answer.status >= 500:
        raise refusal(answer, now=clock(), secrets=(credential.refresh_token,))


def _dead_if_expired(error: PlatformError) -> PlatformError:
    """An expired access token is renewed; an expired refresh token is the end."""
    if isinstance(error, TokenExpired):
        words = "The Bluesky sign-in has run out or its app password was revoked. Reconnect the account."
        return Disconnected(words, evidence=error.evidence)
    return error


def _session(answer: wire.Answer) -> dict[str, Any]:
    try:
        body = answer.mapping()
    except wire.Unreadable:
        raise unreadable(answer) from None
    if not all(isinstance(body.get(name), str) and body[name] for name in ("did", "accessJwt", "refreshJwt")):
        raise unreadable(answer, secrets=_tokens(body))
    return body


def _tokens(body: Mapping[str, Any]) -> list[Secret]:
    return [Secret(body[name]) for name in ("accessJwt", "refreshJwt") if isinstance(body.get(name), str)]


def _credential(body: Mapping[str, Any], *, server: str) -> Credential:
    access, refresh_token = Secret(body["accessJwt"]), Secret(body["refreshJwt"])
    return Credential(
        remote_user_id=body["did"],
        access_token=access,
        refresh_token=refresh_token,
        expires_at=_expiry(access),
        refresh_expires_at=_expiry(refresh_token),
        server=server,
        facts={"kind": KIND, "handle": str(body.get("handle", ""))},
    )


def _expiry(token: Secret) -> datetime | None:
    """When a token says it ends; None for one that is opaque."""
    expires = keys.unverified_claims(token).get("exp")
    return datetime.fromtimestamp(expires, UTC) if isinstance(expires, int) and 0 < expires < _LAST_SECOND else None


def _server_of(session: Mapping[str, Any], *, default: str, development: bool) -> str:
    """The PDS named by the session's own DID document: behind Bluesky's common entrance it is another host."""
    document = session.get("didDoc")
    for service in document.get("service", ()) if isinstance(document, Mapping) else ():
        if isinstance(service, Mapping) and str(service.get("id", "")).endswith("#atproto_pds"):
            return names.origin(str(service.get("serviceEndpoint", "")), development=development) or default
    return default
