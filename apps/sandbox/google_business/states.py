"""The life of a local post: PROCESSING, then live, waiting for its hour, recurring, or rejected.

The state follows from the clock and a few instants that are fixed when a post is written; `settle` keeps what people
see (`Post.visibility`) in step with it. A scheduled post is looked through at once, like any other.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Post
from apps.sandbox.core.world import World
from apps.sandbox.google_business.names import NAME

LIVE, PROCESSING, REJECTED, SCHEDULED, RECURRING = "LIVE", "PROCESSING", "REJECTED", "SCHEDULED", "RECURRING"
# A number that somebody could call: it begins with a plus or a zero.
PHONE_NUMBER = re.compile(r"(?<![\w-])(?:\+|\(?0)\d[\d ()/.-]{5,}\d")
OF_PAST_POSTS = {"body": {"topicType": "STANDARD"}, "ready_at": 0, "due_at": 0, "rejected_at": 0, "edited_at": 0}


def of(post: Post, now: datetime) -> str:
    told, at = post.data, now.timestamp()
    if told["rejected_at"] and at >= told["rejected_at"]:
        return REJECTED
    if at < told["ready_at"]:
        return PROCESSING
    if at < told["due_at"]:
        return SCHEDULED
    return RECURRING if "recurrenceInfo" in told["body"].get("event", {}) else LIVE


def begin(call: Call, post: Post) -> None:
    """Fix when processing of this post ends, and how."""
    world, setting = call.world, call.world.setting
    seconds = call.processing_seconds(float(setting(NAME, "post_seconds")))
    ready_at = world.now().timestamp() + seconds
    due = instant(str(post.data["body"].get("scheduledTime", "")))
    rejected = call.take_fault("failed_processing") is not None or _breaks_policy(world, post)
    post.data |= {
        "ready_at": ready_at,
        "due_at": due.timestamp() if due else 0,
        "rejected_at": ready_at + float(setting(NAME, "rejection_seconds")) if rejected else 0,
    }
    note(world, post)


def _breaks_policy(world: World, post: Post) -> bool:
    if world.setting(NAME, "rejects_phone_numbers") and PHONE_NUMBER.search(post.text):
        return True
    if not world.setting(NAME, "rejects_duplicates"):
        return False
    others = world.store.posts.find(platform=NAME, account_id=post.account_id)
    return any(one.text == post.text and one.id != post.id and one.deleted_at is None for one in others)


def note(world: World, post: Post) -> None:
    """Show the post as what it is now, and look after it for as long as that may change."""
    now = world.now()
    state = of(post, now)
    post.visibility = "public" if state in {LIVE, RECURRING} else state.lower()
    if max(post.data["ready_at"], post.data["due_at"], post.data["rejected_at"]) > now.timestamp():
        world.box(NAME, "unsettled").put(post.id, {})
    else:
        world.box(NAME, "unsettled").delete(post.id)


def settle(world: World) -> None:
    for thing in world.box(NAME, "unsettled").all():
        if post := world.post(NAME, thing.id):
            note(world, post)
            world.store.posts.save(post)
        else:
            world.box(NAME, "unsettled").delete(thing.id)


def instant(told: str) -> datetime | None:
    """An RFC 3339 time with its zone."""
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
