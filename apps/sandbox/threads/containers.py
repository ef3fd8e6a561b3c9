"""Containers: invisible until published, in processing for a while, good for a day, published once."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.world import World
from apps.sandbox.threads.fields import always, pick

LIVES = timedelta(hours=24)


@dataclass(slots=True)
class Container:
    id: str
    account_id: str
    media_type: str  # TEXT, IMAGE, VIDEO, CAROUSEL
    created_at: float
    ready_at: float
    text: str = ""
    is_child: bool = False
    is_fetched: bool = True  # False while a video is still on its way
    reply_to_id: str = ""
    media: list[str] = field(default_factory=list)
    extras: dict[str, Any] = field(default_factory=dict)  # the other parameters, as the post will have them
    error: str = ""
    published_as: str = ""

    def status(self, now: datetime) -> str:
        instant = now.timestamp()
        if self.published_as:
            return "PUBLISHED"
        if instant >= self.created_at + LIVES.total_seconds():
            return "EXPIRED"
        if instant < self.ready_at or not self.is_fetched:
            return "IN_PROGRESS"
        return "ERROR" if self.error else "FINISHED"


def load(world: World, id: str) -> Container | None:
    data = world.box("threads", "container").get(id)
    return Container(**data) if data else None


def save(world: World, container: Container) -> None:
    world.box("threads", "container").put(container.id, asdict(container), owner=container.account_id)


def shown(call: Call, container: Container) -> dict[str, Any]:
    status = container.status(call.world.now())
    readers = {
        "id": always(container.id),
        "status": always(status),
        "error_message": always(container.error if status == "ERROR" else None),
    }
    return pick(call, readers)
