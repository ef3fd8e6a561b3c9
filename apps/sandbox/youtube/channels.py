"""Channels: what they are made of, and channels.list. One grant sees one channel and none of its siblings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.google import tokens
from apps.sandbox.youtube import growth, playlists
from apps.sandbox.youtube.access import SCOPES, me
from apps.sandbox.youtube.paging import listed, timestamp
from apps.sandbox.youtube.parameters import etag, ids, parts

PARTS = ("id", "snippet", "contentDetails", "statistics", "status", "brandingSettings")


def open_account(world: World, handle: str, name: str) -> Account:
    """A channel of a Google account of its own, with an empty playlist."""
    place = world.store.accounts.count("platform='youtube'") + 1
    account = Account(
        platform="youtube",
        id=f"UCsandbox{place:015d}",
        handle=handle,
        name=name,
        created_at=world.now(),
        data={
            "google_user": f"1{place:020d}",
            "uploads": f"UUsandbox{place:015d}",
            "subscribers": 1234 + 5678 * place,
            "views": 20_000 + 731 * place,
        },
    )
    world.store.accounts.add(account)
    playlists.open_first(world, account)
    return account


def issue_credentials(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    told = tokens.credentials(world, account, SCOPES if scopes is None else scopes)
    return told | {"channel_id": account.id, "uploads_playlist": account.data["uploads"]}


async def list_channels(call: Call) -> Response:
    """GET /channels with `mine`, `id` or `forHandle`"""
    wanted = parts(call, PARTS)
    if call.fields.flag("mine"):
        found = [me(call)]
        if call.world.setting("youtube", "channel_problem") == "noChannel":
            # Nothing is listed rather than an empty list: the key itself is missing.
            return JSONResponse({"kind": "youtube#channelListResponse", "etag": etag("none"), "pageInfo": _info(0)})
    elif handle := call.fields.text("forHandle").removeprefix("@"):
        one = call.world.account_by_handle("youtube", handle)
        found = [one] if one else []
    else:
        known = (call.world.account("youtube", id) for id in ids(call, otherwise="mine, id, forHandle"))
        found = [one for one in known if one]
    items = [_shown(call, account, wanted) for account in found]
    return JSONResponse(listed("youtube#channelListResponse", items) | {"pageInfo": _info(len(items))})


def _info(count: int) -> dict[str, int]:
    return {"totalResults": count, "resultsPerPage": 5}


def _shown(call: Call, account: Account, wanted: list[str]) -> dict[str, Any]:
    world = call.world
    shown: dict[str, Any] = {"kind": "youtube#channel", "etag": etag(account.id, account.name), "id": account.id}
    readers = {
        "snippet": lambda: _snippet(world, account),
        "contentDetails": lambda: {"relatedPlaylists": {"likes": "", "uploads": account.data["uploads"]}},
        "statistics": lambda: growth.of_channel(world, account),
        "status": lambda: _status(call, account),
        "brandingSettings": lambda: {"channel": {"title": account.name}},
    }
    return shown | {part: readers[part]() for part in wanted if part in readers}


def _snippet(world: World, account: Account) -> dict[str, Any]:
    return {
        "title": account.name,
        "description": "",
        "customUrl": f"@{account.handle}",
        "publishedAt": timestamp(account.created_at),
        "thumbnails": {
            size: {"url": world.avatar_url(account), "width": side, "height": side}
            for size, side in (("default", 88), ("medium", 240), ("high", 800))
        },
        "localized": {"title": account.name, "description": ""},
    }


def _status(call: Call, account: Account) -> dict[str, Any]:
    status: dict[str, Any] = {"privacyStatus": "public", "isLinked": True}
    if account.id == me(call).id:
        status["longUploadsStatus"] = call.world.setting("youtube", "long_uploads")
    return status
