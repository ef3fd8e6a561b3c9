"""`states.post_state` as a condition of the database: posts that are, as a whole, in a state."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db.models import Exists, OuterRef, Q

from apps.posts.states import KEEPS_BACK, Review
from apps.publishing.models import Publication
from apps.publishing.states import LOUDEST, WAITING, PostState, State

SAYS_NOTHING: Final = (State.CANCELED, State.REMOVED)


def posts_in(state: PostState) -> Q:
    """Posts in this state, for a filter of posts."""
    kept_back, asked = Q(review__in=sorted(KEEPS_BACK)), Q(review=Review.WAITING)
    if state is PostState.AWAITING_APPROVAL:
        return (_whose_publications_are(PostState.SCHEDULED) & kept_back) | (
            _whose_publications_are(PostState.DRAFT) & asked
        )
    found = _whose_publications_are(state)
    if state is PostState.SCHEDULED:
        return found & ~kept_back
    return found & ~asked if state is PostState.DRAFT else found


def _whose_publications_are(state: PostState) -> Q:
    """The state whatever reviewers say."""
    if state is PostState.DRAFT:
        return ~Q(_any(State))
    if state is PostState.CANCELED:
        return Q(_any([State.CANCELED])) & ~Q(_others_than([State.CANCELED]))
    if state is PostState.REMOVED:
        return Q(_any([State.REMOVED])) & ~Q(_others_than(SAYS_NOTHING))
    for place, loud in enumerate(LOUDEST):
        if state.value == loud.value:
            louder = _with_all_of_waiting(LOUDEST[:place])
            heard = Q(_any(_with_all_of_waiting([loud])))
            return heard & ~Q(_any(louder)) if louder else heard
    quiet = ~Q(_any(_with_all_of_waiting(LOUDEST)))
    has_published, has_failed = Q(_any([State.PUBLISHED])), Q(_any([State.FAILED]))
    if state is PostState.PUBLISHED:
        return quiet & has_published & ~has_failed
    return quiet & has_failed & (has_published if state is PostState.PARTIALLY_PUBLISHED else ~has_published)


def _with_all_of_waiting(states: Collection[State]) -> list[State]:
    """One that waits is told as scheduled, however far its preparation is."""
    return sorted({*states, *(WAITING if State.SCHEDULED in states else ())})


def _any(states: Collection[State] | type[State]) -> Exists:
    return Exists(Publication.objects.filter(post=OuterRef("pk"), state__in=list(states)))


def _others_than(states: Collection[State]) -> Exists:
    return Exists(Publication.objects.filter(post=OuterRef("pk")).exclude(state__in=states))
