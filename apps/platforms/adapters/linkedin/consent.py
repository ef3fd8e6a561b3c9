"""Connecting: the consent page, and tokens from the first to the last.

https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow. LinkedIn knows no PKCE on the
web.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.linkedin import faults, identity, permits
from apps.platforms.adapters.linkedin.line import Line, text_of
from apps.platforms.contract import Consent, ConsentStart, Credential, OAuthClient
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent

# What an app with the Community Management product may ask for; it has to be the only product of that app.
SCOPES: Final = (
    "r_basicprofile",
    "w_member_social",
    "w_member_social_feed",
    "w_organization_social",
    "w_organization_social_feed",
    "r_organization_social",
    "r_organization_social_feed",
    "rw_organization_admin",
    "r_member_postAnalytics",
    "r_member_profileAnalytics",
)


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    """Asks for what the app was registered with, else for what the operator set, else for everything."""
    asked = client.scopes or tuple(line.endpoints["scopes"].split()) or SCOPES
    params = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "scope": " ".join(asked),
    }
    address = httpx.URL(line.www("/oauth/v2/authorization"), params=params)
    return ConsentStart(str(address), Secret(json.dumps({"scopes": asked})))


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret) -> Consent:
    code = answer.get("code", "")
    if answer.get("error") or not code:
        raise ConsentRefused(_refusal_words(answer))
    bare = _exchanged(line, client, redirect_uri, Secret(code))
    asked = _asked(keep)
    line = line.for_account(bare)
    try:
        member = identity.read_member(line, by_openid="openid" in (bare.scopes or asked))
        credential = replace(bare, remote_user_id=member.remote_id)
        channels = tuple(identity.channels(line.for_account(credential), member))
    except Disconnected as error:
        raise ConsentRefused(error.words, evidence=error.evidence) from None
    if not channels:
        raise ConsentRefused("This consent allows us to post neither for the member nor for a page.")
    missing = tuple(scope for scope in asked if scope not in credential.scopes) if credential.scopes else ()
    return Consent(credential, channels, missing)


def _refusal_words(answer: Mapping[str, str]) -> str:
    if answer.get("error") in {"user_cancelled_login", "user_cancelled_authorize", "access_denied"}:
        return "Access to the account was declined on LinkedIn."
    if answer.get("error") == "unauthorized_scope_error":
        return (
            "LinkedIn does not let our app ask for all of these permissions: the operator has to request its product, "
            "or name the scopes that the app has."
        )
    return "LinkedIn did not complete the sign-in: start again."


def _asked(keep: Secret) -> tuple[str, ...]:
    """What was asked for when the person was sent to the consent page."""
    try:
        asked = json.loads(keep.reveal()).get("scopes")
    except (ValueError, AttributeError):
        return ()
    return tuple(scope for scope in asked if isinstance(scope, str)) if isinstance(asked, list) else ()


# --- tokens -----------------------------------------------------------------------------------------------------------


def _exchanged(line: Line, client: OAuthClient, redirect_uri: str, code: Secret) -> Credential:
    """A code works once: any refusal means starting again."""
    line = replace(line, secrets=(client.client_secret, code))
    form: wire.Fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": client.client_id,
        "client_secret": client.client_secret,
    }
    answer = line.post_form(permits.TOKEN.path, form)
    if answer.status == 429 or answer.status >= 500:
        raise line.failure(permits.TOKEN, answer)
    if not answer.is_success:
        seen = faults.evidence(answer, faults.read_fault(answer), line.hidden)
        raise ConsentRefused("LinkedIn did not complete the sign-in: start again.", evidence=seen)
    return renewed(line, Credential("", Secret(""), client=client), answer)


def renewed(line: Line, credential: Credential, answer: wire.Answer) -> Credential:
    """`credential` with the tokens of `answer`. A refresh token that is not told again stays the one we have."""
    said = line.understood(permits.TOKEN, answer)
    access = text_of(said, "access_token")
    if not access:
        raise line.unreadable(answer)
    now, refresh = line.clock(), text_of(said, "refresh_token")
    ends = _end(said, "refresh_token_expires_in", now)
    return replace(
        credential,
        access_token=Secret(access),
        refresh_token=Secret(refresh) if refresh else credential.refresh_token,
        expires_at=_end(said, "expires_in", now),
        refresh_expires_at=ends or credential.refresh_expires_at,
        scopes=_granted(said) or credential.scopes,
    )


def _end(said: Mapping[str, Any], name: str, now: datetime) -> datetime | None:
    seconds = said.get(name)
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool)
    return now + timedelta(seconds=seconds) if is_number and 0 < seconds < 10**9 else None  # type: ignore[operator,arg-type]


def _granted(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Scopes, which are asked for with spaces between them and answered with commas."""
    return tuple(text_of(said, "scope").replace(",", " ").split())


def refresh(line: Line, credential: Credential) -> Credential:
    """The refresh token stays the same and only grows shorter, so that a lost answer is a call to be made again.

    Without one, which most apps are not given, the access lasts as long as it lasts and is returned as it is."""
    if not credential.refresh_token or credential.client is None:
        if credential.expires_at is not None and credential.expires_at <= line.clock():
            raise Disconnected("Access to this LinkedIn account has ended: connect it again.")
        return credential
    form: wire.Fields = {
        "grant_type": "refresh_token",
        "refresh_token": credential.refresh_token,
        "client_id": credential.client.client_id,
        "client_secret": credential.client.client_secret,
    }
    answer = line.post_form(permits.TOKEN.path, form)
    if answer.is_success:
        return renewed(line, credential, answer)
    fault = faults.read_fault(answer)
    seen = faults.evidence(answer, fault, line.hidden)
    if answer.status in {400, 401} and fault.code in {"invalid_grant", "invalid_request"}:
        raise Disconnected("Access to this LinkedIn account has ended: connect it again.", evidence=seen)
    if answer.status == 429:
        raise line.failure(permits.TOKEN, answer)
    raise NotSent("LinkedIn did not renew the access.", evidence=seen)


def revoke(line: Line, credential: Credential) -> None:
    """Give back the access token and then the refresh token; raises NotSent or Throttled, to be tried again."""
    if credential.client is None:
        return
    for token in (credential.access_token, credential.refresh_token):
        if not token:
            continue
        form: wire.Fields = {
            "client_id": credential.client.client_id,
            "client_secret": credential.client.client_secret,
            "token": token,
        }
        answer = line.post_form(permits.REVOKE.path, form)
        if answer.status == 429 or answer.status >= 500:
            raise line.failure(permits.REVOKE, answer)
