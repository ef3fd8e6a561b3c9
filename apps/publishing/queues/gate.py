"""Asked at the hour of a post: nothing of a paused queue goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from apps.core import tenancy
from apps.posts.models import Place
from apps.publishing.gates import Obstacle, Row
from apps.publishing.models import Publication
from apps.publishing.states import QUEUE_PAUSED


def gate(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Obstacle]:
    """Publications that wait for a paused queue, in one query. A person who sends one all the same gives it another
    hour than the queue did, and so takes it out of the queue."""
    posts = [row for row in rows if isinstance(row, Publication)]
    if not posts:
        return {}
    manager = Place.across_tenants if tenancy.current().across else Place.objects
    paused = manager.filter(post__in={row.post_id for row in posts}, queue__paused_at__isnull=False)
    found = {post_id: (due_at, name) for post_id, due_at, name in paused.values_list("post", "due_at", "queue__name")}
    return {
        row.pk: Obstacle(QUEUE_PAUSED, f"The queue {name} is paused. Once it goes on, this takes its next slot.")
        for row in posts
        for due_at, name in [found.get(row.post_id, (None, ""))]
        if due_at == row.due_at
    }
