"""Connecting a profile: how Threads names what `apps.platforms.meta.sign_in` does, and whose token it is.

https://developers.facebook.com/documentation/threads/get-started/get-access-tokens-and-permissions
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from apps.platforms import app_tests
from apps.platforms import http as wire
from apps.platforms.adapters.threads import requests
from apps.platforms.adapters.threads.faults import LABEL
from apps.platforms.adapters.threads.line import Line, remote_id
from apps.platforms.contract import Consent, ConsentStart, Credential, OAuthClient, Profile
from apps.platforms.errors import NotSent, PlatformError, Throttled
from apps.platforms.meta import sign_in

PROFILE_FIELDS: Final = "id,username,name,threads_profile_picture_url"
WAY: Final = sign_in.Way(
    LABEL, "profile", "th", requests.SCOPES, requests.CODE_TO_TOKEN, requests.LONG_TOKEN, requests.RENEW
)


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    page = f"{line.endpoint('login')}/oauth/authorize"
    return sign_in.begin(WAY, page, client=client, redirect_uri=redirect_uri, state=state)


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str]) -> Consent:
    return sign_in.finish(WAY, line, client=client, redirect_uri=redirect_uri, answer=answer, who=_who)


def refresh(line: Line, credential: Credential) -> Credential:
    """The grant is prolonged with the token."""
    return sign_in.refresh(WAY, line, credential)


def test_app(line: Line, client: OAuthClient) -> str:
    """A token of the app itself, which Threads gives to whoever shows its id and secret; it is not kept."""
    params: wire.Fields = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "grant_type": "client_credentials",
    }
    line = line.hiding(client.client_secret)
    answer = line.send(requests.APP_TOKEN, params=params)
    try:
        said = line.understood(answer, requests.APP_TOKEN)
    except Throttled:
        raise
    except PlatformError as error:
        failure = error if answer.status >= 500 else app_tests.unknown(LABEL, error)
    else:
        if said.get("access_token"):
            return app_tests.known(LABEL)
        failure = line.unreadable(answer)
    raise failure


def _who(line: Line, credential: Credential) -> tuple[Profile, Credential]:
    credential = replace(credential, scopes=_granted(line, credential))
    profile = read_profile(line.for_account(credential))
    return profile, replace(credential, facts={**credential.facts, "username": profile.handle})


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
