"""What becomes of a publication that was held, on a person's word: sent now, moved, or left out. One row at a time.

Mending an account and starting again after a stop are built of these. Each answers whether the row was still held.
Rows come with post, workspace and account.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.events import services as events
from apps.posts import services as posts
from apps.posts.appointments import appointment, at_instant
from apps.posts.models import Post
from apps.publishing import rollups
from apps.publishing.models import Publication
from apps.publishing.querysets import PUT_ASIDE
from apps.publishing.services.holding import hold
from apps.publishing.services.planning import AFRESH
from apps.publishing.states import WAITING, State

DAY: Final = timedelta(days=1)


def skip(row: Publication, actor: Actor) -> bool:
    """Off the plan."""
    if not Publication.objects.filter(pk=row.pk).steer(State.CANCELED, only=[State.HELD]):
        return False
    audit.record("publication.skipped", subject=row, actor=actor)
    events.emit("publication.canceled", subject=row, data={"post_id": row.post_id})
    rollups.tell(row.post_id)
    return True


def send_now(row: Publication, now: datetime, actor: Actor) -> bool:
    post, _ = hold(row.post)
    if post.deleted_at is not None or not _back(row, post, due_at=now):
        return False
    audit.record("publication.resumed", subject=row, actor=actor)
    events.emit("publication.resumed", subject=row, data={"post_id": post.pk, "due_at": now})
    return True


def move(row: Publication, due_at: datetime, actor: Actor) -> datetime | None:
    """To another time: the new one, or None for a row that has moved on meanwhile."""
    post, publications = hold(row.post)
    if post.deleted_at is not None or not _back(row, post, due_at=due_at):
        return None
    others = [one for one in publications if one.pk != row.pk and one.state != State.CANCELED]
    if all(one.state in WAITING and one.due_at == due_at for one in others):
        # All of the post has moved, so its appointment has.
        posts.set_appointment(post=post, appointment=at_instant(due_at, zone_of(row).key))
    audit.record("publication.shifted", subject=row, actor=actor, diff={"due_at": due_at})
    events.emit("publication.resumed", subject=row, data={"post_id": post.pk, "due_at": due_at})
    return due_at


def days_lost(rows: Collection[Publication], now: datetime) -> int:
    """The smallest number of days by which all of these can move so that each is ahead of us at its own hour."""
    days = 1
    while any(days_later(row, days) <= now for row in rows):
        days += 1
    return days


def days_later(row: Publication, days: int) -> datetime:
    """So many days later on the client's wall clock."""
    zone = zone_of(row)
    local = row.due_at.astimezone(zone).replace(tzinfo=None) + DAY * days
    return appointment(local, zone.key).due_at


def zone_of(row: Publication) -> ZoneInfo:
    return ZoneInfo(row.post.timezone or row.workspace.timezone)


def is_in_time(row: Publication, now: datetime) -> bool:
    """Whether it may still go out now, late as it is."""
    own: timedelta | None = row.workspace.too_late_after
    return now <= row.due_at + (own if own is not None else settings.PUBLISH_TOO_LATE_AFTER)


def _back(row: Publication, post: Post, *, due_at: datetime) -> bool:
    again: dict[str, Any] = {"due_at": due_at, "next_try_at": due_at, "revision": post.revision, **PUT_ASIDE}
    if not Publication.objects.filter(pk=row.pk).steer(State.SCHEDULED, only=[State.HELD], **again, **AFRESH):
        return False
    rollups.begin(post)
    return True
