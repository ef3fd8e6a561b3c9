"""What can be read: the account, and its public posts with their counters.

Fields are named in the query, on POST as well. A field of user/info whose scope is missing is left out, or refused with
`silent_without_scope` false: both are told. `list_lag_seconds` keeps new posts off the list, `photos_listed` says
whether photo posts are on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from starlette.responses import RedirectResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.tiktok import bodies, errors, figures, publishes
from apps.sandbox.tiktok.access import BASIC, LIST, PROFILE, STATS, caller, names_in, presented
from apps.sandbox.tiktok.names import NAME

USER_FIELDS = {
    BASIC: ("open_id", "union_id", "avatar_url", "avatar_url_100", "avatar_large_url", "display_name"),
    PROFILE: ("bio_description", "profile_deep_link", "is_verified", "username"),
    STATS: ("follower_count", "following_count", "likes_count", "video_count"),
}
COUNTERS = ("like_count", "comment_count", "share_count", "view_count")
VIDEO_FIELDS = (
    "id", "create_time", "cover_image_url", "share_url", "video_description", "duration", "height", "width", "title",
    "embed_html", "embed_link", "is_aigc", *COUNTERS,
)  # fmt: skip
USUAL_PAGE, LONGEST_PAGE, LONGEST_TEXT = 10, 20, 150
Readers = Mapping[str, Callable[[], Any]]


def operation_of_user(call: Call) -> str:
    return "metrics" if set(USER_FIELDS[STATS]) & set(names_in(call.fields.text("fields"))) else "read"


def operation_of_query(call: Call) -> str:
    return "metrics" if set(COUNTERS) & set(names_in(call.fields.text("fields"))) else "read"


async def user(call: Call) -> Response:
    """GET /v2/user/info/?fields="""
    account = caller(call, BASIC, PROFILE, STATS, rate="user_info_per_minute")
    readers, granted = _user_readers(call.world, account), presented(call)[1].scopes
    shown = {}
    for name in _wanted(call, readers):
        scope = next(scope for scope, names in USER_FIELDS.items() if name in names)
        if scope in granted:
            shown[name] = readers[name]()
        elif not call.world.setting(NAME, "silent_without_scope"):
            raise errors.refused(call, "scope_not_authorized")
    return errors.ok(call, {"user": shown})


async def videos(call: Call) -> Response:
    """POST /v2/video/list/?fields=: newest first; the cursor is a time in milliseconds, and older ones come next."""
    account = caller(call, LIST, rate="video_list_per_minute")
    names, body = _wanted(call, VIDEO_FIELDS), bodies.read(call, may_be_empty=True)
    most = bodies.whole(call, {"max_count": USUAL_PAGE, **body}, "max_count", least=1)
    if most > LONGEST_PAGE:
        raise errors.invalid(call, f"max_count is at most {LONGEST_PAGE}")
    cursor = bodies.whole(call, {"cursor": 0, **body}, "cursor")
    lag = timedelta(seconds=call.world.setting(NAME, "list_lag_seconds"))
    posts = [post for post in public_posts(call.world, account) if post.created_at <= call.world.now() - lag]
    posts = sorted(posts, key=_milliseconds, reverse=True)
    older = [post for post in posts if not cursor or _milliseconds(post) < cursor]
    page = older[:most]
    data = {
        "videos": [_shown(call.world, account, post, names) for post in page],
        "cursor": _milliseconds(page[-1]) if page else cursor,
        "has_more": len(older) > most,
    }
    return errors.ok(call, data)


async def query(call: Call) -> Response:
    """POST /v2/video/query/?fields=: those of the ids that are the caller's own and public."""
    account = caller(call, LIST, rate="video_query_per_minute")
    names, filters = _wanted(call, VIDEO_FIELDS), bodies.part(call, bodies.read(call), "filters")
    ids = bodies.texts(call, filters, "video_ids", most=LONGEST_PAGE)
    found = {post.id: post for post in public_posts(call.world, account)}
    shown = [_shown(call.world, account, found[id], names) for id in ids if id in found]
    return errors.ok(call, {"videos": shown})


async def page(call: Call) -> Response:
    """GET /@{handle}/video/{id}: what `share_url` leads to."""
    post = call.world.post(NAME, call.part("id"))
    if post is None:
        return Response("Video currently unavailable", status_code=404)
    return RedirectResponse(call.world.permalink(post), status_code=302)


def public_posts(world: World, account: Account) -> list[Post]:
    shows_photos, now = world.setting(NAME, "photos_listed"), world.now()
    posts = [post for post in world.posts_of(account) if publishes.is_available(post, now)]
    return [post for post in posts if shows_photos or post.data.get("media_type") != "PHOTO"]


def _milliseconds(post: Post) -> int:
    return int(post.created_at.timestamp() * 1000)


def _wanted(call: Call, known: Collection[str]) -> list[str]:
    names = names_in(call.request.query_params.get("fields", ""))
    if not names:
        raise errors.invalid(call, "fields is missing in the query")
    if unknown := [name for name in names if name not in known]:
        raise errors.invalid(call, f"{unknown[0]} is not a field")
    return names


def _user_readers(world: World, account: Account) -> Readers:
    def total(name: str) -> int:
        return sum(figures.of_post(post, name, world.now()) for post in public_posts(world, account))

    return {
        "open_id": lambda: account.id,
        "union_id": lambda: account.data["union_id"],
        **dict.fromkeys(("avatar_url", "avatar_url_100", "avatar_large_url"), lambda: world.avatar_url(account)),
        "display_name": lambda: account.name,
        "bio_description": lambda: "",
        "profile_deep_link": lambda: world.profile_url(account),
        "is_verified": lambda: False,
        "username": lambda: account.handle,
        "follower_count": lambda: account.data["follower_count"],
        "following_count": lambda: account.data["following_count"],
        "likes_count": lambda: total("like_count"),
        "video_count": lambda: len(public_posts(world, account)),
    }


def _shown(world: World, account: Account, post: Post, names: Sequence[str]) -> dict[str, Any]:
    readers = _video_readers(world, account, post)
    return {name: readers[name]() for name in names}


def _video_readers(world: World, account: Account, post: Post) -> Readers:
    media, now = world.media_of(post), world.now()
    first = media[min(post.data.get("photo_cover_index", 0), len(media) - 1)] if media else None
    origin = world.origin(NAME)
    embed = f"{origin}/embed/v2/{post.id}"

    def counter(name: str) -> Callable[[], int]:
        return lambda: figures.of_post(post, name, now)

    return {
        "id": lambda: post.id,
        "create_time": lambda: int(post.created_at.timestamp()),
        "cover_image_url": lambda: world.media_url(first) if first else "",
        "share_url": lambda: f"{origin}/@{account.handle}/video/{post.id}",
        "video_description": lambda: post.text[:LONGEST_TEXT],
        "duration": lambda: int(first.data.get("seconds", 0)) if first else 0,
        "height": lambda: first.height if first else 0,
        "width": lambda: first.width if first else 0,
        "title": lambda: post.data.get("title", post.text)[:LONGEST_TEXT],
        "embed_html": lambda: f'<blockquote class="tiktok-embed" cite="{embed}"></blockquote>',
        "embed_link": lambda: embed,
        "is_aigc": lambda: bool(post.data.get("is_aigc")),
        **{name: counter(name) for name in COUNTERS},
    }
