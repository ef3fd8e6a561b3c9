"""Connecting a channel: https://developers.google.com/youtube/v3/guides/authentication.

One consent gives one channel, the one that the person chose on Google's page; nothing lists its siblings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from apps.core.secrets import Secret
from apps.platforms.adapters.youtube import faults, permits
from apps.platforms.adapters.youtube.line import LABEL, Line, object_in
from apps.platforms.contract import Channel, Consent, ConsentStart, OAuthClient, Profile
from apps.platforms.errors import ConsentRefused, Disconnected, MissingPermission, NotSent
from apps.platforms.google.faults import text_in
from apps.platforms.google.oauth import GoogleAccounts

KIND: Final = "channel"
PARTS: Final = "id,snippet,contentDetails,status"
UNVERIFIED_SECONDS: Final = 15 * 60  # the longest video of a channel that is not verified


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
        profile, facts = read_channel(line.for_account(credential))
    except MissingPermission as error:
        words = "YouTube was not allowed to say which channel this is: start again and allow all that is asked."
        raise ConsentRefused(words, evidence=error.evidence) from None
    except Disconnected as error:
        raise ConsentRefused(error.words, evidence=error.evidence) from None
    credential = replace(credential, remote_user_id=profile.remote_id, facts={**credential.facts, **facts})
    granted = credential.scopes
    missing = tuple(scope for scope in _wanted(client) if scope not in granted) if granted else ()
    return Consent(credential, (_channel(profile),), missing)


def _channel(profile: Profile) -> Channel:
    return Channel(
        remote_id=profile.remote_id,
        kind=KIND,
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        avatar_url=profile.avatar_url,
        limits=profile.limits,
    )


def read_channel(line: Line) -> tuple[Profile, dict[str, str]]:
    """The channel of a token, and the name of the list of its uploads. Raises Disconnected where there is none."""
    items, _ = line.items(permits.CHANNEL, params={"part": PARTS, "mine": "true"})
    if not items:
        raise Disconnected(faults.NO_CHANNEL)
    said = items[0]
    remote_id, snippet = text_in(said, "id"), object_in(said, "snippet")
    if not remote_id:
        raise NotSent("YouTube did not say which channel this is.")
    profile = Profile(
        remote_id=remote_id,
        handle=text_in(snippet, "customUrl").removeprefix("@") or remote_id,
        name=text_in(snippet, "title") or remote_id,
        url=f"{line.endpoint('watch')}/channel/{remote_id}",
        avatar_url=_picture(object_in(snippet, "thumbnails")),
        limits=_limits(object_in(said, "status")),
    )
    uploads = text_in(object_in(object_in(said, "contentDetails"), "relatedPlaylists"), "uploads")
    return profile, {"uploads": uploads}


def _picture(thumbnails: Mapping[str, Any]) -> str:
    found = (text_in(object_in(thumbnails, name), "url") for name in ("medium", "default", "high"))
    return next((address for address in found if address), "")


def _limits(status: Mapping[str, Any]) -> dict[str, int]:
    """Long videos are for channels that have verified a phone number."""
    told = text_in(status, "longUploadsStatus")
    return {"max_video_seconds": UNVERIFIED_SECONDS} if told in {"eligible", "disallowed"} else {}


def uploads_of(line: Line) -> str:
    """The name of the list of the channel's uploads."""
    kept = line.credential.facts.get("uploads") if line.credential else ""
    if isinstance(kept, str) and kept:
        return kept
    _, facts = read_channel(line)
    if not facts["uploads"]:
        raise NotSent("YouTube did not say where the channel's videos are listed.")
    return facts["uploads"]
