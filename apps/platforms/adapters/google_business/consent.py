"""Connecting locations: https://developers.google.com/my-business/content/basic-setup.

One consent gives every location that the person manages. The v4 API wants to know the account that a location is
reached through, so that a channel is named after both; a location of several accounts is offered once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from apps.core.secrets import Secret
from apps.platforms.adapters.google_business import faults, permits
from apps.platforms.adapters.google_business.line import ACCOUNT_NAME, LABEL, LOCATION_NAME, Line, object_in
from apps.platforms.calls import Call
from apps.platforms.contract import SHARED_CONSENT, Channel, Consent, ConsentStart, OAuthClient, Profile
from apps.platforms.errors import ConsentRefused, Disconnected, MissingPermission, NotSent
from apps.platforms.google.faults import text_in
from apps.platforms.google.oauth import GoogleAccounts

KIND: Final = "location"
READ_MASK: Final = "name,title,storefrontAddress,storeCode,websiteUri,metadata"
MOST_PAGES: Final = 100
NO_LOCATION: Final = (
    "This Google account manages no verified location: verify one in its Business Profile, then connect it."
)


def accounts(line: Line) -> GoogleAccounts:
    return GoogleAccounts(line.http, line.clock, LABEL, login=line.endpoint("login"), tokens=line.endpoint("oauth"))


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str, hint: str) -> ConsentStart:
    return accounts(line).begin(
        client=client, redirect_uri=redirect_uri, state=state, scopes=_wanted(client), hint=hint
    )


def _wanted(client: OAuthClient) -> tuple[str, ...]:
    return client.scopes or permits.SCOPES


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret) -> Consent:
    credential = accounts(line).finish(client=client, redirect_uri=redirect_uri, answer=answer, keep=keep)
    try:
        channels, first_account = _read_channels(line.for_channel(credential))
    except MissingPermission as error:
        words = "Google was not allowed to say which locations there are: start again and allow all that is asked."
        raise ConsentRefused(words, evidence=error.evidence) from None
    except Disconnected as error:
        raise ConsentRefused(error.words, evidence=error.evidence) from None
    if not channels:
        raise ConsentRefused(NO_LOCATION)
    user = str(credential.facts.get(SHARED_CONSENT, "")).removeprefix("google:") or first_account
    granted = credential.scopes
    missing = tuple(scope for scope in _wanted(client) if scope not in granted) if granted else ()
    return Consent(replace(credential, remote_user_id=user), channels, missing)


def _read_channels(line: Line) -> tuple[tuple[Channel, ...], str]:
    """All verified locations, and the name of the first account."""
    found: dict[str, Channel] = {}
    first = ""
    for account in _all(line, permits.ACCOUNTS, "accounts", {}, pageSize="20"):
        match = ACCOUNT_NAME.fullmatch(text_in(account, "name"))
        if match is None:
            raise NotSent("Google did not name its accounts as it should.")
        first = first or match[0]
        listed = _all(line, permits.LOCATIONS, "locations", match.groupdict(), readMask=READ_MASK, pageSize="100")
        for location in listed:
            name = text_in(location, "name")
            if LOCATION_NAME.fullmatch(name) and name not in found and is_verified(location):
                found[name] = _channel(location, match[0])
    return tuple(found.values()), first


def _all(line: Line, call: Call, name: str, at: Mapping[str, str], **params: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    for _ in range(MOST_PAGES):
        page, cursor = line.page(call, name, at=at, cursor=cursor, **params)
        yield from page
        if not cursor:
            return
    raise NotSent("Google's list of locations has no end.")


def is_verified(location: Mapping[str, Any]) -> bool:
    """Whether what is posted for it is shown to anybody."""
    return object_in(location, "metadata").get("hasVoiceOfMerchant") is True


def _channel(location: Mapping[str, Any], account: str) -> Channel:
    profile = _profile(location, f"{account}/{text_in(location, 'name')}")
    return Channel(profile.remote_id, KIND, profile.handle, profile.name, profile.url)


def _profile(location: Mapping[str, Any], remote_id: str) -> Profile:
    handle = _whereabouts(location) or remote_id.rpartition("/")[2]
    return Profile(
        remote_id=remote_id,
        handle=handle,
        name=text_in(location, "title") or handle,
        url=text_in(object_in(location, "metadata"), "mapsUri"),
    )


def _whereabouts(location: Mapping[str, Any]) -> str:
    """What tells the locations of a chain apart: the code of the shop, or its address."""
    address = object_in(location, "storefrontAddress")
    lines = address.get("addressLines")
    street = next((one for one in lines if isinstance(one, str)), "") if isinstance(lines, list) else ""
    return text_in(location, "storeCode") or ", ".join(one for one in (street, text_in(address, "locality")) if one)


def read_location(line: Line) -> dict[str, Any]:
    """The location that we act for, whatever its state."""
    at = line.place
    said = line.ask(permits.LOCATION, at=at, params={"readMask": READ_MASK})
    if text_in(said, "name") != f"locations/{at['location']}":
        raise NotSent("Google did not say which location this is.")
    return said


def check(line: Line) -> Profile:
    """Raises MissingPermission where Google does not show what the location posts."""
    location = read_location(line)
    if not is_verified(location):
        raise MissingPermission(faults.NO_ACCESS)
    return _profile(location, line.credential.channel_id if line.credential else "")
