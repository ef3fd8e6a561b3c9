"""Connecting: the consent page, tokens, who the member is, and the pages they may act for.

https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow. LinkedIn knows no PKCE on the
web. One consent of a member covers the profile and every page: each channel acts with the same tokens.
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
from apps.platforms.adapters.linkedin import faults, permits
from apps.platforms.adapters.linkedin.line import Line, encoded, has_next, objects_of, text_of
from apps.platforms.contract import Channel, Consent, ConsentStart, Credential, OAuthClient, Profile
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent, PlatformError, Throttled

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
MOST_PAGES: Final = 20  # of the list of roles, each of up to 100
# CONTENT_ADMIN has two spellings; a role that LinkedIn does not know by this name is passed over.
ROLES: Final = ("ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN", "DIRECT_SPONSORED_CONTENT_POSTER")
_ORGANIZATION_KEYS: Final = ("organization", "organizationTarget", "organizationalTarget")


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
        member = read_member(line, by_openid="openid" in (bare.scopes or asked))
        credential = replace(bare, remote_user_id=member.remote_id)
        channels = tuple(_channels(line.for_account(credential), member))
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


# --- who is this? -----------------------------------------------------------------------------------------------------


def read_member(line: Line, *, by_openid: bool) -> Profile:
    """The member, by whichever of the two identities the consent covers."""
    if by_openid:
        said = line.read(permits.USERINFO, "/v2/userinfo")
        remote_id, name, handle = text_of(said, "sub"), text_of(said, "name"), ""
    else:
        said = line.read(permits.ME, "/v2/me")
        names = (text_of(said, "localizedFirstName"), text_of(said, "localizedLastName"))
        remote_id, name, handle = text_of(said, "id"), " ".join(names).strip(), text_of(said, "vanityName")
    if not remote_id:
        raise NotSent("LinkedIn did not say whose account this is.")
    return Profile(
        remote_id=f"{permits.MEMBER}{remote_id}",
        handle=handle or name or remote_id,
        name=name or handle or remote_id,
        url=line.www(f"/in/{encoded(handle)}/") if handle else "",
        avatar_url=text_of(said, "picture"),
    )


def read_page(line: Line, urn: str) -> Profile:
    number = urn.removeprefix(permits.PAGE)
    said = line.read(permits.PAGE_PROFILE, f"/rest/organizations/{encoded(number)}")
    if text_of(said, "id") not in {number, urn} and not text_of(said, "localizedName"):
        raise NotSent("LinkedIn did not say which page this is.")
    name, handle = text_of(said, "localizedName"), text_of(said, "vanityName")
    return Profile(
        remote_id=urn,
        handle=handle or number,
        name=name or handle or number,
        url=line.www(f"/company/{encoded(handle or number)}/"),
    )


def check(line: Line) -> Profile:
    """The page or the member that the credential acts for."""
    if line.is_page:
        return read_page(line, line.author)
    return read_member(line, by_openid=line.credential is not None and "openid" in line.credential.scopes)


# --- channels ---------------------------------------------------------------------------------------------------------


def _channels(line: Line, member: Profile) -> list[Channel]:
    granted = line.credential.scopes if line.credential else ()
    pages = _pages(line, member) if not granted or "w_organization_social" in granted else []
    own = [_channel(member, permits.MEMBER_KIND)] if not granted or "w_member_social" in granted else []
    return [*own, *(_channel(page, permits.PAGE_KIND) for page in pages)]


def _channel(profile: Profile, kind: str) -> Channel:
    return Channel(
        remote_id=profile.remote_id,
        kind=kind,
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        avatar_url=profile.avatar_url,
    )


def _pages(line: Line, member: Profile) -> list[Profile]:
    urns: dict[str, None] = {}
    for role in ROLES:
        try:
            urns |= dict.fromkeys(_with_role(line, role))
        except (NotSent, Throttled):
            raise
        except PlatformError:
            if role == ROLES[0]:
                raise
    return [_introduced(line, urn) for urn in urns]


def _with_role(line: Line, role: str) -> list[str]:
    """The pages that the member has this role on."""
    urns: list[str] = []
    for number in range(MOST_PAGES):
        query = f"q=roleAssignee&role={role}&state=APPROVED&start={number * 100}&count=100"
        said = line.read(permits.ROLES, f"/rest/organizationAcls?{query}", restli="FINDER")
        elements = objects_of(said, "elements")
        if elements is None:
            raise NotSent("LinkedIn did not say which pages there are.")
        found = [next((urn for key in _ORGANIZATION_KEYS if (urn := text_of(one, key))), "") for one in elements]
        urns += [urn for urn in found if urn.startswith(permits.PAGE)]
        if not has_next(said):
            break
    return urns


def _introduced(line: Line, urn: str) -> Profile:
    """A page by name; one that LinkedIn does not introduce to us is known by its number."""
    try:
        return read_page(line, urn)
    except PlatformError:
        number = urn.removeprefix(permits.PAGE)
        return Profile(urn, number, f"LinkedIn page {number}", url=line.www(f"/company/{number}/"))
