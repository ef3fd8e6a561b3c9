"""What people did to a post, as its page tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.audit.models import Entry
from apps.posts.models import Post
from apps.publishing.models import Publication
from apps.tenants.selectors import names_of_actors

MOST: int = 30
# Verb: title, tone, icon.
TITLES = {
    "post.created": ("Written down", "", "edit"),
    "post.updated": ("Changed", "", "edit"),
    "post.scheduled": ("Planned", "", "scheduled"),
    "post.rescheduled": ("Moved to another time", "", "scheduled"),
    "post.moved_in_queue": ("Moved to another slot of its queue", "", "scheduled"),
    "post.left_queue": ("Taken out of its queue", "", "scheduled"),
    "post.canceled": ("Taken off the plan", "", "canceled"),
    "publication.canceled": ("One account taken off the plan", "", "canceled"),
    "publication.retried": ("Sent again by hand", "", "retrying"),
    "publication.resumed": ("Sent although late", "", "publishing"),
    "publication.shifted": ("Moved while its account was reconnected", "", "scheduled"),
    "publication.skipped": ("Left out after its account was reconnected", "", "canceled"),
    "publication.decided_out": ("Said to be live", "ok", "check"),
    "publication.decided_not_out": ("Said not to be live, sent again", "", "retrying"),
    "publication.edited": ("Changed where it is live", "", "edit"),
    "publication.removed": ("Taken down", "", "removed"),
    "publication.found_gone": ("Found to be gone", "", "removed"),
    "publication.told_gone": ("Said to be gone by its platform", "", "removed"),
    "publication.said_removed": ("Said to be taken down by hand", "", "removed"),
    "comment.written": ("A comment written", "", "edit"),
    "comment.changed": ("A comment changed", "", "edit"),
    "comment.canceled": ("A comment called off", "", "canceled"),
    "follow_up.removed": ("A comment or reply taken down", "", "removed"),
    "publication.decided_leave": ("Left as it was", "", "canceled"),
}


@dataclass(frozen=True, slots=True)
class HistoryStep:
    title: str
    text: str
    at: datetime
    tone: str
    icon: str


def of_post(post: Post, publications: Iterable[Publication]) -> list[HistoryStep]:
    """The diary of a post and its publications, newest first, in two queries."""
    handles: dict[UUID, str] = {}
    for row in publications:
        of_it = (row.pk, *(follow_up.pk for follow_up in row.follow_ups.all()))
        handles |= dict.fromkeys(of_it, f"@{row.account.handle}")
    entries = list(Entry.objects.filter(subject_id__in=[post.pk, *handles], verb__in=TITLES).order_by("-id")[:MOST])
    names = names_of_actors(entries)
    # A change where the post is out changes it here as well: that is told once.
    told = {entry.diff["revision"] for entry in entries if entry.verb == "publication.edited"}
    shown = [entry for entry in entries if entry.verb != "post.updated" or entry.diff.get("revision") not in told]
    return [_step(entry, names, handles) for entry in shown]


def _step(entry: Entry, names: dict[UUID, str], handles: dict[UUID, str]) -> HistoryStep:
    title, tone, icon = TITLES[entry.verb]
    who = names.get(entry.actor_id, "Postroom") if entry.actor_id else "Postroom"
    where = f", {handles[entry.subject_id]}" if entry.subject_id in handles else ""
    return HistoryStep(title, f"by {who}{where}", entry.created_at, tone, icon)
