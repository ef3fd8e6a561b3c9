"""The platform's name, as its modules use it, and the words of its API that several of them need."""

from __future__ import annotations

NAME = "tiktok"

DIRECT, DRAFT = "DIRECT_POST", "INBOX_SHARE"
EVERYONE, FRIENDS, FOLLOWERS, ONLY_ME = (
    "PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY",
)  # fmt: skip
