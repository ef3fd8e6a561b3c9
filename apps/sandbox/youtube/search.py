"""search.list: a bucket of its own, a hundred calls a day, and never up to date (`search_lag_seconds`)."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.youtube import clips, showing
from apps.sandbox.youtube.access import me
from apps.sandbox.youtube.clips import Clip
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.paging import page
from apps.sandbox.youtube.parameters import etag, parts

ORDERS = {"date", "rating", "relevance", "title", "videoCount", "viewCount"}


async def search(call: Call) -> Response:
    """GET /search for videos: the caller's own with `forMine`, or public ones with words or of a channel"""
    parts(call, ("id", "snippet"))
    is_mine, kind = call.fields.flag("forMine"), call.fields.text("type")
    if is_mine and kind != "video":
        raise refused("badRequest", "With forMine the type has to be video.", location="type")
    if kind not in {"", "video"} or call.fields.text("order", "relevance") not in ORDERS:
        raise refused("badRequest", "Only videos are found here, in an order that there is.")
    found = _found(call, is_mine=is_mine)
    if call.fields.text("order") == "date":
        found.sort(key=lambda clip: clip.published_at or clip.staged_at, reverse=True)
    show = lambda clip: _shown(call, clip)  # noqa: E731
    return JSONResponse(page(call, "youtube#searchListResponse", found, show, key=lambda clip: clip.id))


def _found(call: Call, *, is_mine: bool) -> list[Clip]:
    world, words = call.world, call.fields.text("q").lower()
    channel = me(call).id if is_mine else call.fields.text("channelId")
    accounts = [account for account in world.accounts("youtube") if channel in {"", account.id}]
    since = world.now().timestamp() - float(world.setting("youtube", "search_lag_seconds"))
    return [
        clip
        for account in accounts
        for clip in clips.of_channel(world, account)
        if (clip.is_public or is_mine)
        and clip.post.created_at.timestamp() <= since
        and words in f"{clip.snippet['title']} {clip.snippet.get('description', '')}".lower()
    ]


def _shown(call: Call, clip: Clip) -> dict[str, Any]:
    said = showing.snippet(call.world, clip)
    names = ("publishedAt", "channelId", "title", "description", "thumbnails", "channelTitle", "liveBroadcastContent")
    return {
        "kind": "youtube#searchResult",
        "etag": etag(clip.id, "search"),
        "id": {"kind": "youtube#video", "videoId": clip.id},
        "snippet": {name: said[name] for name in names},
    }
