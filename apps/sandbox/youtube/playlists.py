"""Playlists, and what is in them: the channel's own uploads are one that fills itself."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.core.store import Box
from apps.sandbox.core.world import World
from apps.sandbox.youtube.access import me
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.paging import page, timestamp
from apps.sandbox.youtube.parameters import etag, ids, one_id, parts, resource, text_at

PARTS = ("id", "snippet", "status", "contentDetails", "localizations", "player")
MAX_TITLE, MAX_DESCRIPTION = 150, 5000
Playlist = dict[str, Any]


def box(world: World) -> Box:
    return world.box("youtube", "playlist")


def open_first(world: World, account: Account) -> None:
    _add(world, account, title="Highlights", description="", privacy="public")


def _add(world: World, account: Account, *, title: str, description: str, privacy: str) -> Playlist:
    playlist: Playlist = {
        "id": f"PL{secrets.token_urlsafe(24)}",
        "channel": account.id,
        "title": title,
        "description": description,
        "privacy": privacy,
        "created_at": world.now().timestamp(),
    }
    box(world).put(playlist["id"], playlist, owner=account.id)
    return playlist


def visible(call: Call, id: str) -> Playlist:
    """A playlist made by hand that the caller may see."""
    playlist = box(call.world).get(id)
    if playlist is None or (playlist["privacy"] == "private" and playlist["channel"] != me(call).id):
        raise refused("playlistNotFound", location="playlistId")
    return playlist


def own(call: Call, id: str) -> Playlist:
    playlist = visible(call, id)
    if playlist["channel"] != me(call).id:
        raise refused("forbidden")
    return playlist


async def list_playlists(call: Call) -> Response:
    """GET /playlists with `mine`, `channelId` or `id`; the one of the uploads is in none of these lists."""
    wanted, account = parts(call, PARTS), me(call)
    channel = account.id if call.fields.flag("mine") else call.fields.text("channelId")
    if channel:
        found = [thing.data for thing in box(call.world).all(owner=channel, order="seq DESC")]
    else:
        given = (box(call.world).get(id) for id in ids(call, otherwise="mine, channelId, id"))
        found = [one for one in given if one]
    found = [one for one in found if one["privacy"] != "private" or one["channel"] == account.id]
    show = lambda one: _shown(call, one, wanted)  # noqa: E731
    return JSONResponse(page(call, "youtube#playlistListResponse", found, show, key=lambda one: str(one["id"])))


async def insert(call: Call) -> Response:
    wanted = parts(call, PARTS)
    title, description, privacy = _said(call)
    playlist = _add(call.world, me(call), title=title, description=description, privacy=privacy or "public")
    return JSONResponse(_shown(call, playlist, wanted))


async def update(call: Call) -> Response:
    wanted = parts(call, PARTS)
    playlist = own(call, text_at(resource(call), "id"))
    title, description, privacy = _said(call)
    playlist |= {"title": title, "description": description}
    if "status" in wanted and privacy:
        playlist["privacy"] = privacy
    box(call.world).put(playlist["id"], playlist, owner=playlist["channel"])
    return JSONResponse(_shown(call, playlist, wanted))


async def delete(call: Call) -> Response:
    playlist = own(call, one_id(call))
    box(call.world).delete(playlist["id"])
    for thing in call.world.box("youtube", "playlist_item").all(owner=playlist["id"]):
        call.world.box("youtube", "playlist_item").delete(thing.id)
    return Response(status_code=204)


def _said(call: Call) -> tuple[str, str, str]:
    body = resource(call)
    title, description = text_at(body, "snippet", "title"), text_at(body, "snippet", "description")
    privacy = text_at(body, "status", "privacyStatus")
    if not title.strip() or len(title) > MAX_TITLE or len(description) > MAX_DESCRIPTION:
        raise refused("badRequest", "The playlist's title or description is invalid.", location="body.snippet")
    if privacy not in {"", "public", "unlisted", "private"}:
        raise refused("badRequest", "Invalid value at 'resource.status.privacy_status' (TYPE_ENUM)")
    return title, description, privacy


def _shown(call: Call, playlist: Playlist, wanted: list[str]) -> dict[str, Any]:
    world = call.world
    account = world.account("youtube", playlist["channel"])
    shown: dict[str, Any] = {"kind": "youtube#playlist", "etag": etag(playlist), "id": playlist["id"]}
    if "snippet" in wanted:
        words = {"title": playlist["title"], "description": playlist["description"]}
        shown["snippet"] = {
            "publishedAt": timestamp(playlist["created_at"]),
            "channelId": playlist["channel"],
            "channelTitle": account.name if account else "",
            "localized": words,
            **words,
        }
    if "status" in wanted:
        shown["status"] = {"privacyStatus": playlist["privacy"]}
    if "contentDetails" in wanted:
        shown["contentDetails"] = {"itemCount": len(world.box("youtube", "playlist_item").all(owner=playlist["id"]))}
    return shown
