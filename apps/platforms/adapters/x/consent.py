"""Connecting an account: https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code.

PKCE is mandatory, a code lives for 30 seconds, an access token for two hours, and a refresh token works once: replaying
one may end the whole consent.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.x import faults, rights
from apps.platforms.adapters.x.line import Line, data_of, text_in
from apps.platforms.contract import Channel, Consent, ConsentStart, Credential, OAuthClient, Profile
from apps.platforms.errors import (
    AccountDisabled,
    ConsentRefused,
    Disconnected,
    NotSent,
    PlatformError,
    Throttled,
    Uncertain,
)

TOKEN_LIFE = timedelta(hours=2)  # documented; used when an answer does not say
PROFILE_FIELDS = "id,name,username,profile_image_url,verified,verified_type,subscription_type,public_metrics"
SUBSCRIBED = frozenset({"Basic", "Premium", "PremiumPlus"})
AGAIN = "X did not complete the sign-in: start again."

SHORT_TEXT = 280
VIDEO_BYTES, VIDEO_SECONDS = 512_000_000, 140
# 990 parts of 5 MB; what X takes from whom beyond the usual is not documented, so it is left to X to say no.
LONG_VIDEO_BYTES = 4_950_000_000


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    """X asks nobody which account: it takes the one that is signed in to the browser."""
    verifier = secrets.token_urlsafe(64)
    params = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(rights.SCOPES),
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    url = httpx.URL(f"{line.endpoint('login')}/i/oauth2/authorize", params=params)
    return ConsentStart(str(url), Secret(json.dumps({"verifier": verifier})))


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret) -> Consent:
    if answer.get("error") or not answer.get("code"):
        declined = answer.get("error") == "access_denied"
        raise ConsentRefused("Access to the account was declined on X." if declined else AGAIN)
    verifier = Secret(json.loads(keep.reveal())["verifier"])
    code = Secret(answer["code"])
    line = replace(line, secrets=(client.client_secret, code, verifier))
    form: wire.Fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    credential = _credential(line, _exchanged(line, _token_call(line, client, form)), client)
    try:
        profile, facts = read_profile(line.for_account(credential))
    except Disconnected as error:
        raise ConsentRefused(error.words, evidence=error.evidence) from None
    credential = replace(credential, remote_user_id=profile.remote_id, facts=facts)
    granted = credential.scopes
    missing = tuple(scope for scope in rights.SCOPES if scope not in granted) if granted else ()
    return Consent(credential, (_channel(profile),), missing)


def _channel(profile: Profile) -> Channel:
    return Channel(
        remote_id=profile.remote_id,
        kind="profile",
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        avatar_url=profile.avatar_url,
        limits=profile.limits,
    )


# --- tokens -----------------------------------------------------------------------------------------------------------


def _token_call(line: Line, client: OAuthClient, form: wire.Fields, *, acting: bool = False) -> wire.Answer:
    return _as_app(line, rights.TOKEN, client, form, acting=acting)


def _as_app(line: Line, call: Any, client: OAuthClient, form: wire.Fields, *, acting: bool = False) -> wire.Answer:
    """An app with a secret shows it in a header, and one without names itself in the form."""
    line = replace(line, credential=None)
    if client.client_secret:
        keys = httpx.BasicAuth(client.client_id, client.client_secret.reveal())
        return line.send(call, acting=acting, data=form, auth=keys)
    return line.send(call, acting=acting, data={**form, "client_id": client.client_id})


def _exchanged(line: Line, answer: wire.Answer) -> dict[str, Any]:
    """A code works once: any refusal means starting again. Raises ConsentRefused, NotSent or Throttled."""
    if answer.is_success:
        if said := _tokens(answer):
            return said
        raise line.unreadable(answer)
    failure = line.failure(answer, rights.TOKEN)
    if isinstance(failure, NotSent | Throttled):
        raise failure
    words = faults.NO_APP if _blames_app(answer) else AGAIN
    raise ConsentRefused(words, evidence=failure.evidence)


def _tokens(answer: wire.Answer) -> dict[str, Any]:
    """The tokens of an answer; empty where there are none."""
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return {}
    return said if text_in(said, "access_token") else {}


def _blames_app(answer: wire.Answer) -> bool:
    """Whether our own id or secret is wrong, which is no fault of the person's."""
    return answer.status == 401 or faults.read_fault(answer).error in {"unauthorized_client", "invalid_client"}


def _credential(line: Line, said: Mapping[str, Any], client: OAuthClient) -> Credential:
    seconds = said.get("expires_in")
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**9
    return Credential(
        remote_user_id="",
        access_token=Secret(said["access_token"]),
        refresh_token=Secret(text_in(said, "refresh_token")),
        expires_at=line.clock() + (timedelta(seconds=seconds) if is_number else TOKEN_LIFE),  # type: ignore[arg-type]
        scopes=tuple(text_in(said, "scope").split()),
        client=client,
    )


def refresh(line: Line, credential: Credential) -> Credential:
    """A new pair of tokens; the old refresh token is used up by asking, so that a lost answer is `Uncertain`."""
    if not credential.refresh_token or credential.client is None:
        if credential.expires_at is not None and credential.expires_at <= line.clock():
            raise Disconnected("Access to this X account has ended: connect it again.")
        return credential
    form: wire.Fields = {"grant_type": "refresh_token", "refresh_token": credential.refresh_token}
    line = line.for_account(credential)
    answer = _token_call(replace(line, secrets=line.hidden), credential.client, form, acting=True)
    if not (answer.is_success and (said := _tokens(answer))):
        raise _refresh_failure(line, answer)
    fresh = _credential(line, said, credential.client)
    return replace(
        fresh,
        remote_user_id=credential.remote_user_id,
        refresh_token=fresh.refresh_token or credential.refresh_token,
        scopes=fresh.scopes or credential.scopes,
        extra=credential.extra,
        facts=credential.facts,
        channel_id=credential.channel_id,
        channel_kind=credential.channel_kind,
    )


def _refresh_failure(line: Line, answer: wire.Answer) -> PlatformError:
    fault = faults.read_fault(answer)
    seen = wire.evidence(answer, code=fault.label, text=fault.detail, secrets=line.hidden)
    if answer.is_success or answer.status >= 500 or answer.status == 408:
        return Uncertain("X may have renewed the access, but its answer was lost.", evidence=seen)
    if _blames_app(answer):
        return NotSent(faults.NO_APP, evidence=seen)
    if answer.status == 400 and fault.error in {"invalid_request", "invalid_grant"}:
        return Disconnected("Access to this X account has ended: connect it again.", evidence=seen)
    failure = line.failure(answer, rights.TOKEN)
    is_told = isinstance(failure, Throttled | AccountDisabled)
    return failure if is_told else NotSent("X did not renew the access.", evidence=seen)


def revoke(line: Line, credential: Credential) -> None:
    """Both tokens are given back; what X answers changes nothing."""
    for hint, token in (("refresh_token", credential.refresh_token), ("access_token", credential.access_token)):
        if not token or credential.client is None:
            continue
        try:
            form: wire.Fields = {"token": token, "token_type_hint": hint}
            _as_app(line, rights.REVOKE, credential.client, form)
        except PlatformError:
            continue


# --- who is this? -----------------------------------------------------------------------------------------------------


def read_profile(line: Line) -> tuple[Profile, dict[str, str]]:
    """The account, with the limits that its subscription gives it."""
    said = data_of(line.ask(rights.ME, params={"user.fields": PROFILE_FIELDS}))
    remote_id, username = text_in(said, "id"), text_in(said, "username")
    if not remote_id or not username:
        raise NotSent("X did not say whose account this is.")
    subscription = text_in(said, "subscription_type")
    profile = Profile(
        remote_id=remote_id,
        handle=username,
        name=text_in(said, "name") or username,
        url=f"{line.endpoint('login')}/{username}",
        avatar_url=text_in(said, "profile_image_url"),
        limits=_limits(line, is_subscribed=subscription in SUBSCRIBED),
    )
    return profile, {"username": username, "subscription_type": subscription}


def _limits(line: Line, *, is_subscribed: bool) -> dict[str, Any]:
    if not is_subscribed:
        return {"max_text": SHORT_TEXT, "max_video_bytes": VIDEO_BYTES, "max_video_seconds": VIDEO_SECONDS}
    long_text = line.endpoints.get("long_text", "")
    return {
        "max_text": int(long_text) if long_text.isdecimal() else SHORT_TEXT,
        "max_video_bytes": LONG_VIDEO_BYTES,
        "max_video_seconds": None,
    }
