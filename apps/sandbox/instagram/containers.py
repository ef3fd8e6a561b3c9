"""Containers: invisible until published, in processing for a while, good for a day, published once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.rows import Account, Medium
from apps.sandbox.core.world import World
from apps.sandbox.instagram import errors, fetching
from apps.sandbox.instagram.access import PUBLISH, own_account
from apps.sandbox.instagram.errors import bad_parameter
from apps.sandbox.instagram.fields import pick
from apps.sandbox.meta.graph import graph_error

LIVES = timedelta(hours=24)
MAX_CAPTION, MAX_HASHTAGS, MAX_MENTIONS, MAX_ALT = 2200, 30, 20, 1000
FEWEST_CHILDREN, MOST_CHILDREN = 2, 10
STATUS_WORDS = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been published.",
    "EXPIRED": "Expired: The media was not published within 24 hours.",
}


@dataclass(slots=True)
class Container:
    id: str
    account_id: str
    media_type: str  # IMAGE, REELS, VIDEO (a carousel's child), STORIES, CAROUSEL
    created_at: float
    ready_at: float
    caption: str = ""
    is_child: bool = False
    media: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    error: int = 0
    published_as: str = ""

    def status(self, now: datetime) -> str:
        instant = now.timestamp()
        if self.published_as:
            return "PUBLISHED"
        if instant >= self.created_at + LIVES.total_seconds():
            return "EXPIRED"
        if instant < self.ready_at:
            return "IN_PROGRESS"
        return "ERROR" if self.error else "FINISHED"

    def words(self, now: datetime) -> str:
        status = self.status(now)
        if status == "ERROR":
            return f"Error: Media upload has failed with error code {self.error}"
        return STATUS_WORDS[status]


def load(world: World, id: str) -> Container | None:
    data = world.box("instagram", "container").get(id)
    return Container(**data) if data else None


def save(world: World, container: Container) -> None:
    world.box("instagram", "container").put(container.id, asdict(container), owner=container.account_id)


async def create(call: Call) -> Response:
    """POST /{ig-id}/media"""
    account = own_account(call, PUBLISH)
    _count_against_the_day(call, account)
    media_type = call.fields.text("media_type") or "IMAGE"
    if media_type not in {"IMAGE", "VIDEO", "REELS", "STORIES", "CAROUSEL"}:
        raise graph_error(100, f"Unknown media type {media_type}", subcode=2207023)
    _check_texts(call)
    if media_type == "CAROUSEL":
        container = _carousel(call, account)
    elif call.fields.has("video_url"):
        container = await _video(call, account, media_type)
    else:
        container = await _image(call, account, media_type)
    save(call.world, container)
    return JSONResponse({"id": container.id})


def _count_against_the_day(call: Call, account: Account) -> None:
    limit = call.world.setting("instagram", "daily_containers")
    if not limit:
        return
    now = call.world.now()
    window = call.world.limits.hit(f"instagram containers {account.id}", limit=limit, window=LIVES, now=now)
    if window.is_exceeded:
        raise Refusal(errors.rate_limited(call, (window.reset_at - now).total_seconds()))


def _check_texts(call: Call) -> None:
    caption = call.fields.text("caption")
    # Whether Instagram counts characters or UTF-16 units is not documented; here the stricter count holds.
    if len(caption.encode("utf-16-le")) // 2 > MAX_CAPTION:
        raise graph_error(
            36004, "The submitted caption is too long.", subcode=2207010, title="Caption too long",
            words="Please enter a caption of up to 2,200 characters.",
        )  # fmt: skip
    if len(re.findall(r"#\w+", caption)) > MAX_HASHTAGS:
        raise bad_parameter("The caption has more than 30 hashtags")
    if len(re.findall(r"(?<!\w)@[\w.]+", caption)) > MAX_MENTIONS:
        raise graph_error(100, "Cannot use more than 20 tags.", subcode=2207040, title="Too many tags")
    if len(call.fields.text("alt_text")) > MAX_ALT:
        raise bad_parameter("alt_text is longer than 1000 characters")


async def _image(call: Call, account: Account, media_type: str) -> Container:
    if media_type in {"REELS", "VIDEO"}:
        raise bad_parameter("The parameter video_url is required")
    if not (url := call.fields.text("image_url")):
        raise bad_parameter("The parameter image_url is required")
    content, found = await fetching.fetch_image(url, any_ratio=media_type == "STORIES")
    medium = _keep(call, account, content, mime=found.mime, width=found.width, height=found.height)
    return _container(call, account, media_type, media=[medium.id], error=_processing_error(call))


async def _video(call: Call, account: Account, media_type: str) -> Container:
    if media_type not in {"REELS", "STORIES"} and not call.fields.flag("is_carousel_item"):
        # A video of its own has been a reel, and only a reel, since July 2023.
        raise graph_error(100, "The VIDEO media type is not supported. Use REELS.", subcode=2207023)
    content, is_video = await fetching.fetch_video(call.fields.text("video_url"))
    medium = _keep(call, account, content, mime="video/mp4" if is_video else "application/octet-stream")
    kind = "VIDEO" if media_type == "IMAGE" else media_type
    error = _processing_error(call) or (0 if is_video else 2207026)
    return _container(call, account, kind, media=[medium.id], error=error)


def _carousel(call: Call, account: Account) -> Container:
    ids = [id for value in call.fields.list("children") for id in re.findall(r"\d+", value)]
    if not FEWEST_CHILDREN <= len(ids) <= MOST_CHILDREN:
        raise graph_error(
            100, "The carousel must have between 2 and 10 items.", subcode=2207028, title="Invalid carousel",
            words="A carousel needs at least 2 and at most 10 photos or videos.",
        )  # fmt: skip
    children = [_child(call, account, id) for id in ids]
    media = [id for child in children for id in child.media]
    return _container(call, account, "CAROUSEL", media=media, children=ids, error=_processing_error(call))


def _child(call: Call, account: Account, id: str) -> Container:
    child, now = load(call.world, id), call.world.now()
    if child is None or child.account_id != account.id or not child.is_child:
        raise graph_error(24, "The requested resource does not exist", subcode=2207006)
    status = child.status(now)
    if status == "EXPIRED":
        raise graph_error(24, "The media container has expired", subcode=2207008)
    if status != "FINISHED" or child.media_type in {"REELS", "STORIES"}:
        raise graph_error(9007, "The media is not ready for publishing", subcode=2207027)
    return child


def _container(
    call: Call,
    account: Account,
    media_type: str,
    *,
    media: Sequence[str],
    children: Sequence[str] = (),
    error: int = 0,
) -> Container:
    is_child = call.fields.flag("is_carousel_item") and media_type != "CAROUSEL"
    now = call.world.now().timestamp()
    usual = float(call.world.setting("instagram", "container_seconds"))
    return Container(
        id=str(call.world.number()),
        account_id=account.id,
        media_type=media_type,
        created_at=now,
        ready_at=now + call.processing_seconds(usual),
        # Stories and children of a carousel have no caption: what was sent is dropped in silence.
        caption="" if is_child or media_type == "STORIES" else call.fields.text("caption"),
        is_child=is_child,
        media=list(media),
        children=list(children),
        error=error,
    )


def _processing_error(call: Call) -> int:
    return 2207053 if call.take_fault("failed_processing") else 0


def _keep(call: Call, account: Account, content: bytes, *, mime: str, width: int = 0, height: int = 0) -> Medium:
    medium = Medium(
        platform="instagram",
        id=str(call.world.number()),
        account_id=account.id,
        mime=mime,
        size=len(content),
        digest=call.world.store.blobs.add(content),
        created_at=call.world.now(),
        width=width,
        height=height,
        alt=call.fields.text("alt_text"),
    )
    return call.world.store.media.add(medium)


def shown(call: Call, container: Container) -> dict[str, Any]:
    now = call.world.now()
    readers = {
        "id": lambda: container.id,
        "status_code": lambda: container.status(now),
        "status": lambda: container.words(now),
    }
    return pick(call, readers, node="IGContainer")
