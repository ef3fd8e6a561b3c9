"""Creators: one login is one account, which is known to an application by its `open_id`."""

from __future__ import annotations

import base64
import hashlib

from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.tiktok.names import EVERYONE, FOLLOWERS, FRIENDS, NAME, ONLY_ME


def open_account(world: World, handle: str, name: str) -> Account:
    """A public account that may do everything; `/_people/change` makes it otherwise."""
    place = world.store.accounts.count(f"platform='{NAME}'") + 1
    account = Account(
        platform=NAME,
        id=f"-000{_opaque(f'open {handle}')}",
        handle=handle,
        name=name,
        created_at=world.now(),
        data={
            "union_id": _opaque(f"union {handle}"),
            "is_private": False,
            "is_banned": False,
            "comment_disabled": False,
            "duet_disabled": False,
            "stitch_disabled": False,
            "max_video_post_duration_sec": 600,
            "app_version": "40.1.0",
            "follower_count": 210 + 43 * place,
            "following_count": 35 + 7 * place,
        },
    )
    return world.store.accounts.add(account)


def _opaque(seed: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(seed.encode()).digest()).decode()[:32]


def privacy_options(account: Account) -> list[str]:
    return [FOLLOWERS if account.data["is_private"] else EVERYONE, FRIENDS, ONLY_ME]
