"""Connecting an account: https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/.

This login knows no PKCE. The code exchange always asks for a continuous refresh token: apps from before September 2025
get none without, and the other kind is no longer supported. Each renewal brings a refresh token of its own, which takes
the place of the one before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.pinterest import faults, permits
from apps.platforms.adapters.pinterest.line import Line, text_in
from apps.platforms.contract import Channel, Consent, ConsentStart, Credential, OAuthClient, Profile
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent, PlatformError, Throttled, Uncertain

TOKEN_LIFE: Final = timedelta(days=30)  # what is usual; used when an answer does not say
REFRESH_LIFE: Final = timedelta(days=60)
LONGEST_LIFE: Final = 10**9  # seconds
AGAIN: Final = "Pinterest did not complete the sign-in: start again."


def wanted(client: OAuthClient) -> tuple[str, ...]:
    """What is asked for: an app that is registered with other scopes than the usual ones is asked for those."""
    return client.scopes or permits.SCOPES


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    params = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": ",".join(wanted(client)),
        "state": state,
    }
    return ConsentStart(str(httpx.URL(f"{line.endpoint('login')}/oauth/", params=params)), Secret("{}"))


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str]) -> Consent:
    if answer.get("error") or not answer.get("code"):
        declined = answer.get("error") == "access_denied"
        raise ConsentRefused("Access to the account was declined on Pinterest." if declined else AGAIN)
    code = Secret(answer["code"])
    line = replace(line, secrets=(client.client_secret, code))
    form: wire.Fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "continuous_refresh": "true",
    }
    said = _exchanged(line, _token_call(line, client, form))
    credential = _renewed(Credential("", Secret(""), client=client), said, line.clock())
    try:
        profile, facts = read_profile(line.for_account(credential))
    except Disconnected as error:
        raise ConsentRefused(error.words, evidence=error.evidence) from None
    credential = replace(credential, remote_user_id=profile.remote_id, facts=facts)
    channel = Channel(
        remote_id=profile.remote_id,
        kind="profile",
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        avatar_url=profile.avatar_url,
        limits=profile.limits,
    )
    granted = credential.scopes
    missing = tuple(scope for scope in wanted(client) if scope not in granted) if granted else ()
    return Consent(credential, (channel,), missing)


# --- tokens -----------------------------------------------------------------------------------------------------------


def _token_call(line: Line, client: OAuthClient, form: wire.Fields, *, acting: bool = False) -> wire.Answer:
    keys = httpx.BasicAuth(client.client_id, client.client_secret.reveal())
    return replace(line, credential=None).send(permits.TOKEN, acting=acting, data=form, auth=keys)


def _exchanged(line: Line, answer: wire.Answer) -> dict[str, Any]:
    """A code works once: any refusal means starting again. Raises ConsentRefused, NotSent or Throttled."""
    if answer.is_success:
        if said := _tokens(answer):
            return said
        raise line.unreadable(answer)
    failure = line.failure(answer, permits.TOKEN)
    if isinstance(failure, Throttled) or answer.status >= 500:
        raise failure
    is_app = faults.read_fault(answer).code == faults.APP_UNSUITED
    raise ConsentRefused(faults.NO_APP if is_app else AGAIN, evidence=failure.evidence)


def _tokens(answer: wire.Answer) -> dict[str, Any]:
    """The tokens of an answer; empty where there are none."""
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return {}
    return said if text_in(said, "access_token") else {}


def _renewed(credential: Credential, said: Mapping[str, Any], now: datetime) -> Credential:
    fresh = text_in(said, "refresh_token")
    ends = _refresh_end(said, now) if fresh else credential.refresh_expires_at
    # Scopes come with spaces or with commas between them.
    scopes = tuple(scope for scope in re.split(r"[\s,]+", text_in(said, "scope")) if scope)
    return replace(
        credential,
        access_token=Secret(said["access_token"]),
        refresh_token=Secret(fresh) if fresh else credential.refresh_token,
        expires_at=now + (_span(said.get("expires_in")) or TOKEN_LIFE),
        refresh_expires_at=ends,
        scopes=scopes or credential.scopes,
    )


def _refresh_end(said: Mapping[str, Any], now: datetime) -> datetime:
    if span := _span(said.get("refresh_token_expires_in")):
        return now + span
    told = said.get("refresh_token_expires_at")
    if isinstance(told, int) and not isinstance(told, bool) and now.timestamp() < told < 10**10:
        return datetime.fromtimestamp(told, UTC)
    return now + REFRESH_LIFE


def _span(seconds: object) -> timedelta | None:
    if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < LONGEST_LIFE:
        return timedelta(seconds=seconds)
    return None


def refresh(line: Line, credential: Credential) -> Credential:
    """New tokens. Whether the old refresh token dies of it is not documented: a lost answer is `Uncertain`."""
    if not credential.refresh_token or credential.client is None:
        if credential.expires_at is not None and credential.expires_at <= line.clock():
            raise Disconnected("Access to this Pinterest account has ended: connect it again.")
        return credential
    form: wire.Fields = {"grant_type": "refresh_token", "refresh_token": credential.refresh_token}
    line = line.for_account(credential)
    answer = _token_call(replace(line, secrets=line.hidden), credential.client, form, acting=True)
    if answer.is_success and (said := _tokens(answer)):
        return _renewed(credential, said, line.clock())
    raise _refresh_failure(line, answer)


def _refresh_failure(line: Line, answer: wire.Answer) -> PlatformError:
    """Which codes stand for a dead token is not documented: a refusal in Pinterest's own words is taken for one."""
    fault = faults.read_fault(answer)
    seen = faults.seen_of(answer, fault, line.hidden)
    if answer.is_success or answer.status >= 500:
        return Uncertain("Pinterest may have renewed the access, but its answer was lost.", evidence=seen)
    if fault.code == faults.APP_UNSUITED:
        return NotSent(faults.NO_APP, evidence=seen)
    if answer.status == 429:
        return line.failure(answer, permits.TOKEN)
    if 400 <= answer.status < 500 and answer.status != 408 and fault.is_told:
        return Disconnected("Access to this Pinterest account has ended: connect it again.", evidence=seen)
    return NotSent("Pinterest did not renew the access.", evidence=seen)


# --- who is this? -----------------------------------------------------------------------------------------------------


def read_profile(line: Line) -> tuple[Profile, dict[str, str]]:
    """The account, and what is worth remembering of it. Older minor versions tell no id: then the name stands for it,
    and stays to be the account's id here."""
    said = line.ask(permits.ME)
    username = text_in(said, "username")
    held = line.credential.remote_user_id if line.credential else ""
    remote_id = username if held and held == username else text_in(said, "id") or username
    if not username:
        raise NotSent("Pinterest did not say whose account this is.")
    profile = Profile(
        remote_id=remote_id,
        handle=username,
        name=text_in(said, "business_name") or username,
        url=f"{line.endpoint('login')}/{username}/",
        avatar_url=text_in(said, "profile_image"),
        limits=_limits(line),
    )
    return profile, {"username": username, "account_type": text_in(said, "account_type")}


def _limits(line: Line) -> dict[str, int]:
    written = line.endpoints.get("max_description", "")
    return {"max_text": int(written)} if written.isdecimal() else {}
