"""First comments and replies: rows of their own, made when the post is live, that can never send the post again."""

from __future__ import annotations

from typing import Any

from apps.core import clock
from apps.posts.models import Part
from apps.publishing.claim import Claim
from apps.publishing.models import FollowUp, Publication
from apps.publishing.states import State

BY_HAND = "The post was confirmed by hand, so Postroom cannot reply to it. Publish this part by hand too."


def create(claim: Claim) -> None:
    """Line up the comment and replies of a publication that has just gone live, in its transaction."""
    publication = Publication.objects.get(pk=claim.publication_id)
    _line_up(publication, state=State.SCHEDULED)


def give_up(publication: Publication) -> None:
    """A person said that the post is live, and where; replying to it takes an id that nobody knows."""
    _line_up(publication, state=State.CANCELED, problem="by_hand", problem_words=BY_HAND)


def _line_up(publication: Publication, **state: Any) -> None:
    now = clock.now()
    FollowUp.objects.bulk_create(
        [
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
            for part in Part.objects.filter(post_id=publication.post_id, position__gt=0).order_by("position")
        ],
        ignore_conflicts=True,
    )
