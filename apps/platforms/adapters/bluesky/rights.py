"""Every request to Bluesky's servers: what a consent must cover for it, and how often it may be made.

https://atproto.com/specs/permission and https://docs.bsky.app/docs/advanced-guides/rate-limits. Only Bluesky's own
servers have these limits for certain; others have any numbers, or none. Their headers describe the tightest limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from apps.platforms.calls import Call, Feature
from apps.platforms.http import LONGEST_PAUSE
from apps.platforms.limits import Limit, Per, Usage, Window

_GENERIC: Final = ("transition:generic",)
_POSTS, _REPLY_GATES = "repo:app.bsky.feed.post", "repo:app.bsky.feed.threadgate"
_QUOTE_GATES: Final = "repo:app.bsky.feed.postgate"
_WRITES: Final = (_GENERIC, (_POSTS,))
_GATED: Final = (_GENERIC, (_POSTS, _REPLY_GATES, _QUOTE_GATES))
_FILES: Final = (_GENERIC, ("blob:*/*",))
_SERVICE: Final = (
    _GENERIC,
    ("rpc:app.bsky.video.getUploadLimits?aud=*", "rpc:com.atproto.repo.uploadBlob?aud=*"),
)
_PUBLIC: Final = "Posts that are not indexed yet, or were taken down, are left out without an error."
_ONCE: Final = "A refresh token that is shown twice ends the whole session."
_SETS: Final = "The permission set app.bsky.authCreatePosts is not enough: putRecord asks for create and update."


def _xrpc(
    name: str, method: str, nsid: str, feature: Feature, counts_against: tuple[str, ...] = (), **more: object
) -> Call:
    # Each request counts besides among those that come from one address.
    counted = (*counts_against, "requests")
    return Call(name, method, f"/xrpc/{nsid}", feature, counts_against=counted, **more)  # type: ignore[arg-type]


_CONNECT, _PUBLISH, _READ, _METRICS = Feature.CONNECT, Feature.PUBLISH, Feature.READ, Feature.METRICS

# Who is who, and who speaks for whom: anybody may ask.
DIRECTORY = Call("directory", "GET", "/{did}", _CONNECT, endpoint="plc")
WELL_KNOWN = Call("well_known", "GET", "/.well-known/{name}", _CONNECT, endpoint="server")
RESOLVE = _xrpc("resolve", "GET", "com.atproto.identity.resolveHandle", _CONNECT, endpoint="resolver")
DESCRIBE = _xrpc("describe", "GET", "com.atproto.server.describeServer", _CONNECT)

# The paths of Bluesky's authorization server; each server names its own.
PAR = Call("par", "POST", "/oauth/par", _CONNECT, endpoint="issuer")
TOKEN = Call("token", "POST", "/oauth/token", _CONNECT, endpoint="issuer", trap=_ONCE)
REVOKE = Call("revoke", "POST", "/oauth/revoke", _CONNECT, endpoint="issuer")

SIGN_IN = _xrpc(
    "sign_in", "POST", "com.atproto.server.createSession", _CONNECT, counts_against=("sign_ins", "sign_ins_day")
)
RENEW = _xrpc("renew", "POST", "com.atproto.server.refreshSession", _CONNECT)
SIGN_OUT = _xrpc("sign_out", "POST", "com.atproto.server.deleteSession", _CONNECT)
SESSION = _xrpc("session", "GET", "com.atproto.server.getSession", _CONNECT)

PUT = _xrpc(
    "put", "POST", "com.atproto.repo.putRecord", _PUBLISH, scopes=_WRITES, counts_against=("points", "points_day"),
    trap=_SETS,
)  # fmt: skip
REPLY = _xrpc(
    "reply", "POST", "com.atproto.repo.putRecord", Feature.COMMENT, scopes=_WRITES,
    counts_against=("points", "points_day"), trap=_SETS,
)  # fmt: skip
APPLY = _xrpc(
    "apply", "POST", "com.atproto.repo.applyWrites", _PUBLISH, scopes=_GATED, counts_against=("points", "points_day")
)
DELETE = _xrpc(
    "delete", "POST", "com.atproto.repo.deleteRecord", Feature.DELETE, scopes=_WRITES,
    counts_against=("points", "points_day"),
)  # fmt: skip
UPLOAD = _xrpc("upload", "POST", "com.atproto.repo.uploadBlob", _PUBLISH, scopes=_FILES, counts_against=("uploads",))
RECORD = _xrpc("record", "GET", "com.atproto.repo.getRecord", _READ)
RECORDS = _xrpc("records", "GET", "com.atproto.repo.listRecords", _READ)

SERVICE_TOKEN = _xrpc("service_token", "GET", "com.atproto.server.getServiceAuth", _PUBLISH, scopes=_SERVICE)
VIDEO_LIMITS = _xrpc("video_limits", "GET", "app.bsky.video.getUploadLimits", _PUBLISH, endpoint="video")
START = _xrpc(
    "start", "POST", "app.bsky.video.startUpload", _PUBLISH, endpoint="video", counts_against=("videos",)
)  # fmt: skip
PART = _xrpc("part", "POST", "app.bsky.video.uploadPart", _PUBLISH, endpoint="video")
PARTS = _xrpc("parts", "GET", "app.bsky.video.getUploadStatus", _PUBLISH, endpoint="video")
FINISH = _xrpc("finish", "POST", "app.bsky.video.finishUpload", _PUBLISH, endpoint="video")
WHOLE = _xrpc(
    "whole", "POST", "app.bsky.video.uploadVideo", _PUBLISH, endpoint="video", counts_against=("videos",)
)  # fmt: skip
JOB = _xrpc("job", "GET", "app.bsky.video.getJobStatus", _PUBLISH, endpoint="video")

POSTS = _xrpc("posts", "GET", "app.bsky.feed.getPosts", _METRICS, endpoint="appview", trap=_PUBLIC)
PROFILE = _xrpc("profile", "GET", "app.bsky.actor.getProfile", _METRICS, endpoint="appview")

CALLS: Final = (
    DIRECTORY, WELL_KNOWN, RESOLVE, DESCRIBE, PAR, TOKEN, REVOKE, SIGN_IN, RENEW, SIGN_OUT, SESSION, PUT, REPLY, APPLY,
    DELETE, UPLOAD, RECORD, RECORDS, SERVICE_TOKEN, VIDEO_LIMITS, START, PART, PARTS, FINISH, WHOLE, JOB, POSTS,
    PROFILE,
)  # fmt: skip

# --- how often --------------------------------------------------------------------------------------------------------

_FIVE_MINUTES, _HOUR, _DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
# A post with both its gates is three new records of three points.
_POINTS: Final = {PUT.name: 2, REPLY.name: 2, APPLY.name: 9, DELETE.name: 1}
_WRITTEN: Final = "points for writing (a new record 3, one put at its key 2, one deleted 1)"


def _limit(name: str, what: str, amount: int | None, span: timedelta, **more: object) -> Limit:
    return Limit(name, what, more.pop("per", Per.ACCOUNT), amount, span, Window.FIRST_USE, **more)  # type: ignore[arg-type]


LIMITS: Final = (
    _limit("points", _WRITTEN, 5_000, _HOUR, costs=_POINTS),
    _limit("points_day", _WRITTEN, 35_000, _DAY, costs=_POINTS),
    _limit("requests", "requests from one address, for all accounts on one server", 3_000, _FIVE_MINUTES, per=Per.APP),
    _limit("sign_ins", "sign-ins with an app password", 30, _FIVE_MINUTES),
    _limit("sign_ins_day", "sign-ins with an app password", 300, _DAY),
    _limit("uploads", "uploaded pictures", 1_000, _DAY),
    _limit("videos", "uploaded videos; the video service tells what is left", None, _DAY),
)


def usage(headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
    """The tightest limit an answer tells of; which one it is shows by its window and, where two share one, amount."""
    amount, seconds = _policy(headers.get("ratelimit-policy", ""))
    limit = _limit_of(amount, seconds)
    if limit is None:
        return ()
    amount = _number(headers.get("ratelimit-limit", ""), amount)
    remaining = _number(headers.get("ratelimit-remaining", ""), None)
    share = 1 - remaining / amount if amount and remaining is not None else None
    return (Usage(limit.name, amount, remaining, share, _reset(headers.get("ratelimit-reset", ""), now=now)),)


def _policy(written: str) -> tuple[int | None, int | None]:
    """Amount and seconds of `3000;w=300`."""
    amount, _, window = written.partition(";")
    return _number(amount.strip(), None), _number(window.strip().removeprefix("w="), None)


def _limit_of(amount: int | None, seconds: int | None) -> Limit | None:
    fitting = [one for one in LIMITS if one.amount is not None and one.span.total_seconds() == seconds]
    return next((one for one in fitting if one.amount == amount), fitting[0] if fitting else None)


def _number(written: str, default: int | None) -> int | None:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 12 else default


def _reset(written: str, *, now: datetime) -> datetime | None:
    seconds = _number(written, None)
    if seconds is None:
        return None
    moment = datetime.fromtimestamp(seconds, UTC)
    return min(moment, now + LONGEST_PAUSE) if moment > now else None
