"""What the Page has published: the lists, and each post by its fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.facebook import comment_nodes, growth, metrics, parameters, people, schedule
from apps.sandbox.facebook.access import READ, USER_CONTENT, missing, page_caller
from apps.sandbox.facebook.names import bare_id, shown_id
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta import paging
from apps.sandbox.meta.fields import Field, Readers, parse, select
from apps.sandbox.meta.graph import graph_error

STATUS_TYPES = {"photo": "added_photos", "album": "added_photos", "link": "shared_story", "video": "added_video"}


def find(world: World, page: Account, id: str) -> Post | None:
    """The Page's post with this id, in its full or its bare form; drafts included, comments not."""
    bare = id.removeprefix(f"{page.id}_")
    for name in (f"{page.id}_{bare}", bare):
        post = world.post(NAME, name)
        if post and post.kind == "post" and post.account_id == page.id:
            return post
    draft = schedule.load(world, f"{page.id}_{bare}")
    if draft and draft.page_id == page.id:
        return draft.as_post(datetime.fromtimestamp(draft.created_at, UTC))
    return None


def is_ready(world: World, post: Post) -> bool:
    """Whether its video has been processed; until then only the video itself knows of the post."""
    return bool(post.data.get("ready_at", 0) <= world.now().timestamp())


async def published(call: Call) -> Response:
    """GET /{page-id}/published_posts, /posts and /feed (nobody else writes on this Page): reels and stories are not
    among them."""
    page = page_caller(call)
    if (refusal := unpermitted(call, READ)) is not None:
        return refusal
    found = [
        post
        for post in call.world.posts_of(page)
        if post.kind == "post" and post.data["type"] not in {"reel", "story"} and is_ready(call.world, post)
    ]
    return _list(call, found)


async def scheduled(call: Call) -> Response:
    """GET /{page-id}/scheduled_posts: the next one first."""
    page = page_caller(call)
    if (refusal := unpermitted(call, READ)) is not None:
        return refusal
    drafts = [draft for draft in schedule.scheduled(call.world, page.id) if draft.data["type"] != "reel"]
    return _list(call, [draft.as_post(datetime.fromtimestamp(draft.created_at, UTC)) for draft in drafts])


def unpermitted(call: Call, *scopes: str) -> Response | None:
    """Without its permission a list is refused; or, as settings have it, empty, which looks like nothing to see."""
    if people.data_access_ended(call.world, call.token):
        return JSONResponse({"data": []})
    lacking = [scope for scope in scopes if call.token and scope not in call.token.scopes]
    if not lacking:
        return None
    if call.world.setting(NAME, "silent_without_scope"):
        return JSONResponse({"data": []})
    raise missing(lacking[0])


def _list(call: Call, found: list[Post]) -> Response:
    fields = parse(call.fields.text("fields", "id,created_time,message"))
    answer = paging.page(
        call,
        _within(call, found),
        lambda post: select(fields, readers(call, post), node="PagePost"),
        key=lambda post: post.id,
        is_sparse=bool(call.world.setting(NAME, "sparse_pages")),
    )
    return JSONResponse(answer)


def _within(call: Call, found: list[Post]) -> list[Post]:
    since, until = parameters.instant(call, "since"), parameters.instant(call, "until")
    return [
        post
        for post in found
        if (since is None or post.created_at >= since) and (until is None or post.created_at <= until)
    ]


def readers(call: Call, post: Post) -> Readers:
    world = call.world
    draft = schedule.load(world, post.id)
    page = world.account(NAME, post.account_id)
    media = _media(world, post, draft)
    updated = datetime.fromtimestamp(post.data.get("updated_at", post.created_at.timestamp()), UTC)
    pictures = [world.media_url(medium) for medium in media if medium.mime.startswith("image/")]
    return {
        "id": lambda _: shown_id(post),
        "message": lambda _: post.text or None,
        "created_time": lambda _: parameters.wording(post.created_at),
        "updated_time": lambda _: parameters.wording(updated),
        "permalink_url": lambda _: world.permalink(post),
        "full_picture": lambda _: pictures[0] if pictures else None,
        "picture": lambda _: pictures[0] if pictures else None,
        "from": lambda _: {"id": post.account_id, "name": page.name if page else ""},
        "status_type": lambda _: STATUS_TYPES.get(post.data["type"], "mobile_status_update"),
        "is_published": lambda _: draft is None,
        "is_hidden": lambda _: False,
        "scheduled_publish_time": lambda _: int(draft.at) if draft and draft.at else None,
        "attachments": lambda one: _attachments(world, post, media, one),
        "shares": lambda _: _shares(world, post, draft),
        "comments": lambda one: _comments(call, post, one),
        "reactions": lambda one: _counted(call, post, "reactions", one),
        "likes": lambda one: _counted(call, post, "likes", one),
        "insights": lambda one: metrics.nested(call, post, one),
        "place": lambda _: {"id": str(post.data["place"])} if "place" in post.data else None,
    }


def _media(world: World, post: Post, draft: schedule.Draft | None) -> list[Medium]:
    if draft is None:
        return world.media_of(post)
    return [medium for id in draft.media if (medium := world.store.media.get(NAME, id))]


def _attachments(world: World, post: Post, media: list[Medium], one: Field) -> dict[str, Any] | None:
    shown = [_attachment(world, medium) for medium in media]
    if post.data["type"] == "link":
        shown = [{"media_type": "link", "type": "share", "url": post.data["link"], "unshimmed_url": post.data["link"]}]
    if len(shown) > 1:
        target = {"id": bare_id(post), "url": world.permalink(post)}
        shown = [{"media_type": "album", "type": "album", "target": target, "subattachments": {"data": shown}}]
    if not shown:
        return None
    known = {"media_type", "type", "url", "unshimmed_url", "title", "description", "media", "target", "subattachments"}
    for asked in one.inner:
        if asked.name not in known:
            message = f"(#100) Tried accessing nonexisting field ({asked.name}) on node type (StoryAttachment)"
            raise graph_error(100, message)
    names = {asked.name for asked in one.inner} or set(shown[0])
    return {"data": [{name: value for name, value in part.items() if name in names} for part in shown]}


def _attachment(world: World, medium: Medium) -> dict[str, Any]:
    is_picture = medium.mime.startswith("image/")
    image = {"src": world.media_url(medium), "width": medium.width, "height": medium.height}
    return {
        "media_type": "photo" if is_picture else "video",
        "type": "photo" if is_picture else "video_inline",
        "url": world.media_url(medium),
        "description": medium.alt,
        "media": {"image": image},
        "target": {"id": medium.id, "url": world.media_url(medium)},
    }


def _shares(world: World, post: Post, draft: schedule.Draft | None) -> dict[str, int] | None:
    count = 0 if draft else growth.of_post(world, post, "shares")
    return {"count": count} if count else None


def _comments(call: Call, post: Post, one: Field) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": comment_nodes.inside(call, post, one)}
    if one.modifiers.get("summary") in {"true", "1", "total_count"}:
        _need_user_content(call)
        count = call.world.count_replies(post)
        answer["summary"] = {"order": "ranked", "total_count": count, "can_comment": True}
    return answer


def _counted(call: Call, post: Post, name: str, one: Field) -> dict[str, Any]:
    _need_user_content(call)
    answer: dict[str, Any] = {"data": []}
    if one.modifiers.get("summary") in {"true", "1", "total_count"}:
        answer["summary"] = {"total_count": growth.of_post(call.world, post, name)}
    return answer


def _need_user_content(call: Call) -> None:
    if call.token and USER_CONTENT not in call.token.scopes:
        raise missing(USER_CONTENT)
