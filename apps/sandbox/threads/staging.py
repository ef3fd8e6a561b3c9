"""POST /{user}/threads: a container is made, and its media are fetched.

A picture is there when the answer comes. A video is fetched behind the answer, which waits for it a moment only: a
small one is there too, and a large one keeps its container IN_PROGRESS until it has really come in.

No documentation says how a carousel of unfinished children fails: it is refused here when it is made.
"""

from __future__ import annotations

import asyncio

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium
from apps.sandbox.core.world import World
from apps.sandbox.threads import containers, parameters, text
from apps.sandbox.threads.access import (
    BASIC,
    KEYWORDS,
    LOCATION,
    MANAGE_REPLIES,
    MENTIONS,
    PUBLISH,
    SHARE,
    caller,
    granted,
    own_account,
)  # fmt: skip
from apps.sandbox.threads.containers import Container
from apps.sandbox.threads.conversations import root_of
from apps.sandbox.threads.errors import bad_parameter, no_object, no_permission, no_resource
from apps.sandbox.threads.fetching import Fetched, fetch_image, fetch_video
from apps.sandbox.threads.publishing import make_public, refuse_beyond_quota

# What the fault failed_processing is called, unless the setting `failure_message` names another of Threads' messages.
FAILURES = {"VIDEO": "FAILED_PROCESSING_VIDEO"}
FEWEST_CHILDREN, MOST_CHILDREN = 2, 20
_under_way: set[asyncio.Task[None]] = set()  # a task that nobody holds may be collected


async def create(call: Call) -> Response:
    account = own_account(call, BASIC, PUBLISH)
    extras = parameters.check(call)
    _check_references(call, account)
    container = _container(call, account)
    container.extras = extras
    if container.media_type == "CAROUSEL":
        container.media = _children(call, account)
    elif container.media_type == "IMAGE":
        await _add_image(call, container)
    elif container.media_type == "VIDEO":
        await _add_video(call, container)
    containers.save(call.world, container)
    if container.media_type == "TEXT" and call.fields.flag("auto_publish_text"):
        refuse_beyond_quota(call, account, container)
        return JSONResponse({"id": make_public(call.world, account, container).id})
    return JSONResponse({"id": container.id})


def operation_of_create(call: Call) -> str:
    """Staging, unless the text shall be public at once."""
    if not call.fields.flag("auto_publish_text"):
        return "stage"
    return "comment" if call.fields.text("reply_to_id") else "commit"


def _check_references(call: Call, account: Account) -> None:
    if parent_id := call.fields.text("reply_to_id"):
        caller(call, MANAGE_REPLIES)
        _check_conversation(call, account, parent_id)
    if (quoted := call.fields.text("quote_post_id")) and call.world.post("threads", quoted) is None:
        raise no_object(quoted, call.method)
    if call.fields.has("location_id"):
        caller(call, LOCATION)
    if call.fields.flag("crossreshare_to_ig"):
        caller(call, SHARE)


def _check_conversation(call: Call, account: Account, parent_id: str) -> None:
    """One answers in one's own conversations; in those of others only with a scope by which they were found."""
    parent = call.world.post("threads", parent_id)
    if parent is None:
        raise no_object(parent_id, call.method)
    held = granted(call.world, call.token) if call.token else []
    if root_of(call.world, parent).account_id != account.id and not {KEYWORDS, MENTIONS} & set(held):
        raise no_permission()


def _container(call: Call, account: Account) -> Container:
    media_type, now = call.fields.text("media_type"), call.world.now().timestamp()
    kind = {"TEXT": "text", "VIDEO": "video"}.get(media_type, "image")
    is_child = call.fields.flag("is_carousel_item")
    failure = call.world.setting("threads", "failure_message") or FAILURES.get(media_type, "UNKNOWN")
    return Container(
        id=str(call.world.number()),
        account_id=account.id,
        media_type=media_type,
        created_at=now,
        ready_at=now + call.processing_seconds(float(call.world.setting("threads", f"{kind}_seconds"))),
        text="" if is_child else text.kept(call.world, call.fields.text("text")),
        is_child=is_child,
        reply_to_id=call.fields.text("reply_to_id"),
        error=failure if call.take_fault("failed_processing") else "",
    )


def _children(call: Call, account: Account) -> list[str]:
    """The media of the children, in their order."""
    ids = [id.strip() for value in call.fields.list("children") for id in value.split(",") if id.strip()]
    if not FEWEST_CHILDREN <= len(ids) <= MOST_CHILDREN:
        raise bad_parameter(f"Param children must have {FEWEST_CHILDREN} to {MOST_CHILDREN} items.")
    return [medium for id in ids for medium in _child(call.world, account, id).media]


def _child(world: World, account: Account, id: str) -> Container:
    child = containers.load(world, id)
    if child is None or child.account_id != account.id or not child.is_child:
        raise no_resource()
    if (status := child.status(world.now())) != "FINISHED":
        raise bad_parameter(f"The item {id} of the carousel is not ready: its status is {status}.")
    return child


async def _add_image(call: Call, container: Container) -> None:
    if not (url := call.fields.text("image_url")):
        raise bad_parameter("Param image_url is required for media type IMAGE.")
    in_status = call.world.setting("threads", "fetch_errors_in_status")
    _add(call.world, container, await fetch_image(url, errors_in_status=in_status), call.fields.text("alt_text"))


async def _add_video(call: Call, container: Container) -> None:
    if not (url := call.fields.text("video_url")):
        raise bad_parameter("Param video_url is required for media type VIDEO.")
    container.is_fetched = False
    containers.save(call.world, container)
    fetch = asyncio.create_task(_fetch(call.world, container, url, call.fields.text("alt_text")))
    _under_way.add(fetch)
    fetch.add_done_callback(_under_way.discard)
    await asyncio.wait({fetch}, timeout=call.world.setting("threads", "fetch_patience_seconds"))


async def _fetch(world: World, container: Container, url: str, alt: str) -> None:
    fetched = await fetch_video(url, megabits=float(world.setting("threads", "video_megabits")))
    if containers.load(world, container.id) is None:
        return  # the sandbox was emptied meanwhile
    container.is_fetched = True
    _add(world, container, fetched, alt)
    containers.save(world, container)


def _add(world: World, container: Container, fetched: Fetched, alt: str) -> None:
    medium = Medium(
        platform="threads",
        id=str(world.number()),
        account_id=container.account_id,
        mime=fetched.mime,
        size=fetched.size,
        digest=world.store.blobs.add(fetched.head),
        created_at=world.now(),
        width=fetched.width,
        height=fetched.height,
        alt=alt,
        data={"crc32": fetched.crc32, "received": fetched.received},
    )
    world.store.media.add(medium)
    container.media = [medium.id]
    container.error = container.error or fetched.error
