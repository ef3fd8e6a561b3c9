"""What the page of a post says of queues: the slot that it has, or those that it could have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from apps.posts.manuscripts import Manuscript
from apps.posts.models import Place, Post
from apps.posts.queueing import Priority
from apps.publishing import queues
from apps.publishing.models import Publication
from apps.publishing.queues import QueueOffer
from apps.publishing.states import may_change_as_a_whole
from apps.tenants.members import Member


@dataclass(frozen=True, slots=True)
class Queueing:
    """`name` is empty for a post in no queue; `offers` and `join_url` for who may not add it to one."""

    name: str = ""
    url: str = ""
    slot_at: datetime | None = None
    priority: str = ""
    is_paused: bool = False
    offers: tuple[QueueOffer, ...] = ()
    join_url: str = ""

    @property
    def is_shown(self) -> bool:
        return bool(self.name or self.offers)


def queueing_of(post: Post, publications: Collection[Publication], text: Manuscript, member: Member) -> Queueing:
    """One query where the workspace has no queues."""
    place = Place.objects.filter(post=post).select_related("queue").first()
    own = {}
    if place is not None:
        own = {
            "name": place.queue.name,
            "url": reverse("queues:queue", args=[place.queue_id]),
            "slot_at": place.slot_at,
            "priority": Priority(place.priority).label,
            "is_paused": place.queue.paused_at is not None,
        }
    untouched = may_change_as_a_whole([row.state for row in publications])
    if not untouched or not member.may_in(post.workspace_id, "post.schedule"):
        return Queueing(**own)
    accounts = [edition.account.pk for edition in text.editions]
    offered = queues.offers(post.workspace, post_id=post.pk, account_ids=accounts)
    return Queueing(**own, offers=tuple(offered), join_url=reverse("queues:join", args=[post.pk]))
