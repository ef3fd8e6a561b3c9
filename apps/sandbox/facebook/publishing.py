"""How something becomes public on a Page: now, later or not at all, and each photo once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.facebook import parameters, schedule
from apps.sandbox.facebook.errors import bad_parameter
from apps.sandbox.facebook.people import NAME
from apps.sandbox.facebook.schedule import Draft
from apps.sandbox.meta.graph import graph_error

SOONEST = timedelta(minutes=10)
LATEST_POST, LATEST_REEL = timedelta(days=30), timedelta(days=29)


def message_of(call: Call, *names: str) -> str:
    """The text of a post; refused when it is too long. (The limit is counted by others; Meta documents none.)"""
    name = next((name for name in names if call.fields.has(name)), names[0] if names else "message")
    text = call.fields.text(name)
    if len(text) > int(call.world.setting(NAME, "max_text")):
        raise bad_parameter(f"Param {name} is too long", blame=name)
    return text


def publish(
    call: Call,
    page: Account,
    text: str,
    media: list[Medium],
    data: dict[str, Any],
    *,
    duplicates_matter: bool = True,
) -> Post:
    """The post goes out now, later, or not at all, as `published` and `scheduled_publish_time` say."""
    world = call.world
    at = schedule_of(call, latest=LATEST_POST)
    if duplicates_matter and world.setting(NAME, "refuse_duplicates"):
        _refuse_duplicate(world, page, text, data)
    draft = Draft(
        id=f"{page.id}_{world.number()}",
        page_id=page.id,
        text=text,
        created_at=world.now().timestamp(),
        at=at.timestamp() if at else 0,
        media=[medium.id for medium in media],
        data=data,
    )
    with world.store.transaction():
        mark_used(world, media)
        if parameters.flag(call, "published", True):
            return schedule.publish(world, draft, world.now())
        schedule.save(world, draft)
        return draft.as_post(world.now())


def schedule_of(call: Call, *, latest: timedelta) -> datetime | None:
    """When it goes out by itself; refused outside of the window, and for what is published at once."""
    at = parameters.instant(call, "scheduled_publish_time")
    if at is None:
        return None
    if parameters.flag(call, "published", True) and not call.fields.has("video_state"):
        raise bad_parameter("scheduled_publish_time needs published=false")
    ahead = at - call.world.now()
    if not SOONEST <= ahead <= latest:
        raise bad_parameter(
            f"The scheduled publish time must be between 10 minutes and {latest.days} days from the time of the request"
        )
    return at


def _refuse_duplicate(world: World, page: Account, text: str, data: dict[str, Any]) -> None:
    for post in world.posts_of(page, limit=1):
        if (post.text, post.data.get("link")) == (text, data.get("link")):
            raise graph_error(506, "Duplicate status message")


def mark_used(world: World, media: list[Medium]) -> None:
    for medium in media:
        medium.data["is_used"] = True
        world.store.media.save(medium)
