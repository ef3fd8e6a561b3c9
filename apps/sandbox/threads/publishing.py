"""The one call that makes something public, what it counts against, and what takes it away again.

The documentation does not say how a container that is not ready, has expired or was published already is refused: here
it does not exist, like one that is too fresh. A container whose processing failed is a bad parameter.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.meta.fields import Reader
from apps.sandbox.meta.graph import graph_error
from apps.sandbox.threads import containers, notices
from apps.sandbox.threads.access import BASIC, DELETE, MANAGE_REPLIES, PUBLISH, caller, own_account
from apps.sandbox.threads.containers import Container
from apps.sandbox.threads.conversations import root_of
from apps.sandbox.threads.errors import bad_parameter, no_object, no_resource, quota_reached
from apps.sandbox.threads.fields import always, select, wanted

DAY = timedelta(hours=24)
# What a container becomes, in the words of reading.
BECOMES = {"TEXT": "TEXT_POST", "IMAGE": "IMAGE", "VIDEO": "VIDEO", "CAROUSEL": "CAROUSEL_ALBUM"}
# Blocks of a whole profile, by the setting `publishing_block`: code, subcode, message. Of the first two only the
# subcode is known; their codes are Instagram's.
BLOCKS = {
    "activity": (4, 2207051, "Application request limit reached"),
    "profile": (25, 4279013, "The profile is restricted"),
    "policy": (368, None, "The action attempted has been deemed abusive or is otherwise disallowed"),
}


async def publish(call: Call) -> Response:
    """POST /{user}/threads_publish: a container becomes a post, at most once."""
    account = own_account(call, BASIC, PUBLISH)
    creation_id = call.fields.text("creation_id")
    if not creation_id:
        raise bad_parameter("Param creation_id is required.")
    container = containers.load(call.world, creation_id)
    if container is None or container.account_id != account.id:
        raise no_resource()
    if container.reply_to_id:
        caller(call, MANAGE_REPLIES)
    _refuse_unready(call.world, container)
    _refuse_blocked(call.world)
    refuse_beyond_quota(call, account, container)
    post = make_public(call.world, account, container)
    answer: dict[str, Any] = {"id": post.id}
    if container.extras.get("crossreshare"):
        answer["crossreshare_to_ig_status"] = call.world.setting("threads", "crossreshare_status")
    return JSONResponse(answer)


def operation_of_publish(call: Call) -> str:
    container = containers.load(call.world, call.fields.text("creation_id"))
    return "comment" if container and container.reply_to_id else "commit"


def _refuse_unready(world: World, container: Container) -> None:
    now = world.now()
    status = container.status(now)
    if container.is_child:
        raise bad_parameter("An item of a carousel cannot be published by itself.")
    if status == "ERROR":
        raise bad_parameter(f"The media container could not be processed: {container.error}.")
    is_visible = now.timestamp() >= container.created_at + world.setting("threads", "visible_after_seconds")
    if status != "FINISHED" or not is_visible:
        raise no_resource()


def _refuse_blocked(world: World) -> None:
    if block := world.setting("threads", "publishing_block"):
        code, subcode, message = BLOCKS[block]
        raise graph_error(code, message, subcode=subcode, title="Action is blocked", words="You cannot post now.")


def refuse_beyond_quota(call: Call, account: Account, container: Container) -> None:
    kind, words, setting = ("reply", "replies", "daily_replies") if container.reply_to_id else _POSTS
    if used(call.world, account, kind) >= (quota := call.world.setting("threads", setting)):
        raise quota_reached(call, words, quota)


_POSTS = ("post", "posts", "daily_posts")


def used(world: World, account: Account, kind: str) -> int:
    """Posts or replies of the moving last 24 hours; a deleted one has been published all the same."""
    since = (world.now() - DAY).timestamp()
    where = "platform='threads' AND account_id=? AND kind=? AND created_at > ?"
    return world.store.posts.count(where, (account.id, kind, since))


def _deletions(world: World, account: Account) -> int:
    return len(world.box("threads", "deletion").all(owner=account.id))


def make_public(world: World, account: Account, container: Container) -> Post:
    data = {
        "media_type": BECOMES[container.media_type],
        "shortcode": secrets.token_urlsafe(8),
        "container_id": container.id,
        **container.extras,
    }
    post = Post("threads", str(world.number()), account.id, container.text, world.now(), data=data)
    if container.reply_to_id:
        parent = world.store.posts.get("threads", container.reply_to_id)
        post.kind, post.parent_id = "reply", container.reply_to_id
        post.data["root_id"] = root_of(world, parent).id if parent else container.reply_to_id
    media = [medium for id in container.media if (medium := world.store.media.get("threads", id))]
    world.publish(post, media)
    container.published_as = post.id
    containers.save(world, container)
    notices.published(world, account, post)
    return post


async def repost(call: Call) -> Response:
    """POST /{media}/repost: a post of one's own that shows another, as a front without content."""
    account = caller(call, BASIC, PUBLISH)
    original = call.world.post("threads", call.part("id"))
    if original is None:
        raise no_object(call.part("id"), call.method)
    if used(call.world, account, "post") >= (quota := call.world.setting("threads", "daily_posts")):
        raise quota_reached(call, "posts", quota)
    data = {"media_type": "REPOST_FACADE", "shortcode": secrets.token_urlsafe(8), "reposted": original.id}
    post = Post("threads", str(call.world.number()), account.id, "", call.world.now(), data=data)
    call.world.publish(post)
    return JSONResponse({"id": post.id})


async def delete(call: Call) -> Response:
    """DELETE /{media}: a post or reply of one's own."""
    account = caller(call, BASIC, DELETE)
    post = call.world.post("threads", call.part("id"))
    if post is None or post.account_id != account.id:
        raise no_object(call.part("id"), call.method)
    if _deletions(call.world, account) >= (quota := call.world.setting("threads", "daily_deletions")):
        raise quota_reached(call, "deletions", quota)
    call.world.delete_post(post)
    call.world.box("threads", "deletion").put(post.id, {}, owner=account.id, lives=DAY)
    notices.deleted(call.world, account, post)
    return JSONResponse({"success": True, "deleted_id": post.id})


async def limit(call: Call) -> Response:
    """GET /{user}/threads_publishing_limit; what counts replies needs the scope for replies."""
    account = own_account(call, BASIC, PUBLISH)
    fields = wanted(call, "quota_usage,config")
    if any(one.name.startswith("reply_") for one in fields):
        caller(call, MANAGE_REPLIES)

    def config(setting: str) -> Reader:
        return always(
            {"quota_total": call.world.setting("threads", setting), "quota_duration": int(DAY.total_seconds())}
        )

    readers = {
        "quota_usage": always(used(call.world, account, "post")),
        "config": config("daily_posts"),
        "reply_quota_usage": always(used(call.world, account, "reply")),
        "reply_config": config("daily_replies"),
        "delete_quota_usage": always(_deletions(call.world, account)),
        "delete_config": config("daily_deletions"),
    }
    return JSONResponse({"data": [select(fields, readers)]})
