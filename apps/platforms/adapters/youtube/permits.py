"""Every request to YouTube: what a consent must cover for it, and what it costs.

https://developers.google.com/youtube/v3/determine_quota_cost. Since June 2026 uploads and searches have buckets of
their own, and everything else shares one. Nothing in an answer tells how much is left, so that it is counted here.
Whether the beginning of an upload or its end is what counts is not documented: the beginning is taken.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.calls import Call, Feature
from apps.platforms.google.keys import CONFIGURATION, KEYS
from apps.platforms.google.oauth import REVOKE, TOKEN
from apps.platforms.limits import Limit, Per, Window

_PREFIX = "https://www.googleapis.com/auth/"
MANAGE, ALL = f"{_PREFIX}youtube", f"{_PREFIX}youtube.force-ssl"
UPLOADS, READS, FIGURES = f"{_PREFIX}youtube.upload", f"{_PREFIX}youtube.readonly", f"{_PREFIX}yt-analytics.readonly"
SCOPES: Final = (ALL, UPLOADS, READS, FIGURES)

_READ = ((READS,), (MANAGE,), (ALL,))  # the scope for uploads does not read
_UPLOAD = ((UPLOADS,), (MANAGE,), (ALL,))
_WRITE = ((ALL,), (MANAGE,))
_COMMENT = ((ALL,),)
_ANALYSE = ((FIGURES,), (MANAGE,), (READS,))
_UNITS = ("units",)
_HIDDEN = "Who may not see a video is told that there is none."

CHANNEL = Call("channel", "GET", "/youtube/v3/channels", Feature.CONNECT, _READ, counts_against=_UNITS)
START = Call(
    "start",
    "POST",
    "/upload/youtube/v3/videos",
    Feature.PUBLISH,
    _UPLOAD,
    counts_against=("uploads", "channel_uploads"),
)
SEND = Call("send", "PUT", "/upload/youtube/v3/videos", Feature.PUBLISH, _UPLOAD)
LOOK = Call("look", "GET", "/youtube/v3/videos", Feature.READ, _READ, counts_against=_UNITS, trap=_HIDDEN)
PUBLISH = Call("publish", "PUT", "/youtube/v3/videos", Feature.PUBLISH, _WRITE, counts_against=_UNITS)
THUMBNAIL = Call(
    "thumbnail", "POST", "/upload/youtube/v3/thumbnails/set", Feature.PUBLISH, _UPLOAD, counts_against=_UNITS
)
EDIT = Call("edit", "PUT", "/youtube/v3/videos", Feature.EDIT, _WRITE, counts_against=_UNITS)
DELETE = Call("delete", "DELETE", "/youtube/v3/videos", Feature.DELETE, _WRITE, counts_against=_UNITS)

PLAYLISTS = Call("playlists", "GET", "/youtube/v3/playlists", Feature.PUBLISH, _READ, counts_against=_UNITS)
CATEGORIES = Call("categories", "GET", "/youtube/v3/videoCategories", Feature.PUBLISH, _READ, counts_against=_UNITS)
LISTED = Call("listed", "GET", "/youtube/v3/playlistItems", Feature.READ, _READ, counts_against=_UNITS)
ENLIST = Call("enlist", "POST", "/youtube/v3/playlistItems", Feature.PUBLISH, _WRITE, counts_against=_UNITS)
UNLIST = Call("unlist", "DELETE", "/youtube/v3/playlistItems", Feature.PUBLISH, _WRITE, counts_against=_UNITS)

CAPTIONS = Call("captions", "GET", "/youtube/v3/captions", Feature.PUBLISH, _COMMENT, counts_against=_UNITS)
CAPTION = Call("caption", "POST", "/upload/youtube/v3/captions", Feature.PUBLISH, _COMMENT, counts_against=_UNITS)
UNCAPTION = Call("uncaption", "DELETE", "/youtube/v3/captions", Feature.PUBLISH, _COMMENT, counts_against=_UNITS)

COMMENT = Call("comment", "POST", "/youtube/v3/commentThreads", Feature.COMMENT, _COMMENT, counts_against=_UNITS)
COMMENTS = Call("comments", "GET", "/youtube/v3/commentThreads", Feature.COMMENT, _COMMENT, counts_against=_UNITS)

REPORT = Call("report", "GET", "/v2/reports", Feature.METRICS, _ANALYSE, endpoint="analytics")
SUBSCRIBE = Call("subscribe", "POST", "/subscribe", Feature.NOTICES, endpoint="hub")

CALLS: Final = (
    TOKEN, REVOKE, CONFIGURATION, KEYS, CHANNEL, START, SEND, LOOK, PUBLISH, THUMBNAIL, EDIT, DELETE, PLAYLISTS,
    CATEGORIES, LISTED, ENLIST, UNLIST, CAPTIONS, CAPTION, UNCAPTION, COMMENT, COMMENTS, REPORT, SUBSCRIBE,
)  # fmt: skip

_WRITING = (PUBLISH, THUMBNAIL, EDIT, DELETE, ENLIST, UNLIST, COMMENT, CAPTIONS, UNCAPTION)  # and a look at captions
_DAY = timedelta(days=1)

LIMITS: Final = (
    Limit("uploads", "videos uploaded, by all channels", Per.APP, 100, _DAY, Window.MIDNIGHT_PACIFIC),
    Limit(
        "units", "units of everything else (reading costs 1, writing 50, captions 400), by all channels", Per.APP,
        10_000, _DAY, Window.MIDNIGHT_PACIFIC, {**{call.name: 50 for call in _WRITING}, CAPTION.name: 400},
    ),
    Limit("channel_uploads", "videos of a channel; YouTube does not tell how many", Per.ACCOUNT, None, _DAY),
)  # fmt: skip
