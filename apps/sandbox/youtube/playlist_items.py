"""What is in a playlist. Of the uploads, newest first, their owner sees private ones too (`uploads_list_private`)."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.core.store import Box
from apps.sandbox.core.world import World
from apps.sandbox.youtube import clips, playlists, showing
from apps.sandbox.youtube.access import me
from apps.sandbox.youtube.clips import Clip
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.paging import page, timestamp
from apps.sandbox.youtube.parameters import etag, ids, one_id, parts, resource, text_at

PARTS = ("id", "snippet", "contentDetails", "status")


@dataclass(slots=True)
class Item:
    id: str
    playlist: str
    video: str
    position: int
    added_at: float


def _box(world: World) -> Box:
    return world.box("youtube", "playlist_item")


async def list_items(call: Call) -> Response:
    """GET /playlistItems with `playlistId` (and perhaps `videoId`) or `id`"""
    wanted = parts(call, PARTS)
    if playlist := call.fields.text("playlistId"):
        found = _uploads(call, playlist) if playlist.startswith("UU") else _in_order(call, playlist)
    else:
        given = (_box(call.world).get(id) for id in ids(call, otherwise="playlistId, id"))
        found = [Item(**one) for one in given if one]
    if video := call.fields.text("videoId"):
        found = [item for item in found if item.video == video]
    show = lambda item: _shown(call, item, wanted)  # noqa: E731
    return JSONResponse(page(call, "youtube#playlistItemListResponse", found, show, key=lambda item: item.id))


def _uploads(call: Call, playlist: str) -> list[Item]:
    account = _channel_of_uploads(call.world, playlist)
    is_owner = account.id == me(call).id and call.world.setting("youtube", "uploads_list_private")
    seen = [clip for clip in clips.of_channel(call.world, account) if clip.is_public or is_owner]
    return [
        Item(f"VVV{account.id[2:]}.{clip.id}", playlist, clip.id, place, clip.post.created_at.timestamp())
        for place, clip in enumerate(seen)
    ]


def _channel_of_uploads(world: World, playlist: str) -> Account:
    account = world.account("youtube", "UC" + playlist.removeprefix("UU"))
    if account is None:
        raise refused("playlistNotFound", location="playlistId")
    return account


def _in_order(call: Call, playlist: str) -> list[Item]:
    return _sorted(call.world, playlists.visible(call, playlist)["id"])


def _sorted(world: World, playlist: str) -> list[Item]:
    items = [Item(**thing.data) for thing in _box(world).all(owner=playlist)]
    return sorted(items, key=lambda item: item.position)


def _keep(world: World, items: list[Item]) -> None:
    """In this order from now on."""
    for place, item in enumerate(items):
        item.position = place
        _box(world).put(item.id, asdict(item), owner=item.playlist)


async def insert(call: Call) -> Response:
    """POST /playlistItems: the same video may be added twice, and then stands there twice."""
    wanted, body = parts(call, PARTS), resource(call)
    playlist, clip = _playlist(call, body), _video(call, body)
    item = Item(f"UEw{secrets.token_urlsafe(24)}", playlist, clip.id, 0, call.world.now().timestamp())
    items = _sorted(call.world, playlist)
    items.insert(_place(body, len(items)), item)
    _keep(call.world, items)
    return JSONResponse(_shown(call, item, wanted))


async def update(call: Call) -> Response:
    """PUT /playlistItems: to another place."""
    wanted, body = parts(call, PARTS), resource(call)
    item = _own(call, text_at(body, "id"))
    items = [one for one in _sorted(call.world, item.playlist) if one.id != item.id]
    items.insert(_place(body, item.position), item)
    _keep(call.world, items)
    return JSONResponse(_shown(call, item, wanted))


async def delete(call: Call) -> Response:
    item = _own(call, one_id(call))
    _box(call.world).delete(item.id)
    _keep(call.world, _sorted(call.world, item.playlist))
    return Response(status_code=204)


def _playlist(call: Call, body: dict[str, Any]) -> str:
    id = text_at(body, "snippet", "playlistId")
    if id.startswith("UU"):
        _channel_of_uploads(call.world, id)
        raise refused("forbidden")
    return str(playlists.own(call, id)["id"])


def _video(call: Call, body: dict[str, Any]) -> Clip:
    if text_at(body, "snippet", "resourceId", "kind") != "youtube#video":
        raise refused("badRequest", "The resource is no youtube#video.", location="snippet.resourceId.kind")
    clip = clips.visible(call.world, text_at(body, "snippet", "resourceId", "videoId"), me(call))
    if clip is None:
        raise refused("videoNotFound", location="snippet.resourceId.videoId")
    return clip


def _place(body: dict[str, Any], usual: int) -> int:
    snippet = body.get("snippet")
    place = snippet.get("position", usual) if isinstance(snippet, dict) else usual
    if not isinstance(place, int) or place < 0:
        raise refused("badRequest", "Invalid value at 'resource.snippet.position' (TYPE_UINT32)")
    return place


def _own(call: Call, id: str) -> Item:
    found = _box(call.world).get(id)
    if found is None:
        raise refused("playlistItemNotFound", location="id")
    item = Item(**found)
    playlists.own(call, item.playlist)
    return item


def _shown(call: Call, item: Item, wanted: list[str]) -> dict[str, Any]:
    clip = clips.visible(call.world, item.video, me(call))
    shown: dict[str, Any] = {"kind": "youtube#playlistItem", "etag": etag(asdict(item)), "id": item.id}
    if "snippet" in wanted:
        said = showing.snippet(call.world, clip) if clip else {"title": "Private video", "description": ""}
        names = ("title", "description", "thumbnails", "channelId", "channelTitle")
        shown["snippet"] = {name: said[name] for name in names if name in said} | {
            "publishedAt": timestamp(item.added_at),
            "playlistId": item.playlist,
            "position": item.position,
            "resourceId": {"kind": "youtube#video", "videoId": item.video},
        }
    if "contentDetails" in wanted:
        shown["contentDetails"] = {"videoId": item.video}
        if clip and clip.published_at:
            shown["contentDetails"]["videoPublishedAt"] = timestamp(clip.published_at)
    if "status" in wanted:
        shown["status"] = {"privacyStatus": clip.privacy if clip else "private"}
    return shown
