"""Videos as the sandbox keeps them: a post whose text is the description (or the title where there is none).

A video exists from its last byte on, private ones included; `visibility` is its privacy.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World

LONGEST_SHORT_SECONDS = 180


@dataclass(slots=True)
class File:
    name: str = ""
    size: int = 0
    crc32: int = 0
    received: int = 0
    mime: str = ""
    seconds: float = 0.0
    width: int = 0
    height: int = 0


@dataclass(slots=True)
class Clip:
    post: Post
    snippet: dict[str, Any]
    status: dict[str, Any]  # as it was written; what processing found is in the fields below
    more: dict[str, Any] = field(default_factory=dict)  # recordingDetails, localizations and the like
    file: File = field(default_factory=File)
    ready_at: float = 0.0  # when processing ends
    staged_at: float = 0.0
    failure: str = ""
    rejection: str = ""
    processing_failure: str = ""
    processing_errors: list[str] = field(default_factory=list)
    published_at: float = 0.0  # 0: never been public or unlisted
    thumbnail: str = ""
    captions: list[dict[str, Any]] = field(default_factory=list)  # see captions.py
    version: int = 1

    @property
    def id(self) -> str:
        return self.post.id

    @property
    def privacy(self) -> str:
        return str(self.status["privacyStatus"])

    @property
    def is_public(self) -> bool:
        return self.privacy == "public"

    @property
    def is_for_kids(self) -> bool:
        return bool(self.status.get("selfDeclaredMadeForKids"))

    @property
    def is_short(self) -> bool:
        """By length and shape alone; no word in its title makes a Short."""
        shape = self.file
        return 0 < shape.seconds <= LONGEST_SHORT_SECONDS and 0 < shape.width <= shape.height

    def upload_status(self, now: datetime) -> str:
        if now.timestamp() < self.ready_at:
            return "uploaded"
        return "rejected" if self.rejection else "failed" if self.failure else "processed"

    def set_privacy(self, privacy: str, now: datetime) -> None:
        self.status["privacyStatus"] = privacy
        if privacy != "private":
            self.status.pop("publishAt", None)
            self.published_at = self.published_at or now.timestamp()


def of(post: Post) -> Clip:
    """What the control API has planted is a video too, of which only the words are known."""
    data = {key: value for key, value in post.data.items() if key in Clip.__dataclass_fields__}
    data["file"] = File(**data.get("file", {}))
    data.setdefault("snippet", {"title": post.text[:100], "description": post.text, "categoryId": "22"})
    data.setdefault("status", {"privacyStatus": post.visibility})
    data.setdefault("published_at", post.created_at.timestamp())
    return Clip(post, **data)


def written(clip: Clip) -> Post:
    """Its post, with the words and the privacy that its page shows."""
    data = asdict(clip)
    del data["post"]
    clip.post.data = {**clip.post.data, **data, "title": clip.snippet["title"]}
    clip.post.text = clip.snippet.get("description") or clip.snippet["title"]
    clip.post.visibility = clip.privacy
    return clip.post


def save(world: World, clip: Clip) -> None:
    world.store.posts.save(written(clip))


def load(world: World, id: str) -> Clip | None:
    post = world.post("youtube", id)
    return of(post) if post and post.kind == "post" else None


def visible(world: World, id: str, viewer: Account) -> Clip | None:
    """The video if `viewer` may see it."""
    clip = load(world, id)
    return clip if clip and (clip.privacy != "private" or clip.post.account_id == viewer.id) else None


def of_channel(world: World, account: Account) -> list[Clip]:
    """Newest first."""
    return [of(post) for post in world.posts_of(account) if post.kind == "post"]


def new_id() -> str:
    return secrets.token_urlsafe(8)
