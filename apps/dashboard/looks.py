"""How states and networks are shown: a shape, a colour and a word for each, the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """`shape` names the icon and the colour of a state; `word` is said next to it or to a screen reader."""

    shape: str
    word: str


NETWORKS: Mapping[str, str] = {
    "instagram": "Instagram",
    "facebook": "Facebook",
    "threads": "Threads",
    "x": "X",
    "linkedin": "LinkedIn",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "pinterest": "Pinterest",
    "google_business": "Google Business",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
}

# States of publications and of whole posts share this table: the same word never has two shapes.
STATES: Mapping[str, Look] = {
    "draft": Look("draft", "Draft"),
    "review": Look("review", "In review"),
    "awaiting_approval": Look("review", "Waiting for approval"),
    "scheduled": Look("scheduled", "Scheduled"),
    "staging": Look("staging", "Staging"),
    "ready": Look("ready", "Ready"),
    "publishing": Look("publishing", "Publishing"),
    "published": Look("published", "Published"),
    "partially_published": Look("attention", "Partly published"),
    "retrying": Look("retrying", "Retrying"),
    "uncertain": Look("verifying", "Verifying"),
    "needs_attention": Look("attention", "Needs attention"),
    "held": Look("held", "Held"),
    "failed": Look("failed", "Failed"),
    "canceled": Look("canceled", "Canceled"),
    "removed": Look("removed", "Removed"),
}

# The health of an account, as a tone and a shape; the words come with the account.
HEALTH: Mapping[str, tuple[str, str]] = {
    "ok": ("ok", "published"),
    "warn": ("warn", "attention"),
    "bad": ("bad", "failed"),
    "unknown": ("", "verifying"),
}
