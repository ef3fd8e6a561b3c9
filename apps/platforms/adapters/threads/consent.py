"""Connecting a profile: the consent page, a short token, a long one, and who it belongs to.

https://developers.facebook.com/documentation/threads/get-started/get-access-tokens-and-permissions
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import app_tests
from apps.platforms import http as wire
from apps.platforms.adapters.threads import requests
from apps.platforms.adapters.threads.faults import LABEL
from apps.platforms.adapters.threads.line import Line, remote_id
from apps.platforms.calls import Call
from apps.platforms.contract import Channel, Consent, ConsentStart, Credential, OAuthClient, Profile
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    NotSent,
    PlatformError,
    Rejected,
    Throttled,
)

PROFILE_FIELDS: Final = "id,username,name,threads_profile_picture_url"
LONG_LIFE: Final = timedelta(days=60)  # documented; used when an answer does not say
YOUNGEST_RENEWAL: Final = timedelta(hours=24)


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    """Nothing has to be kept: this login knows no PKCE."""
    params = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "scope": ",".join(wanted(client)),
        "response_type": "code",
        "state": state,
    }
    return ConsentStart(str(httpx.URL(f"{line.endpoint('login')}/oauth/authorize", params=params)), Secret("{}"))


def wanted(client: OAuthClient) -> tuple[str, ...]:
    """What is asked for: an app that is registered with other permissions than the usual ones is asked for those."""
    return client.scopes or requests.SCOPES


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str]) -> Consent:
    code = answer.get("code", "").removesuffix("#_")
    if answer.get("error") or not code:
        raise ConsentRefused(_refusal_words(answer))
    short = _short_token(line, client, redirect_uri, Secret(code))
    long = _long_token(replace(line, secrets=(client.client_secret, short.access_token)), client, short)
    long = replace(long, scopes=_granted(line.for_account(long), long))
    try:
        profile = read_profile(line.for_account(long))
    except Disconnected as error:
        raise ConsentRefused(error.words, evidence=error.evidence) from None
    facts = {**long.facts, "username": profile.handle}
    credential = replace(long, remote_user_id=profile.remote_id, facts=facts)
    channel = Channel(
        remote_id=profile.remote_id,
        kind="profile",
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        avatar_url=profile.avatar_url,
    )
    missing = tuple(scope for scope in wanted(client) if scope not in credential.scopes) if credential.scopes else ()
    return Consent(credential, (channel,), missing)


def _refusal_words(answer: Mapping[str, str]) -> str:
    if answer.get("error") == "access_denied":
        return "Access to the profile was declined on Threads."
    return "Threads did not complete the sign-in: start again."


# --- tokens -----------------------------------------------------------------------------------------------------------


def _short_token(line: Line, client: OAuthClient, redirect_uri: str, code: Secret) -> Credential:
    """A code works once: any refusal means starting again."""
    line = replace(line, secrets=(client.client_secret, code))
    form: wire.Fields = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "grant_type": "authorization_code",
        "redirect_uri": redirect_uri,
        "code": code,
    }
    said = _token_answer(line, requests.CODE_TO_TOKEN, line.send(requests.CODE_TO_TOKEN, data=form))
    return Credential(remote_id(said, "user_id"), Secret(said["access_token"]), client=client)


def test_app(line: Line, client: OAuthClient) -> str:
    """A token of the app itself, which Threads gives to whoever shows its id and secret; it is not kept."""
    params: wire.Fields = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "grant_type": "client_credentials",
    }
    line = replace(line, secrets=(client.client_secret,))
    answer = line.send(requests.APP_TOKEN, params=params)
    try:
        said = line.understood(answer, requests.APP_TOKEN)
    except Throttled:
        raise
    except PlatformError as error:
        failure = error if answer.status >= 500 else app_tests.unknown(LABEL, error)
    else:
        if _has_token(said):
            return app_tests.known(LABEL)
        failure = line.unreadable(answer)
    raise failure


def _long_token(line: Line, client: OAuthClient, short: Credential) -> Credential:
    params: wire.Fields = {
        "grant_type": "th_exchange_token",
        "client_secret": client.client_secret,
        "access_token": short.access_token,
    }
    said = _token_answer(line, requests.LONG_TOKEN, line.send(requests.LONG_TOKEN, params=params))
    return _renewed(short, said, line.clock())


def _token_answer(line: Line, call: Call, answer: wire.Answer) -> dict[str, Any]:
    """The token in an answer; raises ConsentRefused, NotSent or Throttled."""
    try:
        said = line.understood(answer, call)
    except (Throttled, NotSent):
        raise
    except PlatformError as error:
        raise ConsentRefused("Threads did not complete the sign-in: start again.", evidence=error.evidence) from None
    if _has_token(said):
        return said
    raise line.unreadable(answer)


def _has_token(said: Mapping[str, Any]) -> bool:
    return isinstance(said.get("access_token"), str) and bool(said["access_token"])


def _renewed(credential: Credential, said: Mapping[str, Any], now: datetime) -> Credential:
    seconds = said.get("expires_in")
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**9
    return replace(
        credential,
        access_token=Secret(said["access_token"]),
        expires_at=now + (timedelta(seconds=seconds) if is_number else LONG_LIFE),  # type: ignore[arg-type]
        facts={**credential.facts, "issued_at": now.isoformat()},
    )


def _granted(line: Line, credential: Credential) -> tuple[str, ...]:
    """The scopes that the person granted; () when Threads does not tell, which it tells testers of the app alone."""
    params: wire.Fields = {"access_token": credential.access_token, "input_token": credential.access_token}
    try:
        answer = line.send(requests.INSPECT, with_token=False, params=params)
        said = line.understood(answer, requests.INSPECT).get("data")
    except PlatformError:
        return ()
    scopes = said.get("scopes") if isinstance(said, dict) else None
    return tuple(scope for scope in scopes if isinstance(scope, str)) if isinstance(scopes, list) else ()


def refresh(line: Line, credential: Credential) -> Credential:
    """A token for 60 new days, and the grant prolonged with it. One younger than a day is returned as it is."""
    now = line.clock()
    if credential.expires_at is not None and credential.expires_at <= now:
        raise Disconnected("Access to this Threads profile has ended: connect it again.")
    issued_at = wire.instant(credential.facts.get("issued_at"))
    if issued_at is not None and now - issued_at < YOUNGEST_RENEWAL:
        return credential
    params: wire.Fields = {"grant_type": "th_refresh_token", "access_token": credential.access_token}
    answer = line.send(requests.RENEW, with_token=False, params=params)
    try:
        said = line.understood(answer, requests.RENEW)
    except Rejected as error:
        failure: PlatformError = NotSent("Threads did not renew the access.", evidence=error.evidence)
    else:
        if _has_token(said):
            return _renewed(credential, said, now)
        # The old token goes on working, so a garbled answer is a call to be made again.
        failure = line.unreadable(answer)
    raise failure


# --- who is this? -----------------------------------------------------------------------------------------------------


def read_profile(line: Line) -> Profile:
    said, _ = line.read(requests.ME, {"fields": PROFILE_FIELDS})
    user_id, username = remote_id(said), said.get("username")
    if not user_id or not isinstance(username, str) or not username:
        raise NotSent("Threads did not say whose profile this is.")
    name, picture = said.get("name"), said.get("threads_profile_picture_url")
    return Profile(
        remote_id=user_id,
        handle=username,
        name=name if isinstance(name, str) and name else username,
        url=profile_url(line, username),
        avatar_url=picture if isinstance(picture, str) else "",
    )


def profile_url(line: Line, username: str) -> str:
    return f"{line.endpoint('web')}/@{username}" if username else ""
