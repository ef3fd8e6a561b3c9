"""Connecting an account: the consent page, a short token, a long one, and who it belongs to.

https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.instagram import requests
from apps.platforms.adapters.instagram.line import Line, remote_id
from apps.platforms.adapters.instagram.notices import FIELDS
from apps.platforms.calls import Call
from apps.platforms.contract import Channel, Consent, ConsentStart, Credential, OAuthClient, Profile
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
)

PROFILE_FIELDS: Final = "id,user_id,username,name,account_type,profile_picture_url"
LONG_LIFE: Final = timedelta(days=60)  # documented; used when an answer does not say
YOUNGEST_REFRESH: Final = timedelta(hours=24)
PROFESSIONAL: Final = frozenset({"", "BUSINESS", "MEDIA_CREATOR"})  # "": it does not say


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    """Nothing has to be kept: this login knows no PKCE. Everybody is asked to sign in anew, for one browser connects
    many."""
    params = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": ",".join(wanted(client)),
        "state": state,
        "force_reauth": "true",
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
    line = line.for_account(long)
    try:
        profile, facts = read_profile(line)
    except Disconnected as error:
        raise ConsentRefused(error.words, evidence=error.evidence) from None
    credential = replace(long, remote_user_id=profile.remote_id, facts={**facts, **long.facts})
    channel = Channel(
        remote_id=profile.remote_id,
        kind=requests.OWN,
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        avatar_url=profile.avatar_url,
    )
    missing = tuple(scope for scope in wanted(client) if scope not in credential.scopes) if credential.scopes else ()
    return Consent(credential, (channel,), missing)


def _refusal_words(answer: Mapping[str, str]) -> str:
    if answer.get("error") == "access_denied":
        return "Access to the account was declined on Instagram."
    return "Instagram did not complete the sign-in: start again."


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
    return Credential("", Secret(said["access_token"]), scopes=_permissions(said), client=client)


def _long_token(line: Line, client: OAuthClient, short: Credential) -> Credential:
    params: wire.Fields = {
        "grant_type": "ig_exchange_token",
        "client_secret": client.client_secret,
        "access_token": short.access_token,
    }
    said = _token_answer(line, requests.LONG_TOKEN, line.send(requests.LONG_TOKEN, params=params))
    return _renewed(short, said, line.clock())


def _token_answer(line: Line, call: Call, answer: wire.Answer) -> dict[str, Any]:
    """The token in an answer, flat or wrapped in `data`; raises ConsentRefused, NotSent or Throttled."""
    try:
        said = _unwrapped(line.understood(answer, call))
    except (Throttled, NotSent):
        raise
    except PlatformError as error:
        raise ConsentRefused("Instagram did not complete the sign-in: start again.", evidence=error.evidence) from None
    if isinstance(said.get("access_token"), str) and said["access_token"]:
        return said
    raise line.unreadable(answer)


def _unwrapped(said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    return data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else said


def _permissions(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Granted scopes, which come as comma text or as a list; () when the answer does not say."""
    given = said.get("permissions")
    if isinstance(given, str):
        given = given.split(",")
    return tuple(scope.strip() for scope in given if isinstance(scope, str)) if isinstance(given, list) else ()


def _renewed(credential: Credential, said: Mapping[str, Any], now: datetime) -> Credential:
    seconds = said.get("expires_in")
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**9
    return replace(
        credential,
        access_token=Secret(said["access_token"]),
        expires_at=now + (timedelta(seconds=seconds) if is_number else LONG_LIFE),  # type: ignore[arg-type]
        scopes=_permissions(said) or credential.scopes,
        facts={**credential.facts, "issued_at": now.isoformat()},
    )


def refresh(line: Line, credential: Credential) -> Credential:
    """A token for 60 new days. One younger than a day cannot be refreshed yet and is returned as it is."""
    now = line.clock()
    if credential.expires_at is not None and credential.expires_at <= now:
        raise Disconnected("Access to this Instagram account has ended: connect it again.")
    issued_at = wire.instant(credential.facts.get("issued_at"))
    if issued_at is not None and now - issued_at < YOUNGEST_REFRESH:
        return credential
    params: wire.Fields = {"grant_type": "ig_refresh_token", "access_token": credential.access_token}
    answer = line.send(requests.RENEW, with_token=False, params=params)
    try:
        said = line.understood(answer, requests.RENEW)
    except (Rejected, StagedLost) as error:
        failure: PlatformError = NotSent("Instagram did not renew the access.", evidence=error.evidence)
    else:
        if isinstance(said.get("access_token"), str) and said["access_token"]:
            return _renewed(credential, said, now)
        # The old token goes on working, so a garbled answer is a call to be made again.
        failure = line.unreadable(answer)
    raise failure


# --- who is this? -----------------------------------------------------------------------------------------------------


def read_profile(line: Line) -> tuple[Profile, dict[str, str]]:
    """The account, and both of its ids: all calls use `user_id`; data-deletion requests name the app-scoped `id`."""
    said = line.read(requests.ME, {"fields": PROFILE_FIELDS})
    user_id, username = remote_id(said, "user_id"), said.get("username")
    if not user_id or not isinstance(username, str):
        raise NotSent("Instagram did not say whose account this is.")
    account_type = str(said.get("account_type") or "")
    if account_type not in PROFESSIONAL:
        raise Disconnected("Instagram lets us work for professional accounts only: switch it in the app, then connect.")
    name, picture = said.get("name"), said.get("profile_picture_url")
    profile = Profile(
        remote_id=user_id,
        handle=username,
        name=name if isinstance(name, str) and name else username,
        url=f"{line.endpoint('login')}/{username}/",
        avatar_url=picture if isinstance(picture, str) else "",
    )
    return profile, {"app_scoped_id": remote_id(said), "account_type": account_type, "username": username}


# --- afterwards -------------------------------------------------------------------------------------------------------


def listen(line: Line) -> None:
    """Subscribe our app to the account, each field that notices are read of; asking again harms nobody."""
    call = requests.FB_SUBSCRIBE if line.is_by_facebook else requests.SUBSCRIBE
    answer = line.send(call, params={"subscribed_fields": ",".join(FIELDS)})
    if line.understood(answer, call).get("success") is not True:
        raise NotSent("Instagram did not say whether it tells us of this account.")


def revoke(line: Line) -> None:
    try:
        line.send(requests.FORGET)
    except PlatformError:
        return
