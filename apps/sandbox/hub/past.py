"""Posts of the past, for demos: they stand in the feeds with their own times, as if they had been published then."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from apps.sandbox.core import images
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World


class PastRefused(ValueError):
    """What was asked for cannot have happened."""


def plant(world: World, account: Account, wanted: Mapping[str, Any]) -> Post:
    """A post with `text`, `created_at` (ISO, with zone) and perhaps a `picture` (base64) with its `alt`."""
    at = _instant(wanted.get("created_at"))
    if at > world.now():
        raise PastRefused("created_at is in the future.")
    id = str(world.number())
    data = {"shortcode": id, **world.platforms[account.platform].data_of_past_posts}
    post = Post(account.platform, id, account.id, str(wanted.get("text") or ""), at, data=data)
    media = [_picture(world, account, wanted, at)] if wanted.get("picture") else []
    return world.publish(post, media)


def _instant(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise PastRefused("created_at is an ISO time with its zone.") from error
    if at.tzinfo is None:
        raise PastRefused("created_at is an ISO time with its zone.")
    return at.astimezone(UTC)


def _picture(world: World, account: Account, wanted: Mapping[str, Any], at: datetime) -> Medium:
    try:
        content = base64.b64decode(str(wanted["picture"]), validate=True)
    except binascii.Error as error:
        raise PastRefused("picture is base64.") from error
    seen = images.probe(content)
    if seen is None:
        raise PastRefused("picture is no image.")
    medium = Medium(
        platform=account.platform,
        id=str(world.number()),
        account_id=account.id,
        mime=seen.mime,
        size=len(content),
        digest=world.store.blobs.add(content),
        created_at=at,
        width=seen.width,
        height=seen.height,
        alt=str(wanted.get("alt") or ""),
    )
    return world.store.media.add(medium)
