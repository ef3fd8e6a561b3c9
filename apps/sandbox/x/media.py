"""Uploaded media: how far their processing is, how long they last, and who may show them.

A film of more than 60 frames a second seems to succeed, and is refused when a post wants to show it. With
`fails_at_post` that is what happens to every file that X cannot use.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium
from apps.sandbox.x import errors, judging
from apps.sandbox.x.accounts import snowflake
from apps.sandbox.x.judging import CATEGORIES, PREFIXES, Judged

LONGEST_PAUSE = 30


def key_of(id: str, category: str) -> str:
    return f"{PREFIXES[CATEGORIES[category]]}_{id}"


def keep(
    call: Call,
    account: Account,
    found: Judged,
    *,
    category: str,
    size: int,
    came: dict[str, Any],
    id: str = "",
    content: bytes = b"",
) -> Medium:
    """A medium that has come in whole; films and animations are in processing for a while.

    `came` tells how it came in, for the comparison with what was sent."""
    now, id = call.world.now(), id or snowflake(call.world)
    is_processed = CATEGORIES[category] in {"video", "gif"}
    seconds = call.processing_seconds(float(call.world.setting("x", "processing_seconds"))) if is_processed else 0.0
    problem = found.problem or ("Unsupported video format" if call.take_fault("failed_processing") else "")
    lives = timedelta(seconds=call.world.setting("x", "media_seconds"))
    data = {
        "media_key": key_of(id, category),
        "category": category,
        "seconds": found.seconds,
        "problem": problem,
        "is_too_fast": found.is_too_fast,
        "is_processed": is_processed,
        "expires_at": (now + lives).timestamp(),
        **came,
    }
    digest = call.world.store.blobs.add(content) if content else ""
    ready_at = now + timedelta(seconds=seconds)
    medium = Medium(
        "x", id, account.id, found.mime, size, digest, now, found.width, found.height, ready_at=ready_at, data=data
    )
    call.world.box("x", "received").put(id, {"category": category, "size": size, **came}, owner=account.id)
    return call.world.store.media.add(medium)


def shown(call: Call, medium: Medium) -> dict[str, Any]:
    """As the upload endpoints answer it; without `processing_info` it is ready."""
    now = call.world.now()
    answer: dict[str, Any] = {
        "id": medium.id,
        "media_key": medium.data["media_key"],
        "size": medium.size,
        "expires_after_secs": max(0, math.ceil(medium.data["expires_at"] - now.timestamp())),
    }
    if medium.data["is_processed"]:
        answer["processing_info"] = _processing(medium, now, fails_late=call.world.setting("x", "fails_at_post"))
    return answer


def _processing(medium: Medium, now: datetime, *, fails_late: bool) -> dict[str, Any]:
    ready_at = medium.ready_at or medium.created_at
    if ready_at > now:
        progress = int(100 * (now - medium.created_at) / (ready_at - medium.created_at))
        pause = min(LONGEST_PAUSE, math.ceil((ready_at - now).total_seconds()))
        if progress < 10:
            return {"state": "pending", "check_after_secs": max(1, pause)}
        return {"state": "in_progress", "progress_percent": progress, "check_after_secs": max(1, pause)}
    if medium.data["problem"] and not fails_late:
        error = {"code": 1, "name": "InvalidMedia", "message": medium.data["problem"]}
        return {"state": "failed", "error": error}
    return {"state": "succeeded", "progress_percent": 100}


def own(call: Call, account: Account, id: str) -> Medium:
    """A medium of this account, or one that its owner shared with it."""
    medium = call.world.store.media.get("x", id)
    if medium is None or not _is_theirs(medium, account) or _has_expired(medium, call.world.now()):
        raise errors.not_found(call, "media", id)
    return medium


def is_usable(medium: Medium | None, account: Account, now: datetime) -> bool:
    """Whether a post of this account may show it now."""
    if medium is None or not _is_theirs(medium, account) or _has_expired(medium, now):
        return False
    is_ready = medium.ready_at is None or medium.ready_at <= now
    is_sound = not medium.data["problem"] and not medium.data.get("is_too_fast")
    return is_ready and is_sound and medium.data["category"].startswith(("tweet_", "amplify_"))


def _is_theirs(medium: Medium, account: Account) -> bool:
    return "media_key" in medium.data and account.id in {medium.account_id, *medium.data.get("owners", ())}


def _has_expired(medium: Medium, now: datetime) -> bool:
    return bool(medium.data["expires_at"] <= now.timestamp())


def kind_of(medium: Medium) -> str:
    return judging.CATEGORIES[medium.data["category"]]
