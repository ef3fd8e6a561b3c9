"""POST /{ig-id}/media: a container is made, and its media are fetched or will be sent.

A picture is there when the answer comes. A video is fetched behind the answer, which waits for it a moment only: a
small one is there too, and a large one keeps its container IN_PROGRESS until it has really come in. What could not
be fetched is refused while the answer waits, and afterwards (or with the setting `fetch_errors_in_status`)
named by the status. No documentation says how a carousel of unfinished children fails: it is refused when it is made.
"""

from __future__ import annotations

import asyncio
import zlib
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import video
from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.rows import Account, Medium
from apps.sandbox.core.uploads import Intake
from apps.sandbox.core.world import World
from apps.sandbox.instagram import containers, errors, fetching, parameters
from apps.sandbox.instagram.access import PUBLISH, is_facebook_login, own_account
from apps.sandbox.instagram.containers import LIVES, Container
from apps.sandbox.instagram.errors import bad_parameter
from apps.sandbox.meta.graph import graph_error

FEWEST_CHILDREN, MOST_CHILDREN = 2, 10
BAD_OFFSET = 2207057
MEDIA_TYPES = {"IMAGE", "VIDEO", "REELS", "STORIES", "CAROUSEL"}
_under_way: set[asyncio.Task[Any]] = set()  # a task that nobody holds may be collected


async def create(call: Call) -> Response:
    account = own_account(call, PUBLISH)
    _count_against_the_day(call, account)
    media_type = call.fields.text("media_type") or "IMAGE"
    if media_type not in MEDIA_TYPES:
        raise graph_error(100, f"Unknown media type {media_type}", subcode=2207023)
    kind, is_video = parameters.kind_of(call, media_type), _is_video(call, media_type)
    _check_kind(kind, media_type)
    container = _container(call, account, media_type, kind, parameters.check(call, kind, is_video=is_video))
    if kind == "carousel":
        container.children, container.media = _children(call, account)
    elif call.fields.text("upload_type") == "resumable":
        return JSONResponse(_open_upload(call, container))
    elif is_video:
        await _add_video(call, container)
    else:
        await _add_image(call, container)
    containers.save(call.world, container)
    return JSONResponse({"id": container.id})


def _is_video(call: Call, media_type: str) -> bool:
    if media_type == "STORIES":
        return call.fields.has("video_url") or call.fields.has("upload_type")
    return media_type in {"REELS", "VIDEO"}


def _check_kind(kind: str, media_type: str) -> None:
    if media_type == "VIDEO" and kind != "child":
        # A video of its own has been a reel, and only a reel, since July 2023.
        raise graph_error(100, "The VIDEO media type is not supported. Use REELS.", subcode=2207023)
    if kind == "child" and media_type not in {"IMAGE", "VIDEO"}:
        raise graph_error(100, f"{media_type} cannot be an item of a carousel", subcode=2207023)


def _count_against_the_day(call: Call, account: Account) -> None:
    limit = call.world.setting("instagram", "daily_containers")
    if not limit:
        return
    now = call.world.now()
    window = call.world.limits.hit(f"instagram containers {account.id}", limit=limit, window=LIVES, now=now)
    if window.is_exceeded:
        raise Refusal(errors.rate_limited(call, (window.reset_at - now).total_seconds()))


def _container(call: Call, account: Account, media_type: str, kind: str, extras: dict[str, Any]) -> Container:
    now = call.world.now().timestamp()
    lasts = call.processing_seconds(float(call.world.setting("instagram", "container_seconds")))
    return Container(
        id=str(call.world.number()),
        account_id=account.id,
        media_type=media_type,
        created_at=now,
        ready_at=now + lasts,
        processing_seconds=lasts,
        caption=call.fields.text("caption") if kind in parameters.BELONGS["caption"] else "",
        alt_text=call.fields.text("alt_text") if kind in parameters.BELONGS["alt_text"] else "",
        is_child=kind == "child",
        extras=extras,
        error=2207053 if call.take_fault("failed_processing") else 0,
    )


def _children(call: Call, account: Account) -> tuple[list[str], list[str]]:
    """The children and their media, in their order."""
    ids = parameters.names(call, "children")
    if not FEWEST_CHILDREN <= len(ids) <= MOST_CHILDREN:
        raise graph_error(
            100, "The carousel must have between 2 and 10 items.", subcode=2207028, title="Invalid carousel",
            words="A carousel needs at least 2 and at most 10 photos or videos.",
        )  # fmt: skip
    return ids, [medium for id in ids for medium in _child(call, account, id).media]


def _child(call: Call, account: Account, id: str) -> Container:
    child, now = containers.load(call.world, id), call.world.now()
    if child is None or child.account_id != account.id or not child.is_child:
        raise graph_error(24, "The requested resource does not exist", subcode=2207006)
    status = child.status(now)
    if status == "EXPIRED":
        raise graph_error(24, "The media container has expired", subcode=2207008)
    if status != "FINISHED":
        raise graph_error(9007, "The media is not ready for publishing", subcode=2207027)
    return child


async def _add_image(call: Call, container: Container) -> None:
    if not (url := call.fields.text("image_url")):
        raise bad_parameter("The parameter image_url is required")
    container.media = [await _picture(call, container, url, any_ratio=container.is_story)]


async def _picture(call: Call, container: Container, url: str, *, any_ratio: bool) -> str:
    content, found = await fetching.fetch_image(url, any_ratio=any_ratio)
    medium = Medium(
        platform="instagram",
        id=str(call.world.number()),
        account_id=container.account_id,
        mime=found.mime,
        size=len(content),
        digest=call.world.store.blobs.add(content),
        created_at=call.world.now(),
        width=found.width,
        height=found.height,
        alt=container.alt_text,
        data={"crc32": zlib.crc32(content), "received": len(content), "extras": container.extras},
    )
    return call.world.store.media.add(medium).id


async def _add_video(call: Call, container: Container) -> None:
    if not (url := call.fields.text("video_url")):
        raise bad_parameter("The parameter video_url is required")
    await _add_cover(call, container)
    container.is_waiting = True
    containers.save(call.world, container)
    fetch = asyncio.create_task(_fetch(call.world, container, url))
    _under_way.add(fetch)
    fetch.add_done_callback(_under_way.discard)
    await asyncio.wait({fetch}, timeout=float(call.world.setting("instagram", "fetch_patience_seconds")))
    in_status = call.world.setting("instagram", "fetch_errors_in_status")
    if fetch.done() and fetch.result() in {fetching.NOT_FETCHED, fetching.TOO_SLOW} and not in_status:
        containers.forget(call.world, container)
        raise fetching.unfetched(fetch.result())


async def _fetch(world: World, container: Container, url: str) -> int:
    """Get the video into its container; the subcode of why it could not be had."""
    found = await fetching.fetch_video(url, limit=fetching.most_bytes(world, is_story=container.is_story))
    if containers.load(world, container.id) is None:
        return 0  # the sandbox was emptied meanwhile
    if isinstance(found, Intake):
        arrive(world, container, found)
        return 0
    container.error, container.is_waiting = container.error or found, False
    containers.save(world, container)
    return found


async def _add_cover(call: Call, container: Container) -> None:
    """A picture of its own wins over a moment of the film."""
    if container.media_type == "REELS" and (url := call.fields.text("cover_url")):
        container.extras["cover"] = await _picture(call, container, url, any_ratio=True)
        container.extras.pop("thumb_offset", None)


def _open_upload(call: Call, container: Container) -> dict[str, str]:
    """A container that waits for its bytes, and the address where they go."""
    facebook = is_facebook_login(call)
    if not facebook and not call.world.setting("instagram", "resumable_with_instagram_login"):
        raise bad_parameter("The parameter upload_type is not supported")
    container.is_waiting, container.upload_version = True, call.request.path_params.get("version", "v26.0")
    containers.save(call.world, container)
    origin = call.world.origin("facebook" if facebook else "instagram")
    uri = f"{origin}/ig-api-upload/{container.upload_version}/{container.id}"
    return {"id": container.id, "uri": uri}


def arrive(world: World, container: Container, intake: Intake) -> None:
    """All bytes of the video are here: processing begins."""
    found = video.probe(intake.head)
    medium = Medium(
        platform="instagram",
        id=str(world.number()),
        account_id=container.account_id,
        mime=found.mime if found else "application/octet-stream",
        size=intake.size,
        digest=world.store.blobs.add(intake.head),
        created_at=world.now(),
        width=found.width if found else 0,
        height=found.height if found else 0,
        data={"crc32": intake.crc32, "received": intake.received, "extras": container.extras},
    )
    world.store.media.add(medium)
    offset, seconds = container.extras.get("thumb_offset", 0), found.seconds if found else 0.0
    error = fetching.wrong_with(world, intake, is_story=container.is_story)
    if offset < 0 or (seconds and offset > seconds * 1000):
        error = error or BAD_OFFSET
    container.media, container.is_waiting, container.intake = [medium.id], False, intake.dump()
    container.error = container.error or error
    container.ready_at = world.now().timestamp() + container.processing_seconds
    containers.save(world, container)
