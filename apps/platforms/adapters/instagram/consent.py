"""Connecting an account: how Instagram names what `apps.platforms.meta.sign_in` does, and whose token it is.

https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from apps.platforms.adapters.instagram import requests
from apps.platforms.adapters.instagram.faults import LABEL
from apps.platforms.adapters.instagram.line import Line, remote_id
from apps.platforms.adapters.instagram.notices import FIELDS
from apps.platforms.contract import Consent, ConsentStart, Credential, OAuthClient, Profile
from apps.platforms.errors import Disconnected, NotSent, PlatformError
from apps.platforms.meta import sign_in

PROFILE_FIELDS: Final = "id,user_id,username,name,account_type,profile_picture_url"
PROFESSIONAL: Final = frozenset({"", "BUSINESS", "MEDIA_CREATOR"})  # "": it does not say
WAY: Final = sign_in.Way(
    LABEL, "account", "ig", requests.SCOPES, requests.CODE_TO_TOKEN, requests.LONG_TOKEN, requests.RENEW
)


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    """Everybody is asked to sign in anew, for one browser connects many."""
    page = f"{line.endpoint('login')}/oauth/authorize"
    return sign_in.begin(WAY, page, client=client, redirect_uri=redirect_uri, state=state, force_reauth="true")


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str]) -> Consent:
    return sign_in.finish(WAY, line, client=client, redirect_uri=redirect_uri, answer=answer, who=_who)


def refresh(line: Line, credential: Credential) -> Credential:
    return sign_in.refresh(WAY, line, credential)


# --- who is this? -----------------------------------------------------------------------------------------------------


def _who(line: Line, credential: Credential) -> tuple[Profile, Credential]:
    profile, facts = read_profile(line)
    return profile, replace(credential, facts={**facts, **credential.facts})


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
