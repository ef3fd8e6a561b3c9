"""Figures and own posts in one vocabulary, whatever each platform calls them.

What a platform does not tell is absent: never 0, and never made up from something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Metric(StrEnum):
    """`VIEWS` is how often it was shown, which platforms also call impressions or views; `WATCH_SECONDS` is a sum."""

    VIEWS = "views"
    REACH = "reach"
    LIKES = "likes"
    COMMENTS = "comments"
    SHARES = "shares"
    SAVES = "saves"
    CLICKS = "clicks"
    VIDEO_VIEWS = "video_views"
    WATCH_SECONDS = "watch_seconds"
    PROFILE_VIEWS = "profile_views"
    FOLLOWERS = "followers"
    NEW_FOLLOWERS = "new_followers"
    POSTS = "posts"


@dataclass(frozen=True, slots=True)
class Metrics:
    """`values` holds what the platform said, in our words; `raw` its own answer, as JSON, for later questions."""

    values: Mapping[Metric, int | float]
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Demographics:
    """Who follows an account now: how many of each group, by what they are told apart by ("age", "gender", "country",
    "city"). Platforms tell some of them only, and nobody's of a small account; `raw` is their own answer."""

    groups: Mapping[str, Mapping[str, int]]
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post of the account as the platform lists it. `kind` is the platform's own word for its format."""

    remote_id: str
    text: str
    published_at: datetime | None
    url: str = ""
    kind: str = ""
    media_urls: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnPosts:
    """A page of them, newest first; `cursor` asks for the next one, "" after the last."""

    posts: tuple[OwnPost, ...]
    cursor: str = ""
