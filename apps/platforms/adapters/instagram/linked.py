"""Connecting accounts through Facebook: a person signs in there, and each account is reached through its Page.

https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login. The token of a Page that was
derived from a long one has no date of its own and writes; the person's lasts 60 days, and reads where the Page's does
not see what is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.instagram import requests
from apps.platforms.adapters.instagram.line import (
    BY_FACEBOOK,
    LOGIN,
    Line,
    entries,
    mapping_in,
    next_cursor,
    remote_id,
    text_in,
)
from apps.platforms.calls import Call
from apps.platforms.contract import Channel, Consent, ConsentStart, Credential, OAuthClient, Profile, channel_secret
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    Throttled,
)
from apps.platforms.meta import people

RENEW_BEFORE: Final = timedelta(days=30)
MAX_PAGES: Final = 20
ACCOUNT_FIELDS: Final = "id,username,name,profile_picture_url"
PAGE_FIELDS: Final = f"id,name,access_token,instagram_business_account{{{ACCOUNT_FIELDS}}}"
AGAIN: Final = "Facebook did not complete the sign-in: start again."
NO_ACCOUNT: Final = (
    "None of the Pages that Facebook gave has a professional Instagram account linked to it. Choose the right Page on "
    "Facebook's page; if a business holds it, allow access to the business too."
)


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    """Nothing has to be kept: this login knows no PKCE. What was declined before is asked for again."""
    params = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": ",".join(people.asked_for(_wanted(client), client.also)),
        "auth_type": "rerequest",
        "state": state,
    }
    dialog = f"{line.endpoint('facebook')}/{line.endpoint('version')}/dialog/oauth"
    return ConsentStart(str(httpx.URL(dialog, params=params)), Secret("{}"))


def _wanted(client: OAuthClient) -> tuple[str, ...]:
    return client.scopes or requests.FB_SCOPES


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str]) -> Consent:
    code = Secret(answer.get("code", ""))
    if answer.get("error") or not code:
        declined = "Access to the accounts was declined on Facebook."
        raise ConsentRefused(declined if answer.get("error") == "access_denied" else AGAIN)
    try:
        return _connected(replace(line, secrets=(client.client_secret, code)), client, redirect_uri, code)
    except (ConsentRefused, Throttled, NotSent):
        raise
    except PlatformError as error:  # A code works once: any refusal means starting again.
        failure = ConsentRefused(AGAIN, evidence=error.evidence)
    raise failure


def _connected(line: Line, client: OAuthClient, redirect_uri: str, code: Secret) -> Consent:
    form: wire.Fields = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "redirect_uri": redirect_uri,
        "code": code,
    }
    short = _token(line, requests.FB_TOKEN, line.send(requests.FB_TOKEN, data=form))
    credential = _inspected(line, client, _long(line, client, short))
    found = tuple(_accounts(line.for_account(credential)))
    if not found:
        raise ConsentRefused(NO_ACCOUNT)
    extra = {channel_secret(channel.remote_id): token for channel, token in found}
    wanted = [scope for scope in _wanted(client) if scope not in requests.FB_HELPFUL]
    missing = tuple(scope for scope in wanted if scope not in credential.scopes) if credential.scopes else ()
    return Consent(replace(credential, extra=extra), tuple(channel for channel, _ in found), missing)


def _token(line: Line, call: Call, answer: wire.Answer) -> Secret:
    if token := text_in(line.understood(answer, call), "access_token"):
        return Secret(token)
    raise line.unreadable(answer)


def _long(line: Line, client: OAuthClient, short: Secret) -> Secret:
    """A token of about 60 days. Whether a long one gets a new date here is not documented; it does no harm."""
    line = replace(line, credential=None, secrets=(*line.hidden, short))
    params: wire.Fields = {
        "grant_type": "fb_exchange_token",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "fb_exchange_token": short,
    }
    return _token(line, requests.FB_EXCHANGE, line.send(requests.FB_EXCHANGE, params=params))


def _inspected(line: Line, client: OAuthClient, token: Secret) -> Credential:
    """Whose token it is, what it covers and until when, as Facebook tells our app."""
    app_token = Secret(f"{client.client_id}|{client.client_secret.reveal()}")
    line = replace(line, credential=None, secrets=(*line.hidden, token, app_token))
    answer = line.send(requests.FB_INSPECT, params={"input_token": token, "access_token": app_token})
    data = mapping_in(line.understood(answer, requests.FB_INSPECT), "data")
    if data.get("is_valid") is False:
        raise ConsentRefused(AGAIN)
    if not (user_id := remote_id(data, "user_id")):
        raise NotSent("Facebook did not say whose access this is.")
    granted = data.get("scopes")
    return Credential(
        remote_user_id=user_id,
        access_token=token,
        scopes=tuple(scope for scope in granted if isinstance(scope, str)) if isinstance(granted, list) else (),
        client=client,
        facts={LOGIN: BY_FACEBOOK, "person_until": _date(data.get("expires_at"))},
    )


def _date(seconds: object) -> str:
    """A time as ISO text; "" for never (0), and where Facebook does not say."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**11:
        return ""
    return (datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)).isoformat()


# --- accounts ---------------------------------------------------------------------------------------------------------


def _accounts(line: Line) -> Iterator[tuple[Channel, Secret]]:
    """Each account that is linked to a Page of the person, with the token of that Page."""
    params = {"fields": PAGE_FIELDS, "limit": "100"}
    for _ in range(MAX_PAGES):
        said = line.read(requests.FB_PAGES, params)
        if (listed := entries(said)) is None:
            raise NotSent("Facebook did not say which Pages there are.")
        for page in listed:
            profile, token = profile_of(line, mapping_in(page, "instagram_business_account")), _page_token(page)
            if profile.remote_id and token:
                yield _channel(profile), token
        if not (after := next_cursor(said)):
            return
        params["after"] = after


def _page_token(page: dict[str, Any]) -> Secret | None:
    token = text_in(page, "access_token")
    return Secret(token) if token else None


def _channel(profile: Profile) -> Channel:
    return Channel(
        remote_id=profile.remote_id,
        kind=requests.LINKED,
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        avatar_url=profile.avatar_url,
        limits={"deletes": True},
    )


def profile_of(line: Line, said: dict[str, Any]) -> Profile:
    id = remote_id(said)
    handle = text_in(said, "username") or id
    return Profile(
        remote_id=id,
        handle=handle,
        name=text_in(said, "name") or handle,
        url=f"{line.endpoint('login')}/{handle}/",
        avatar_url=text_in(said, "profile_picture_url"),
    )


# --- afterwards -------------------------------------------------------------------------------------------------------


def check(line: Line) -> Profile:
    """Who the account is; of a consent as a whole, who the person is."""
    is_account = line.credential is not None and bool(line.credential.channel_id)
    said = line.read(requests.ACCOUNT, {"fields": ACCOUNT_FIELDS if is_account else "id,name"})
    profile = profile_of(line, said)
    if not profile.remote_id:
        raise NotSent("Instagram did not say whose account this is.")
    return replace(profile, limits={"deletes": True})


def refresh(line: Line, credential: Credential) -> Credential:
    """The Pages' tokens anew, by the person's; and that one too in the second half of its life.

    An account whose Page the person no longer has loses its token; Disconnected where none is left."""
    until, now = wire.instant(credential.facts.get("person_until")), line.clock()
    if until is not None and until <= now:
        raise Disconnected("The access through Facebook has ended: connect the accounts again.")
    person = replace(credential, channel_id="", channel_kind="")
    if until is not None and until - now < RENEW_BEFORE and credential.client is not None:
        person = _renewed(line, person, credential.client)
    found = {channel_secret(channel.remote_id): token for channel, token in _accounts(line.for_account(person))}
    kept = {name: found[name] for name in credential.extra or found if name in found}
    if not kept:
        raise Disconnected("None of these accounts can be reached any more: connect them again.")
    return replace(credential, access_token=person.access_token, facts=person.facts, extra=kept)


def _renewed(line: Line, person: Credential, client: OAuthClient) -> Credential:
    try:
        fresh = _inspected(line, client, _long(line, client, person.access_token))
    except (Rejected, MissingPermission, ConsentRefused) as error:
        failure = NotSent("Facebook did not renew the access.", evidence=error.evidence)
    else:
        return replace(person, access_token=fresh.access_token, facts={**person.facts, **fresh.facts})
    raise failure


def revoke(line: Line) -> None:
    """Of a consent as a whole, all that the person ever allowed us. It would end every other account of theirs here,
    so of one account nothing is given back: its token is forgotten, and that is all."""
    if line.credential is None or line.credential.channel_id:
        return
    try:
        line.send(requests.FORGET)
    except PlatformError:
        return
