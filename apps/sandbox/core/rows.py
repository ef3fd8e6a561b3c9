"""What every simulated platform has in common: accounts, tokens, posts and media.

A row is a plain dataclass; what only one platform knows travels in `data` (anything that JSON can hold).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Account:
    platform: str
    id: str
    handle: str
    name: str
    created_at: datetime
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split() if word[0].isalnum())[:2].upper() or "?"


@dataclass(slots=True)
class Token:
    """A credential that the sandbox has handed out; `kind` is the platform's own word (access, refresh, short...)."""

    token: str
    platform: str
    kind: str
    account_id: str  # empty for a token of the app alone
    client_id: str
    scopes: list[str]
    issued_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and not self.has_expired(now)

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(slots=True)
class Post:
    """Something public: a post, or a comment or reply under `parent_id`."""

    platform: str
    id: str
    account_id: str
    text: str
    created_at: datetime
    kind: str = "post"  # post | reply (of the author or of others, shown under its parent)
    parent_id: str = ""
    visibility: str = "public"
    deleted_at: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Medium:
    """A picture or video that was uploaded or fetched; its bytes are in `store.blobs` under `digest`."""

    platform: str
    id: str
    account_id: str
    mime: str
    size: int
    digest: str
    created_at: datetime
    width: int = 0
    height: int = 0
    alt: str = ""
    position: int = 0
    post_id: str = ""  # empty until a post shows it
    ready_at: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Thing:
    """Anything else that one platform remembers: an app, a code, a container, a record. See `store.Box`."""

    platform: str
    kind: str
    id: str
    owner: str
    data: dict[str, Any]
    created_at: datetime
    expires_at: datetime | None = None
