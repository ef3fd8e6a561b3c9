"""Which platforms there are: a name, and the adapter that speaks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

import httpx

from apps.platforms.adapters.bluesky import BlueskyAdapter
from apps.platforms.adapters.facebook import FacebookAdapter
from apps.platforms.adapters.google_business import GoogleBusinessAdapter
from apps.platforms.adapters.instagram import InstagramAdapter
from apps.platforms.adapters.linkedin import LinkedInAdapter
from apps.platforms.adapters.mastodon import MastodonAdapter
from apps.platforms.adapters.pinterest import PinterestAdapter
from apps.platforms.adapters.threads import ThreadsAdapter
from apps.platforms.adapters.tiktok import TikTokAdapter
from apps.platforms.adapters.x import XAdapter
from apps.platforms.adapters.youtube import YouTubeAdapter
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import Adapter, AdapterFactory

# Adding a platform is one line here, one bench in the conformance suite, and the adapter itself.
ADAPTERS: dict[str, type[Adapter]] = {
    "instagram": InstagramAdapter,
    "mastodon": MastodonAdapter,
    "bluesky": BlueskyAdapter,
    "threads": ThreadsAdapter,
    "linkedin": LinkedInAdapter,
    "facebook": FacebookAdapter,
    "x": XAdapter,
    "youtube": YouTubeAdapter,
    "pinterest": PinterestAdapter,
    "tiktok": TikTokAdapter,
    "google_business": GoogleBusinessAdapter,
}


class UnknownPlatform(LookupError):
    """No adapter has this name."""


def names() -> tuple[str, ...]:
    return tuple(ADAPTERS)


def adapter_class(name: str) -> type[Adapter]:
    """The adapter of platform `name`; raises UnknownPlatform."""
    if name not in ADAPTERS:
        raise UnknownPlatform(f"There is no platform named {name!r}; known are {', '.join(ADAPTERS)}")
    return ADAPTERS[name]


def label(name: str) -> str:
    """The name people know the platform by."""
    return adapter_class(name).label


def capabilities(name: str) -> Capabilities:
    return adapter_class(name).capabilities


def build(name: str, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Callable[[], datetime]) -> Adapter:
    """An adapter ready to work; it keeps no state, so one for each piece of work is fine."""
    factory = cast(AdapterFactory, adapter_class(name))
    return factory(http=http, endpoints=endpoints, clock=clock)
