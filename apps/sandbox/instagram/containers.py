"""Containers: invisible until published, in processing for a while, good for a day, published once."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.uploads import Intake
from apps.sandbox.core.world import World
from apps.sandbox.meta.fields import Readers, parse, select

LIVES = timedelta(hours=24)
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
    processing_seconds: float = 0
    caption: str = ""
    alt_text: str = ""
    is_child: bool = False
    media: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    extras: dict[str, Any] = field(default_factory=dict)  # see parameters.py
    error: int = 0
    published_as: str = ""
    # A video that is still on its way, fetched or sent in pieces.
    is_waiting: bool = False
    upload_version: str = ""  # "": nothing can be sent
    announced: int = 0
    intake: dict[str, Any] = field(default_factory=lambda: Intake().dump())

    @property
    def is_story(self) -> bool:
        return self.media_type == "STORIES"

    def status(self, now: datetime) -> str:
        instant = now.timestamp()
        if self.published_as:
            return "PUBLISHED"
        if instant >= self.created_at + LIVES.total_seconds():
            return "EXPIRED"
        if self.is_waiting or instant < self.ready_at:
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


def forget(world: World, container: Container) -> None:
    world.box("instagram", "container").delete(container.id)


def shown(call: Call, container: Container) -> dict[str, Any]:
    """GET /{container}. Only one that takes an upload has a `video_status`."""
    now = call.world.now()
    readers: Readers = {
        "id": lambda _: container.id,
        "status_code": lambda _: container.status(now),
        "status": lambda _: container.words(now),
        "video_status": lambda _: _video_status(container, now) if container.upload_version else None,
        "copyright_check_status": lambda _: None,
    }
    return select(parse(call.fields.text("fields")), readers, node="IGContainer")


def _video_status(container: Container, now: datetime) -> dict[str, Any]:
    """`bytes_transferred` is where an upload that broke goes on."""
    size, status = container.intake["size"], container.status(now)
    processing = "complete" if status in {"FINISHED", "PUBLISHED"} else "error" if status == "ERROR" else "in_progress"
    uploading = "in_progress" if container.is_waiting else "complete"
    return {
        "uploading_phase": {"status": uploading, "bytes_transferred": size},
        "processing_phase": {"status": "not_started" if container.is_waiting else processing},
    }
