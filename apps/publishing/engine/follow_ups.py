"""First comments and replies: rows of their own, made when the post is live, that can never send the post again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from apps.core import clock
from apps.core.querysets import within_reach
from apps.posts.models import Part
from apps.publishing.models import FollowUp, Publication
from apps.publishing.states import State
from apps.publishing.waking import wake_after_commit

BY_HAND = "The post was confirmed by hand, so Postroom cannot reply to it. Publish this part by hand too."


def create(publications: Iterable[Publication]) -> None:
    """Line up the comments and replies of publications that have just gone live, in their transaction; whoever sends
    them is woken after it."""
    if _line_up(publications, state=State.SCHEDULED):
        wake_after_commit()


def give_up(publication: Publication) -> None:
    """A person said that the post is live, and where; replying to it takes an id that nobody knows."""
    _line_up([publication], state=State.CANCELED, problem="by_hand", problem_words=BY_HAND)


def _line_up(publications: Iterable[Publication], **state: Any) -> int:
    now = clock.now()
    by_post: dict[UUID, list[Publication]] = defaultdict(list)
    for publication in publications:
        by_post[publication.post_id].append(publication)
    rows = [
        FollowUp(
            organization_id=publication.organization_id,
            workspace_id=publication.workspace_id,
            publication=publication,
            position=part.position,
            role=part.role,
            text=part.text,
            due_at=now,
            next_try_at=now,
            **state,
        )
        for part in within_reach(Part).filter(post_id__in=by_post, position__gt=0).order_by("position")
        for publication in by_post[part.post_id]
    ]
    if rows:
        FollowUp.plain.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
