"""Stories: one photo or video, without a text, for 24 hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Post
from apps.sandbox.facebook import parameters, photos, posts, publishing, schedule
from apps.sandbox.facebook.access import PUBLISH, READ, page_caller
from apps.sandbox.facebook.errors import bad_parameter
from apps.sandbox.facebook.names import bare_id
from apps.sandbox.facebook.people import NAME
from apps.sandbox.facebook.schedule import Draft
from apps.sandbox.meta import paging
from apps.sandbox.meta.fields import Readers, parse, select

LIVES = timedelta(hours=24)


async def photo_story(call: Call) -> Response:
    """POST /{page-id}/photo_stories: a photo that no post has used."""
    page = page_caller(call, *PUBLISH, task="CREATE_CONTENT")
    if not (photo_id := call.fields.text("photo_id")):
        raise bad_parameter("The parameter photo_id is required")
    medium = photos.unused(call, page, photo_id)
    world = call.world
    draft = Draft(
        id=f"{page.id}_{world.number()}",
        page_id=page.id,
        text="",
        created_at=world.now().timestamp(),
        media=[medium.id],
        data={"type": "story"},
    )
    publishing.mark_used(world, [medium])
    post = schedule.publish(world, draft, world.now())
    return JSONResponse({"success": True, "post_id": bare_id(post)})


async def list_stories(call: Call) -> Response:
    """GET /{page-id}/stories: those of the last 24 hours, and older ones where the Page keeps an archive."""
    page = page_caller(call)
    if (refusal := posts.unpermitted(call, READ)) is not None:
        return refusal
    since, until = parameters.instant(call, "since"), parameters.instant(call, "until")
    found = [
        post
        for post in call.world.posts_of(page)
        if post.data.get("type") == "story" and posts.is_ready(call.world, post)
        if (since is None or post.created_at >= since) and (until is None or post.created_at <= until)
        if _is_running(call, post) or call.world.setting(NAME, "story_archive")
    ]
    fields = parse(call.fields.text("fields", "post_id,status,creation_time,media_type,media_id,url"))

    def show(post: Post) -> dict[str, Any]:
        return select(fields, _readers(call, post), node="Stories")

    return JSONResponse(paging.page(call, found, show, key=lambda post: post.id))


def _is_running(call: Call, post: Post) -> bool:
    return call.world.now() < post.created_at + LIVES


def _readers(call: Call, post: Post) -> Readers:
    (medium,) = call.world.media_of(post)
    return {
        "post_id": lambda _: bare_id(post),
        "status": lambda _: "PUBLISHED" if _is_running(call, post) else "ARCHIVED",
        "creation_time": lambda _: str(int(post.created_at.timestamp())),
        "media_type": lambda _: "photo" if medium.mime.startswith("image/") else "video",
        "media_id": lambda _: medium.id,
        "url": lambda _: call.world.permalink(post),
    }
