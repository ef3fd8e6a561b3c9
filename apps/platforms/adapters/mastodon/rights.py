"""Every request to a server: what a consent must cover for it, and how often it may be made.

https://docs.joinmastodon.org/api/oauth-scopes/ and https://docs.joinmastodon.org/api/rate-limits/. A wide scope
contains its narrow ones. The documentation counts 300 requests per account and address; the server's source counts 300
per token and 1,500 per account, and has the limits of posts and pages. Other software has limits of its own, and says
them in the same headers or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import httpx

from apps.platforms import http as wire
from apps.platforms.calls import Call, Feature
from apps.platforms.limits import Limit, Per, Usage

SCOPES: Final = (
    "profile", "read:accounts", "read:statuses", "read:notifications", "write:statuses", "write:media",
)  # fmt: skip

_WRITE: Final = (("write:statuses",), ("write",))
_MEDIA: Final = (("write:media",), ("write",))
_READ: Final = (("read:statuses",), ("read",))
_WHO: Final = (("profile",), ("read:accounts",), ("read",))
_CONNECT, _PUBLISH = Feature.CONNECT, Feature.PUBLISH
_EACH: Final = ("calls", "account_calls")
_QUIET: Final = "Parameters that a server does not know are ignored without an error: what it made of a post is read."
_HIDDEN: Final = "A file that a post uses is found no more: 404 does not say that it never arrived."

METADATA: Final = Call("metadata", "GET", "/.well-known/oauth-authorization-server", _CONNECT)
NODEINFO_LINKS: Final = Call("nodeinfo_links", "GET", "/.well-known/nodeinfo", _CONNECT)
NODEINFO: Final = Call("nodeinfo", "GET", "/nodeinfo/{version...}", _CONNECT)
WEBFINGER: Final = Call("webfinger", "GET", "/.well-known/webfinger", _CONNECT)
INSTANCE: Final = Call("instance", "GET", "/api/v2/instance", _CONNECT, counts_against=_EACH)
INSTANCE_OLD: Final = Call("instance_old", "GET", "/api/v1/instance", _CONNECT, counts_against=_EACH)
REGISTER: Final = Call("register", "POST", "/api/v1/apps", _CONNECT)
TOKEN: Final = Call("token", "POST", "/oauth/token", _CONNECT)
REVOKE: Final = Call("revoke", "POST", "/oauth/revoke", _CONNECT)
ME: Final = Call(
    "me", "GET", "/api/v1/accounts/verify_credentials", _CONNECT, _WHO, counts_against=_EACH,
    trap="Some software answers a dead token with 400, or with its sign-in page.",
)  # fmt: skip

UPLOAD: Final = Call("upload", "POST", "/api/v2/media", _PUBLISH, _MEDIA, counts_against=(*_EACH, "uploads"))
UPLOAD_OLD: Final = Call("upload_old", "POST", "/api/v1/media", _PUBLISH, _MEDIA, counts_against=(*_EACH, "uploads"))
LOOK: Final = Call("look", "GET", "/api/v1/media/{id}", _PUBLISH, _MEDIA, counts_against=_EACH, trap=_HIDDEN)
POST: Final = Call("post", "POST", "/api/v1/statuses", _PUBLISH, _WRITE, counts_against=(*_EACH, "posts"), trap=_QUIET)
REPLY: Final = Call(
    "reply", "POST", "/api/v1/statuses", Feature.COMMENT, _WRITE, counts_against=(*_EACH, "posts"), trap=_QUIET
)
EDIT: Final = Call(
    "edit", "PUT", "/api/v1/statuses/{id}", Feature.EDIT, _WRITE, counts_against=_EACH,
    trap="Files and polls that an edit does not name are taken away.",
)  # fmt: skip
DELETE: Final = Call(
    "delete", "DELETE", "/api/v1/statuses/{id}", Feature.DELETE, _WRITE, counts_against=(*_EACH, "deletions")
)
STATUS: Final = Call("status", "GET", "/api/v1/statuses/{id}", Feature.METRICS, _READ, counts_against=_EACH)
STATUSES: Final = Call(
    "statuses", "GET", "/api/v1/statuses", Feature.METRICS, _READ, counts_against=_EACH,
    trap="Since 4.3; what is not there is left out.",
)  # fmt: skip
SOURCE: Final = Call("source", "GET", "/api/v1/statuses/{id}/source", Feature.READ, _READ, counts_against=_EACH)
OWN_POSTS: Final = Call(
    "own_posts", "GET", "/api/v1/accounts/{id}/statuses", Feature.READ, _READ, counts_against=(*_EACH, "pages")
)

CALLS: Final = (
    METADATA, NODEINFO_LINKS, NODEINFO, WEBFINGER, INSTANCE, INSTANCE_OLD, REGISTER, TOKEN, REVOKE, ME, UPLOAD,
    UPLOAD_OLD, LOOK, POST, REPLY, EDIT, DELETE, STATUS, STATUSES, SOURCE, OWN_POSTS,
)  # fmt: skip

# --- how often --------------------------------------------------------------------------------------------------------

_MINUTES: Final = {count: timedelta(minutes=count) for count in (5, 15, 30)}
_MARGIN: Final = timedelta(seconds=30)

# The server's windows are cut by the clock; a moving one of the same length never holds more.
LIMITS: Final = (
    Limit("calls", "requests, on Mastodon", Per.TOKEN, 300, _MINUTES[5]),
    Limit("account_calls", "requests with all tokens of the account", Per.ACCOUNT, 1500, _MINUTES[5]),
    Limit("pages", "further pages of lists", Per.ACCOUNT, 300, _MINUTES[15]),
    Limit("uploads", "uploaded files", Per.ACCOUNT, 30, _MINUTES[30]),
    Limit("deletions", "deleted posts", Per.ACCOUNT, 30, _MINUTES[30]),
    Limit("posts", "posts and replies", Per.ACCOUNT, 300, timedelta(hours=3)),
)


def usage(headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
    """What is left of the limit that is nearest to its end, which is the one that the headers are about.

    They do not name it: it is known by its size and by how far its end is, and taken for both where it may be either
    (uploads and deletions). A size that none of ours has is another server's own, and is its limit of requests."""
    amount, remaining = (_number(headers.get(f"x-ratelimit-{name}", "")) for name in ("limit", "remaining"))
    if not amount or remaining is None:
        return ()
    reset_at = wire.reset_at(httpx.Headers(dict(headers)), "x-ratelimit-reset", now=now)
    left = reset_at - now if reset_at else timedelta(0)
    alike = [one for one in LIMITS if one.amount == amount]
    fitting = [one for one in alike if left <= one.span + _MARGIN]
    if len({one.span for one in fitting}) > 1:  # the shortest that its end allows
        fitting = [min(fitting, key=lambda one: one.span)]
    names = [one.name for one in fitting] or ["calls"]
    return tuple(Usage(name, amount, remaining, 1 - min(remaining, amount) / amount, reset_at) for name in names)


def _number(value: str) -> int | None:
    value = value.strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 12 else None
