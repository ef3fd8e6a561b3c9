"""What the core needs to know about a platform: a handful of functions and facts, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import Response

from apps.sandbox.core.rows import Account, Post, Token

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call
    from apps.sandbox.core.world import World


@dataclass(frozen=True, slots=True)
class Platform:
    name: str
    title: str  # as people write it

    # The ASGI application of this origin; its routes are made with `calls.door`.
    build: Callable[[World], Starlette]

    # A new account with this handle and name, saved: (world, handle, name).
    open_account: Callable[[World, str, str], Account]

    # Ready-made credentials for tests and demos: (world, account, scopes or None for all). The answer is handed out
    # as JSON by the control API; the key "token" is the bearer token where the platform has such a thing.
    issue_credentials: Callable[[World, Account, Sequence[str] | None], dict[str, Any]]

    # The token that a request carries, valid or not; None when it carries none that we know.
    find_token: Callable[[Call], Token | None]

    # How this platform says "too many requests" (for so many seconds) and "internal error".
    rate_limited: Callable[[Call, float], Response]
    server_error: Callable[[Call], Response]

    # What a person who wants to connect an account types into Postroom; "{origin}" stands for this platform's address.
    how_to_connect: str = "Choose an account on the page that asks for permission."

    # What happens by itself when its time has come, done at once when the clock is moved past it.
    settle: Callable[[World], None] = lambda world: None

    # Its owner takes a post or comment away on the platform itself: with whatever the platform tells of that.
    remove_post: Callable[[World, Post], None] = lambda world, post: world.delete_post(post)

    # Switches with their defaults, changed through the control API and read with `world.setting(platform, name)`.
    settings: Mapping[str, Any] = field(default_factory=dict)

    # What `Post.data` holds in a plain post, for those that the control API plants into the past.
    data_of_past_posts: Mapping[str, Any] = field(default_factory=dict)
