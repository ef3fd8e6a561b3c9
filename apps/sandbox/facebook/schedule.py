"""What is to become public later, or not at all: scheduled and unpublished posts.

Nobody sees a scheduled post before its time. It falls due with the first call after that.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.sandbox.core.rows import Post
from apps.sandbox.core.world import World
from apps.sandbox.facebook import webhooks
from apps.sandbox.facebook.people import NAME


@dataclass(slots=True)
class Draft:
    """A post that is not public: `at` is when it becomes so (Unix time), 0 for never."""

    id: str
    page_id: str
    text: str
    created_at: float
    at: float = 0
    media: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)

    def as_post(self, created_at: datetime) -> Post:
        return Post(NAME, self.id, self.page_id, self.text, created_at, data=self.data)


def save(world: World, draft: Draft) -> None:
    world.box(NAME, "draft").put(draft.id, asdict(draft), owner=draft.page_id)


def load(world: World, id: str) -> Draft | None:
    data = world.box(NAME, "draft").get(id)
    return Draft(**data) if data else None


def delete(world: World, draft: Draft) -> None:
    world.box(NAME, "draft").delete(draft.id)


def scheduled(world: World, page_id: str) -> list[Draft]:
    drafts = [Draft(**thing.data) for thing in world.box(NAME, "draft").all(owner=page_id)]
    return sorted((draft for draft in drafts if draft.at), key=lambda draft: draft.at)


def publish(world: World, draft: Draft, at: datetime) -> Post:
    with world.store.transaction():
        delete(world, draft)
        media = [medium for id in draft.media if (medium := world.store.media.get(NAME, id))]
        post = world.publish(draft.as_post(at), media)
    webhooks.tell_of_post(world, post)
    return post


def settle(world: World) -> None:
    """Publish what has fallen due, with the time for which it was scheduled."""
    now = world.now().timestamp()
    for thing in world.box(NAME, "draft").all():
        if thing.data["at"] and thing.data["at"] <= now:
            publish(world, Draft(**thing.data), datetime.fromtimestamp(thing.data["at"], UTC))
