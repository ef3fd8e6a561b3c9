"""What a pause held and no other slot is for, as its post is out on other accounts already or its slot is long past."""

from __future__ import annotations

from collections.abc import Sequence

from apps.core import clock
from apps.events import services as events
from apps.posts.models import Place, Post, Queue
from apps.publishing.counting import count_as_it_is
from apps.publishing.models import Publication
from apps.publishing.services.planning import AFRESH
from apps.publishing.states import QUEUE_PAUSED, State
from apps.publishing.waking import wake_after_commit


def release(queue: Queue) -> int:
    """Let it go out now, as its siblings did at their hour; the ordinary rules hold, with their own words, what is too
    late by now. The number of publications. The caller holds the queue, and has given slots to all that takes one."""
    rows = _held(queue)
    if not rows:
        return 0
    now = clock.now()
    Publication.objects.filter(pk__in=[row.pk for row in rows]).steer(
        State.SCHEDULED, only=[State.HELD], next_try_at=now, **AFRESH
    )
    told = [events.News("publication.resumed", row, {"post_id": row.post_id, "due_at": row.due_at}) for row in rows]
    events.emit_all(told)
    count_as_it_is({row.post_id for row in rows})
    wake_after_commit()
    return len(rows)


def _held(queue: Queue) -> Sequence[Publication]:
    stuck = Publication.objects.filter(
        state=State.HELD, problem=QUEUE_PAUSED, post__in=Place.objects.filter(queue=queue).values("post")
    )
    posts = Post.objects.filter(pk__in=stuck.values("post")).order_by("pk").select_for_update()
    held = stuck.filter(post__in=[post.pk for post in posts]).order_by("pk")
    return list(held.select_for_update(of=("self",)))
