"""Every call that this platform knows: path, scopes, cost, parameters, and the operation by which faults find it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from apps.sandbox.core.calls import Call, Handler, Operation, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.world import World
from apps.sandbox.google.routes import routes as google_routes
from apps.sandbox.youtube import (
    analytics,
    captions,
    categories,
    channels,
    comments,
    hub,
    pieces,
    playlist_items,
    playlists,
    quota,
    schedule,
    search,
    sessions,
    thumbnails,
    videos,
)
from apps.sandbox.youtube.access import (
    KNOWN_SCOPES,
    TO_ANALYSE,
    TO_COMMENT,
    TO_MANAGE,
    TO_READ,
    TO_UPLOAD,
    channel_of,
    refuse_as_set,
)
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.parameters import check_names

DATA, UPLOADS, RESUMABLE = "/youtube/v3", "/upload/youtube/v3", "/resumable/upload/youtube/v3"


@dataclass(frozen=True, slots=True)
class Method:
    """A method of an API: who may call it, what it costs, and which parameters it knows."""

    verb: str
    path: str
    handler: Handler
    operation: Operation
    scopes: tuple[str, ...]
    cost: int
    known: str = ""
    bucket: str = "units"
    streams: bool = False


# method, path, handler, operation
OPEN: tuple[tuple[str, str, Handler, Operation], ...] = (
    ("POST", f"{DATA}/videos", sessions.without_media, "stage"),
    ("POST", "/subscribe", hub.subscribe, "read"),
    ("GET", "/xml/feeds/videos.xml", hub.feed, "read"),
    ("GET", "/feeds/videos.xml", hub.feed, "read"),
    ("GET", "/watch", thumbnails.watch, "read"),
    ("GET", "/shorts/{id}", thumbnails.watch, "read"),
    ("GET", "/vi/{id}/{name}.jpg", thumbnails.picture, "read"),
)
LIST = "part id mine maxResults pageToken hl channelId"
METHODS: tuple[Method, ...] = (
    Method("GET", f"{DATA}/channels", channels.list_channels, "read", TO_READ, 1, f"{LIST} forHandle"),
    Method("GET", f"{DATA}/videos", videos.list_videos, videos.operation_of_list, TO_READ, 1, f"{LIST} maxWidth"),
    Method("PUT", f"{DATA}/videos", videos.update, videos.operation_of_update, TO_MANAGE, 50, "part"),
    Method("DELETE", f"{DATA}/videos", videos.delete, "delete", TO_MANAGE, 50, "id"),
    Method("GET", f"{DATA}/videos:batchGetStats", videos.batch_stats, "metrics", TO_READ, 1, "part id", "batches"),
    Method("GET", f"{DATA}/videoCategories", categories.list_categories, "read", TO_READ, 1, "part id hl regionCode"),
    Method("GET", f"{DATA}/playlists", playlists.list_playlists, "read", TO_READ, 1, LIST),
    Method("POST", f"{DATA}/playlists", playlists.insert, "edit", TO_MANAGE, 50, "part"),
    Method("PUT", f"{DATA}/playlists", playlists.update, "edit", TO_MANAGE, 50, "part"),
    Method("DELETE", f"{DATA}/playlists", playlists.delete, "delete", TO_MANAGE, 50, "id"),
    Method(
        "GET", f"{DATA}/playlistItems", playlist_items.list_items, "find", TO_READ, 1,
        "part id playlistId videoId maxResults pageToken",
    ),
    Method("POST", f"{DATA}/playlistItems", playlist_items.insert, "edit", TO_MANAGE, 50, "part"),
    Method("PUT", f"{DATA}/playlistItems", playlist_items.update, "edit", TO_MANAGE, 50, "part"),
    Method("DELETE", f"{DATA}/playlistItems", playlist_items.delete, "delete", TO_MANAGE, 50, "id"),
    Method(
        "GET", f"{DATA}/commentThreads", comments.list_threads, "find", TO_COMMENT, 1,
        "part id videoId allThreadsRelatedToChannelId order maxResults pageToken textFormat moderationStatus",
    ),
    Method("POST", f"{DATA}/commentThreads", comments.insert_thread, "comment", TO_COMMENT, 50, "part"),
    Method(
        "GET", f"{DATA}/comments", comments.list_comments, "find", TO_COMMENT, 1,
        "part id parentId maxResults pageToken textFormat moderationStatus",
    ),
    Method("POST", f"{DATA}/comments", comments.insert_reply, "comment", TO_COMMENT, 50, "part"),
    Method("PUT", f"{DATA}/comments", comments.update, "edit", TO_COMMENT, 50, "part"),
    Method("DELETE", f"{DATA}/comments", comments.delete, "delete", TO_COMMENT, 50, "id"),
    Method(
        "POST", f"{DATA}/comments/setModerationStatus", comments.moderate, "edit", TO_COMMENT, 50,
        "id moderationStatus banAuthor",
    ),
    Method(
        "GET", f"{DATA}/search", search.search, "read", TO_READ, 1,
        "part forMine type q order channelId maxResults pageToken publishedAfter publishedBefore", "searches",
    ),
    Method(
        "GET", "/v2/reports", analytics.reports, "metrics", TO_ANALYSE, 1,
        "ids startDate endDate metrics dimensions filters sort maxResults startIndex currency", "analytics",
    ),
    Method(
        "POST", f"{UPLOADS}/thumbnails/set", thumbnails.set_thumbnail, "edit", TO_UPLOAD, 50, "videoId",
        streams=True,
    ),
    Method("POST", f"{UPLOADS}/captions", captions.insert, "edit", TO_COMMENT, 400, "part sync"),
    Method("GET", f"{DATA}/captions", captions.list_captions, "find", TO_COMMENT, 50, "part id videoId"),
    Method("DELETE", f"{DATA}/captions", captions.delete, "delete", TO_COMMENT, 50, "id"),
    *(
        Method(
            "POST", f"{base}/videos", sessions.start, "stage", TO_UPLOAD, 1,
            "part notifySubscribers autoLevels stabilize", "uploads",
        )
        for base in (UPLOADS, RESUMABLE)
    ),
)  # fmt: skip


def routes(world: World, platform: Platform) -> Iterator[Route]:
    yield from google_routes(world, platform, known_scopes=KNOWN_SCOPES)
    for verb, path, handler, operation in OPEN:
        yield door(world, platform, path, handler, operation=operation, methods=[verb])
    for base in (UPLOADS, RESUMABLE):
        path = f"{base}/videos"
        yield door(world, platform, path, pieces.put, operation=pieces.operation_of_put, methods=["PUT"], streams=True)
        yield door(world, platform, path, pieces.cancel, operation="stage", methods=["DELETE"])
    for method in METHODS:
        yield door(
            world,
            platform,
            method.path,
            _guarded(method),
            operation=method.operation,
            methods=[method.verb],
            streams=method.streams,
        )


def _guarded(method: Method) -> Handler:
    """The handler behind what stands before every method: token, scope, quota, names of parameters."""

    async def enter(call: Call) -> Response:
        channel_of(call, method.scopes)
        if not call.world.setting("youtube", "api_enabled"):
            raise refused("accessNotConfigured")
        if method.bucket != "uploads" or not call.world.setting("youtube", "charges_uploads_at_end"):
            quota.charge(call.world, method.bucket, method.cost)
        refuse_as_set(call)
        check_names(call, method.known.split())
        schedule.settle(call.world)
        return await method.handler(call)

    return enter
