"""The AppView's public reads: profiles and posts with their counts. Posts need `index_seconds` before it knows them."""

from __future__ import annotations

import math
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post

from . import identity
from .errors import invalid_request
from .identity import NAME, post_id
from .repository import Repository

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

MOST = 25
_HALF_A_DAY = 12 * 3600
# Of a thousand who see a post, so many do this.
_RATES = {"likeCount": 38, "repostCount": 7, "quoteCount": 2, "bookmarkCount": 4}
_FILTERS = (
    "posts_with_replies",
    "posts_no_replies",
    "posts_with_media",
    "posts_and_author_threads",
    "posts_with_video",
)


async def posts(call: Call) -> Response:
    """getPosts: up to 25; what is not there, or not indexed yet, is left out without a word."""
    wanted = call.fields.list("uris")
    if not 1 <= len(wanted) <= MOST:
        raise invalid_request(f"Error: uris must have between 1 and {MOST} items")
    found = [post for uri in wanted if (post := _post_at(call.world, uri))]
    return JSONResponse({"posts": [view(call.world, post) for post in found]})


async def profile(call: Call) -> Response:
    """getProfile"""
    account = identity.account_called(call.world, call.fields.text("actor"))
    if account is None:
        raise invalid_request("Profile not found")
    return JSONResponse(_profile(call.world, account))


async def profiles(call: Call) -> Response:
    """getProfiles: up to 25; those that do not exist are left out."""
    wanted = call.fields.list("actors")
    if not 1 <= len(wanted) <= MOST:
        raise invalid_request(f"Error: actors must have between 1 and {MOST} items")
    found = [account for actor in wanted if (account := identity.account_called(call.world, actor))]
    return JSONResponse({"profiles": [_profile(call.world, account) for account in found]})


async def author_feed(call: Call) -> Response:
    """getAuthorFeed: newest first; the cursor is the id of the last post that was shown."""
    account, limit = identity.account_called(call.world, call.fields.text("actor")), call.fields.text("limit", "50")
    wanted = call.fields.text("filter", _FILTERS[0])
    if account is None:
        raise invalid_request("Profile not found")
    if not limit.isdigit() or not 1 <= int(limit) <= 100:
        raise invalid_request("Error: limit must be between 1 and 100")
    if wanted not in _FILTERS:
        raise invalid_request(f"Error: filter must be one of {', '.join(_FILTERS)}")
    found = call.world.posts_of(account, limit=int(limit), before=call.fields.text("cursor"))
    shown = [post for post in found if _is_indexed(call.world, post) and _passes(call.world, post, wanted)]
    told: dict[str, Any] = {"feed": [{"post": view(call.world, post)} for post in shown]}
    return JSONResponse(told | ({"cursor": found[-1].id} if len(found) == int(limit) else {}))


def view(world: World, post: Post) -> dict[str, Any]:
    """A post as the AppView shows it; its record is the one that was published first."""
    account = world.account(NAME, post.account_id)
    repository = Repository(world, account) if account else None
    rkey = post.id.rpartition("/")[2]
    entry = repository.entry("app.bsky.feed.post", rkey) if repository else None
    told = {
        "uri": post.data["uri"],
        "cid": post.data["cid"],
        "author": {"did": post.account_id, "handle": account.handle if account else "handle.invalid"},
        "record": entry.record if entry else {"text": post.text},
        "indexedAt": post.created_at.isoformat(),
        **counts(world, post),
    }
    gate = repository.entry("app.bsky.feed.threadgate", rkey) if repository else None
    if gate is not None and repository is not None:
        uri = repository.uri("app.bsky.feed.threadgate", rkey)
        told["threadgate"] = {"uri": uri, "cid": gate.cid, "record": gate.record}
    return told


def counts(world: World, post: Post) -> dict[str, int]:
    """Numbers that grow with the age of a post; replies are those that are here."""
    age = (world.now() - post.created_at).total_seconds()
    ceiling = 300 + zlib.crc32(post.id.encode()) % 2700
    seen = ceiling * -math.expm1(-age / _HALF_A_DAY) if age > 0 else 0
    told = {name: int(seen * rate / 1000) for name, rate in _RATES.items()}
    return {**told, "replyCount": world.count_replies(post)}


def _profile(world: World, account: Account) -> dict[str, Any]:
    days = max(0, (world.now() - account.created_at).days)
    base = zlib.crc32(account.id.encode())
    return {
        "did": account.id,
        "handle": account.handle,
        "displayName": account.name,
        "avatar": world.avatar_url(account),
        "followersCount": 120 + base % 2000 + 3 * days,
        "followsCount": 40 + base % 300,
        "postsCount": len(world.posts_of(account)),
        "indexedAt": account.created_at.isoformat(),
    }


def _post_at(world: World, uri: str) -> Post | None:
    did, _, path = uri.removeprefix("at://").partition("/")
    post = world.post(NAME, post_id(did, path.rpartition("/")[2]))
    return post if post and _is_indexed(world, post) else None


def _is_indexed(world: World, post: Post) -> bool:
    return post.created_at + timedelta(seconds=float(world.setting(NAME, "index_seconds"))) <= world.now()


def _passes(world: World, post: Post, wanted: str) -> bool:
    media = world.media_of(post)
    match wanted:
        case "posts_no_replies":
            return post.kind != "reply"
        case "posts_and_author_threads":
            return post.kind != "reply" or post.parent_id.startswith(f"{post.account_id}/")
        case "posts_with_media":
            return bool(media)
        case "posts_with_video":
            return any(medium.mime.startswith("video/") for medium in media)
    return True
