"""The one call that makes something public, and the quota that it counts against."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.facebook import parameters
from apps.sandbox.instagram import conditions, containers
from apps.sandbox.instagram.access import PUBLISH, own_account
from apps.sandbox.instagram.containers import Container
from apps.sandbox.instagram.errors import bad_parameter
from apps.sandbox.meta.fields import Readers, parse, select
from apps.sandbox.meta.graph import graph_error

DAY = timedelta(hours=24)
# What a container becomes: media_type and media_product_type of the published media.
BECOMES = {
    "IMAGE": ("IMAGE", "FEED"),
    "CAROUSEL": ("CAROUSEL_ALBUM", "FEED"),
    "REELS": ("VIDEO", "REELS"),
    "STORIES": ("IMAGE", "STORY"),
}


async def publish(call: Call) -> Response:
    """POST /{ig-id}/media_publish: a container becomes a post, at most once."""
    account = own_account(call, PUBLISH)
    creation_id = call.fields.text("creation_id")
    if not creation_id:
        raise bad_parameter("The parameter creation_id is required")
    conditions.check_publishing(account)
    container = containers.load(call.world, creation_id)
    if container is None or container.account_id != account.id:
        raise graph_error(24, "The requested resource does not exist", subcode=2207006, title="Media not found")
    _refuse_unready(call, container)
    _refuse_beyond_quota(call, account, container)
    spam = call.world.setting("instagram", "suspected_spam")
    if spam != "blocked":
        post = _make_public(call.world, account, container)
    if spam:
        raise graph_error(4, "Application request limit reached", subcode=2207051, title="Action is blocked")
    return JSONResponse({"id": post.id})


def _refuse_beyond_quota(call: Call, account: Account, container: Container) -> None:
    if container.is_story and not call.world.setting("instagram", "stories_count"):
        return
    if used(call.world, account) >= (quota := call.world.setting("instagram", "daily_posts")):
        raise graph_error(
            9, "Application request limit reached", subcode=2207042, title="Limit reached",
            words=f"You have reached the maximum of {quota} posts in 24 hours.",
        )  # fmt: skip


def _refuse_unready(call: Call, container: Container) -> None:
    status = container.status(call.world.now())
    visible_at = container.created_at + float(call.world.setting("instagram", "visible_after_seconds"))
    if call.world.now().timestamp() < visible_at:
        raise graph_error(24, "The media container was not found", subcode=2207008, title="Media not found")
    if container.is_child:
        raise graph_error(100, "An item of a carousel cannot be published by itself", subcode=2207023)
    if status == "IN_PROGRESS":
        raise graph_error(
            9007, "The media is not ready for publishing", subcode=2207027, title="Media not ready",
            words="The media is not ready for publishing, please wait for a moment.",
        )  # fmt: skip
    if status == "EXPIRED":
        raise graph_error(-2, "The media container has expired", subcode=2207020, title="Media expired")
    if status == "ERROR":
        raise graph_error(-1, "The media could not be created", subcode=2207032, title="Create media fail")
    if status == "PUBLISHED":
        raise graph_error(24, "The media has been published already", subcode=2207006, title="Media not found")


def _make_public(world: World, account: Account, container: Container) -> Post:
    media_type, product_type = BECOMES[container.media_type]
    media = [medium for id in container.media if (medium := world.store.media.get("instagram", id))]
    if product_type == "STORY" and media and not media[0].mime.startswith("image/"):
        media_type = "VIDEO"
    post = Post(
        platform="instagram",
        id=str(world.number()),
        account_id=account.id,
        text=container.caption,
        created_at=world.now(),
        data={
            "media_type": media_type,
            "media_product_type": product_type,
            "shortcode": secrets.token_urlsafe(8),
            "container_id": container.id,
            **container.extras,
        },
    )
    world.publish(post, media)
    container.published_as = post.id
    containers.save(world, container)
    return post


def used(world: World, account: Account, since: datetime | None = None) -> int:
    """Posts of the moving last 24 hours; a deleted one has been published all the same."""
    begins = (since or world.now() - DAY).timestamp()
    where = "platform='instagram' AND account_id=? AND kind='post' AND created_at > ?"
    if not world.setting("instagram", "stories_count"):
        where += " AND json_extract(data, '$.media_product_type') != 'STORY'"
    return world.store.posts.count(where, (account.id, begins))


async def limit(call: Call) -> Response:
    """GET /{ig-id}/content_publishing_limit, since at most 24 hours ago."""
    account = own_account(call, PUBLISH)
    since = parameters.instant(call, "since") or call.world.now() - DAY
    if call.world.now() - since > DAY + timedelta(minutes=1):
        raise bad_parameter("Param since must be within the last 24 hours")
    quota = call.world.setting("instagram", "daily_posts")
    readers: Readers = {
        "config": lambda _: {"quota_total": quota, "quota_duration": int(DAY.total_seconds())},
        "quota_usage": lambda _: used(call.world, account, since),
    }
    wanted = parse(call.fields.text("fields", "quota_usage"))
    return JSONResponse({"data": [select(wanted, readers, node="IGContentPublishingLimit")]})
