"""Connecting an account: https://developers.tiktok.com/doc/oauth-user-access-token-management.

One consent gives the one account that is logged in at TikTok. A refresh token works once, and how long tokens live is
read from each answer.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.tiktok import creator, faults, permits
from apps.platforms.adapters.tiktok.faults import NO_APP, RECONNECT
from apps.platforms.adapters.tiktok.line import Line, text_in
from apps.platforms.contract import Channel, Consent, ConsentStart, Credential, OAuthClient, Profile
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    MissingPermission,
    NotSent,
    PlatformError,
    Throttled,
    Uncertain,
)

AGAIN: Final = "TikTok did not complete the sign-in: start again."
BASIC_FIELDS: Final = "open_id,display_name"
PROFILE_FIELDS: Final = "username,profile_deep_link"
_APP_FAULTS: Final = frozenset({"invalid_client", "unauthorized_client"})


def challenge(verifier: str) -> str:
    """TikTok's form of S256: hexadecimal, where everybody else has base64url."""
    return hashlib.sha256(verifier.encode()).hexdigest()


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    """The page is shown even to whoever has agreed before, so that a second account can be chosen. PKCE is offered to
    desktop apps, which are those that come back to this machine."""
    params = {
        "client_key": client.client_id,
        "response_type": "code",
        "scope": ",".join(_wanted(client)),
        "redirect_uri": redirect_uri,
        "state": state,
        "disable_auto_auth": "1",
    }
    keep = {}
    if urlsplit(redirect_uri).hostname in {"localhost", "127.0.0.1"}:
        keep["verifier"] = secrets.token_urlsafe(64)
        params |= {"code_challenge": challenge(keep["verifier"]), "code_challenge_method": "S256"}
    url = httpx.URL(f"{line.endpoint('login')}/v2/auth/authorize/", params=params)
    return ConsentStart(str(url), Secret(json.dumps(keep)))


def _wanted(client: OAuthClient) -> tuple[str, ...]:
    return client.scopes or permits.SCOPES


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret) -> Consent:
    """`answer` is the query as it is read from the address, so that the code is decoded once and not again."""
    if answer.get("error") or not answer.get("code"):
        declined = answer.get("error") == "access_denied"
        raise ConsentRefused("Access to the account was declined on TikTok." if declined else AGAIN)
    code = Secret(answer["code"])
    form: dict[str, Any] = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if verifier := json.loads(keep.reveal() or "{}").get("verifier"):
        form["code_verifier"] = Secret(verifier)
    credential = _credential(line, _exchanged(line, client, form, code), client)
    try:
        profile = read_profile(line.for_account(credential))
    except (Disconnected, MissingPermission) as error:
        raise ConsentRefused(error.words, evidence=error.evidence) from None
    facts = {"username": profile.handle if line.for_account(credential).allows(_NAMED) else ""}
    credential = replace(credential, remote_user_id=profile.remote_id, facts=facts)
    granted = credential.scopes
    missing = tuple(scope for scope in _wanted(client) if scope not in granted) if granted else ()
    return Consent(credential, (_channel(profile),), missing)


def _channel(profile: Profile) -> Channel:
    return Channel(
        remote_id=profile.remote_id,
        kind="profile",
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        limits=profile.limits,
    )


# --- tokens -----------------------------------------------------------------------------------------------------------


def _token_call(line: Line, client: OAuthClient, form: Mapping[str, Any], *, acting: bool = False) -> wire.Answer:
    fields = {"client_key": client.client_id, "client_secret": client.client_secret, **form}
    return replace(line, credential=None).send(permits.TOKEN, acting=acting, data=fields)


def _tokens(answer: wire.Answer) -> dict[str, Any]:
    """The tokens of an answer; empty where there are none. An error may come with any status."""
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return {}
    is_token = answer.is_success and not said.get("error") and text_in(said, "access_token")
    return said if is_token else {}


def _exchanged(line: Line, client: OAuthClient, form: Mapping[str, Any], code: Secret) -> dict[str, Any]:
    """A code works once: any refusal means starting again."""
    line = replace(line, secrets=(client.client_secret, code))
    answer = _token_call(line, client, form)
    if said := _tokens(answer):
        return said
    fault = faults.read_fault(answer)
    if answer.is_success and not fault.code:
        raise line.unreadable(answer)
    failure = line.failure(answer, permits.TOKEN)
    if isinstance(failure, NotSent | Throttled):
        raise failure
    raise ConsentRefused(NO_APP if fault.code in _APP_FAULTS else AGAIN, evidence=failure.evidence)


def _credential(line: Line, said: Mapping[str, Any], client: OAuthClient) -> Credential:
    now = line.clock()
    scopes = text_in(said, "scope").replace(" ", ",").split(",")
    return Credential(
        remote_user_id=text_in(said, "open_id"),
        access_token=Secret(said["access_token"]),
        refresh_token=Secret(text_in(said, "refresh_token")),
        expires_at=_end(said, "expires_in", now),
        refresh_expires_at=_end(said, "refresh_expires_in", now),
        scopes=tuple(scope for scope in scopes if scope),
        client=client,
    )


def _end(said: Mapping[str, Any], name: str, now: datetime) -> datetime | None:
    seconds = said.get(name)
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**9
    return now + timedelta(seconds=seconds) if is_number else None  # type: ignore[arg-type]


def refresh(line: Line, credential: Credential) -> Credential:
    """A lost answer is Uncertain: the token that was sent may be used up."""
    client = credential.client
    if client is None or not credential.refresh_token:
        raise Disconnected(RECONNECT)
    form = {"grant_type": "refresh_token", "refresh_token": credential.refresh_token}
    answer = _token_call(line, client, form, acting=True)
    if not (said := _tokens(answer)):
        raise _refresh_failure(line, answer)
    renewed = _credential(line, said, client)
    return replace(
        credential,
        access_token=renewed.access_token,
        refresh_token=renewed.refresh_token or credential.refresh_token,
        expires_at=renewed.expires_at,
        refresh_expires_at=renewed.refresh_expires_at or credential.refresh_expires_at,
        scopes=renewed.scopes or credential.scopes,
    )


def _refresh_failure(line: Line, answer: wire.Answer) -> PlatformError:
    code, seen = faults.read_fault(answer).code, faults.evidence(answer, line.hidden)
    if code in {"invalid_grant", "access_denied"}:
        return Disconnected("Access to this TikTok account has ended: connect it again.", evidence=seen)
    if code in _APP_FAULTS:
        return NotSent(NO_APP, evidence=seen)
    if answer.status >= 500 or (answer.is_success and not code):
        return Uncertain("TikTok may have renewed the access, but its answer was lost.", evidence=seen)
    failure = line.failure(answer, permits.TOKEN)
    return failure if isinstance(failure, Throttled) else NotSent("TikTok did not renew the access.", evidence=seen)


def revoke(line: Line, credential: Credential) -> None:
    """What TikTok answers changes nothing."""
    if credential.client is None:
        return
    form = {
        "client_key": credential.client.client_id,
        "client_secret": credential.client.client_secret,
        "token": credential.access_token,
    }
    try:
        replace(line, credential=None).send(permits.REVOKE, data=form)
    except PlatformError:
        return


# --- who is this? -----------------------------------------------------------------------------------------------------

_NAMED: Final = replace(permits.WHO, scopes=((permits.PROFILE,),))


def read_profile(line: Line) -> Profile:
    """Pictures have addresses that end after two hours, so that none is told."""
    fields = f"{BASIC_FIELDS},{PROFILE_FIELDS}" if line.allows(_NAMED) else BASIC_FIELDS
    data = line.ask(permits.WHO, params={"fields": fields})
    user = data.get("user")
    user = user if isinstance(user, dict) else {}
    open_id, username = text_in(user, "open_id"), text_in(user, "username")
    if not open_id:
        raise NotSent("TikTok did not say whose account this is.")
    name = text_in(user, "display_name") or username or open_id
    return Profile(
        remote_id=open_id,
        handle=username or name,
        name=name,
        url=f"{line.endpoint('login')}/@{username}" if username else text_in(user, "profile_deep_link"),
        limits=_limits(line),
    )


def _limits(line: Line) -> dict[str, Any]:
    """The longest video that this creator may post; a creator who cannot be asked has the usual limit."""
    try:
        seconds = creator.ask(line).max_seconds
    except PlatformError:
        return {}
    return {"max_video_seconds": seconds} if seconds else {}
