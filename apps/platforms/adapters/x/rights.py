"""Every request to X: what a consent must cover for it, and how often it may be made.

https://docs.x.com/x-api/fundamentals/rate-limits and https://docs.x.com/resources/fundamentals/authentication. The
documentation has other numbers for posts elsewhere (200 in 15 minutes, 300 in 3 hours); here are the lowest, and what
X's answers say takes their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from apps.platforms.calls import Call, Feature
from apps.platforms.http import LONGEST_PAUSE
from apps.platforms.limits import Limit, Per, Usage, Window

READ, WRITE, USERS, MEDIA, LASTING = "tweet.read", "tweet.write", "users.read", "media.write", "offline.access"
SCOPES: Final = (READ, WRITE, USERS, MEDIA, LASTING)

_WRITES, _READS, _UPLOADS = ((READ, WRITE, USERS),), ((READ, USERS),), ((MEDIA,),)
_PUBLISH, _METRICS = Feature.PUBLISH, Feature.METRICS
_POSTED = ("posts", "posts_app", "posts_day")
_ALONE = "Fields that only the author may read are left out without an error when somebody else asks."

TOKEN = Call("token", "POST", "/2/oauth2/token", Feature.CONNECT)
REVOKE = Call("revoke", "POST", "/2/oauth2/revoke", Feature.CONNECT)
ME = Call("me", "GET", "/2/users/me", Feature.CONNECT, _READS, counts_against=("me",))

POST = Call("post", "POST", "/2/tweets", _PUBLISH, _WRITES, counts_against=_POSTED)
REPLY = Call("reply", "POST", "/2/tweets", Feature.COMMENT, _WRITES, counts_against=_POSTED)
EDIT = Call("edit", "POST", "/2/tweets", Feature.EDIT, _WRITES, counts_against=_POSTED)
DELETE = Call("delete", "DELETE", "/2/tweets/{id}", Feature.DELETE, _WRITES, counts_against=("deletes",))
DRAFT_ARTICLE = Call("draft_article", "POST", "/2/articles/draft", _PUBLISH, _WRITES)
PUBLISH_ARTICLE = Call("publish_article", "POST", "/2/articles/{id}/publish", _PUBLISH, _WRITES)

INITIALIZE = Call(
    "initialize", "POST", "/2/media/upload/initialize", _PUBLISH, _UPLOADS, counts_against=("initialize",)
)
APPEND = Call("append", "POST", "/2/media/upload/{id}/append", _PUBLISH, _UPLOADS, counts_against=("append",))
FINALIZE = Call("finalize", "POST", "/2/media/upload/{id}/finalize", _PUBLISH, _UPLOADS, counts_against=("finalize",))
STATUS = Call("status", "GET", "/2/media/upload", _PUBLISH, _UPLOADS, counts_against=("status",))
UPLOAD = Call("upload", "POST", "/2/media/upload", _PUBLISH, _UPLOADS, counts_against=("uploads",))
DESCRIBE = Call("describe", "POST", "/2/media/metadata", _PUBLISH, _UPLOADS, counts_against=("metadata",))
SUBTITLE = Call("subtitle", "POST", "/2/media/subtitles", _PUBLISH, _UPLOADS, counts_against=("subtitles",))

TIMELINE = Call("timeline", "GET", "/2/users/{id}/tweets", Feature.READ, _READS, counts_against=("timeline", "reads"))
LOOKUP = Call("lookup", "GET", "/2/tweets", _METRICS, _READS, counts_against=("lookup", "reads"), trap=_ALONE)
ANALYTICS = Call("analytics", "GET", "/2/tweets/analytics", _METRICS, _READS, counts_against=("analytics",))
MEDIA_ANALYTICS = Call("media_analytics", "GET", "/2/media/analytics", _METRICS, _READS)

CALLS: Final = (
    TOKEN, REVOKE, ME, POST, REPLY, EDIT, DELETE, DRAFT_ARTICLE, PUBLISH_ARTICLE, INITIALIZE, APPEND, FINALIZE, STATUS,
    UPLOAD, DESCRIBE, SUBTITLE, TIMELINE, LOOKUP, ANALYTICS, MEDIA_ANALYTICS,
)  # fmt: skip

# What these name may be there no more.
OF_ONE: Final = (DELETE, APPEND, FINALIZE, STATUS, DESCRIBE, SUBTITLE, LOOKUP, ANALYTICS, MEDIA_ANALYTICS)

# --- how often --------------------------------------------------------------------------------------------------------

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)


def _each(name: str, what: str, amount: int) -> Limit:
    return Limit(name, what, Per.TOKEN, amount, QUARTER, Window.FIRST_USE)


LIMITS: Final = (
    _each("posts", "posts and replies", 100),
    Limit("posts_app", "posts of all accounts", Per.APP, 10_000, DAY, Window.FIRST_USE),
    Limit("posts_day", "posts of an account, as X's answers tell", Per.ACCOUNT, None, DAY, Window.FIRST_USE),
    _each("deletes", "deletions", 50),
    _each("initialize", "uploads begun", 1875),
    _each("append", "parts of uploads", 1875),
    _each("finalize", "uploads ended", 1875),
    _each("uploads", "pictures", 500),
    _each("metadata", "alt texts", 500),
    _each("status", "looks at uploads", 1000),
    _each("subtitles", "subtitles", 100),
    _each("me", "reads of the account", 75),
    _each("timeline", "reads of the account's posts", 900),
    _each("lookup", "reads of posts", 5000),
    _each("analytics", "reads of figures", 300),
    Limit(
        "reads",
        "posts read, by all accounts together",
        Per.APP,
        3_000_000,
        timedelta(days=30),
        Window.FIRST_USE,
        costs={"timeline": 20},
    ),
)

# The headers do not name their window: it is known by its size, where that belongs to one only.
_BY_SIZE = {50: "deletes", 1000: "status", 75: "me", 900: "timeline", 5000: "lookup", 300: "analytics"}
_OTHERS = {500, 1875, *_BY_SIZE}  # the sizes of windows that are no window of posts
_DAILY = {"posts_day": "x-user-limit-24hour", "posts_app": "x-app-limit-24hour"}
_WINDOWS = ("x-rate-limit", *_DAILY.values())


def usage(headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
    """What is left, by an answer's headers. Those for a day come with writing only, and tell a post from the rest."""
    amount = _number(headers, "x-rate-limit-limit") or 0
    daily = {name: _usage(name, prefix, headers) for name, prefix in _DAILY.items()}
    found = [one for one in daily.values() if one is not None] if amount not in _OTHERS else []
    if name := _BY_SIZE.get(amount) or ("posts" if found else ""):
        found += [one for one in (_usage(name, "x-rate-limit", headers),) if one is not None]
    return tuple(found)


def pause(headers: Mapping[str, str], *, now: datetime) -> datetime:
    """When a throttled call may be made again: the reset of what is used up; a quarter of an hour if none is told."""
    ends = [_reset(headers, prefix) for prefix in _WINDOWS if _number(headers, f"{prefix}-remaining") == 0]
    future = [end for end in ends if end is not None and end > now]
    return min(max(future, default=now + QUARTER), now + LONGEST_PAUSE)


def _usage(name: str, prefix: str, headers: Mapping[str, str]) -> Usage | None:
    amount, remaining = _number(headers, f"{prefix}-limit"), _number(headers, f"{prefix}-remaining")
    if amount is None and remaining is None:
        return None
    share = 1 - remaining / amount if amount and remaining is not None else None
    return Usage(name, amount, remaining, share, _reset(headers, prefix))


def _number(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "").strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 12 else None


def _reset(headers: Mapping[str, str], prefix: str) -> datetime | None:
    seconds = _number(headers, f"{prefix}-reset")
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
