"""The life of a publication as a table of moves; a follow-up (comment, reply) lives the same life after its post.

docs/publishing-states.md is drawn from these tables.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import models

from apps.posts.states import KEEPS_BACK, Review


class State(models.TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    STAGING = "staging", "Preparing"
    READY = "ready", "Ready"
    PUBLISHING = "publishing", "Publishing"
    UNCERTAIN = "uncertain", "Verifying"
    PUBLISHED = "published", "Published"
    FAILED = "failed", "Failed"
    NEEDS_ATTENTION = "needs_attention", "Needs attention"
    HELD = "held", "Held"
    CANCELED = "canceled", "Canceled"
    REMOVED = "removed", "Removed"


MOVES: Mapping[State, frozenset[State]] = {
    State.SCHEDULED: frozenset({State.STAGING, State.PUBLISHING, State.HELD, State.CANCELED}),
    # A worker uploads before the hour what the platform takes early. Nothing is public: a person may still change it.
    State.STAGING: frozenset({State.READY, State.SCHEDULED, State.FAILED, State.HELD, State.CANCELED}),
    State.READY: frozenset({State.PUBLISHING, State.SCHEDULED, State.HELD, State.CANCELED}),
    State.PUBLISHING: frozenset({State.PUBLISHED, State.UNCERTAIN, State.SCHEDULED, State.FAILED, State.HELD}),
    # Sent, but the answer was lost: look before anything is sent again.
    State.UNCERTAIN: frozenset(
        {State.PUBLISHED, State.SCHEDULED, State.NEEDS_ATTENTION, State.FAILED, State.HELD},
    ),
    # A person decides with both facts on screen: it is out, or it is not and goes out again, or it stays out of it.
    State.NEEDS_ATTENTION: frozenset({State.PUBLISHED, State.SCHEDULED, State.CANCELED}),
    State.FAILED: frozenset({State.SCHEDULED, State.CANCELED}),
    State.HELD: frozenset({State.SCHEDULED, State.CANCELED}),
    # Taken off the plan before anything of it went out: the post may be planned again.
    State.CANCELED: frozenset({State.SCHEDULED}),
    # Taken down at the platform, by us or by hand. What was out is a record: it never goes out again by itself.
    State.PUBLISHED: frozenset({State.REMOVED}),
    State.REMOVED: frozenset(),
}

FINAL = frozenset(state for state, targets in MOVES.items() if not targets)
WAITING = frozenset({State.SCHEDULED, State.STAGING, State.READY})  # for its hour, or for another try
OPEN = WAITING | {State.HELD, State.FAILED}  # nothing of it is out or on its way
IN_FLIGHT = frozenset({State.PUBLISHING, State.UNCERTAIN})
# What a worker that claimed a row may find it in; every other state was given to it by a person or another claim.
CLAIMED = IN_FLIGHT | {State.STAGING}
# The platform's receipt is proof, however late it comes: it ends each of these, whatever the row believed meanwhile.
PROVABLE = frozenset(State) - {State.PUBLISHED, State.CANCELED, State.REMOVED}
# It went out, whatever became of it since: kept as a record, and passed by when its post is planned again.
WENT_OUT = frozenset({State.PUBLISHED, State.REMOVED})

# The problem of a post that went out all the same: its platform told later that it could not be shown.
FAILED_AFTERWARDS = "failed_at_platform"

# The problem of what is held because its queue is paused.
QUEUE_PAUSED = "queue_paused"


def may_change_as_a_whole(states: Collection[str]) -> bool:
    """Whether all of a post may still be edited, going by its publications: nothing is out, on its way or unclear."""
    return set(states) <= OPEN | {State.CANCELED}


class Deed(models.TextChoices):
    """What an attempt was for. A worker prepares, publishes, and looks for what it has lost; a person does the rest."""

    PREPARE = "prepare", "Preparation"
    PUBLISH = "publish", "Try"
    CHANGE = "change", "Change"
    REMOVE = "remove", "Take-down"


BY_A_PERSON = frozenset({Deed.CHANGE, Deed.REMOVE})  # with what is out


class Outcome(models.TextChoices):
    """How an attempt ended; "open" while it runs."""

    OPEN = "open", "Running"
    PUBLISHED = "published", "Published"
    READY = "ready", "Prepared"
    NOT_READY = "not_ready", "Platform still preparing"
    NOT_SENT = "not_sent", "Not sent"
    THROTTLED = "throttled", "Asked to wait"
    REJECTED = "rejected", "Refused"
    DISCONNECTED = "disconnected", "Signed out"
    MISSING_PERMISSION = "missing_permission", "Permission missing"
    UNCERTAIN = "uncertain", "Answer lost"
    FOUND = "found", "Found on the platform"
    ABSENT = "absent", "Not on the platform"
    UNCLEAR = "unclear", "Platform cannot tell"
    ABANDONED = "abandoned", "Given back"
    HELD = "held", "Held back"
    CHANGED = "changed", "Changed"
    REMOVED = "removed", "Removed"
    GONE = "gone", "Not there any more"
    NOT_OFFERED = "not_offered", "Not possible there"


class PostState(models.TextChoices):
    """What has become of a whole post."""

    DRAFT = "draft", "Draft"
    AWAITING_APPROVAL = "awaiting_approval", "Waiting for approval"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHING = "publishing", "Publishing"
    UNCERTAIN = "uncertain", "Verifying"
    NEEDS_ATTENTION = "needs_attention", "Needs attention"
    HELD = "held", "Held"
    PARTIALLY_PUBLISHED = "partially_published", "Partly published"
    PUBLISHED = "published", "Published"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"
    REMOVED = "removed", "Removed"


# What wants a person comes first, then what moves by itself.
LOUDEST = (State.NEEDS_ATTENTION, State.HELD, State.PUBLISHING, State.UNCERTAIN, State.SCHEDULED)


def post_state(states: Collection[str], review: str = Review.NONE) -> PostState:
    """The state of a post from those of its publications, and what reviewers say: the one place that every page asks.

    What was canceled or removed says nothing beside one that is neither: a post that was taken down from one account
    and is out on another is published, and one that failed on the other has failed. Removed is a post that was out,
    and of which nothing is left anywhere.
    """
    found = _of_publications(states)
    waits = found is PostState.SCHEDULED and review in KEEPS_BACK
    asked = found is PostState.DRAFT and review == Review.WAITING
    return PostState.AWAITING_APPROVAL if waits or asked else found


def _of_publications(states: Collection[str]) -> PostState:
    if not states:
        return PostState.DRAFT
    living = {State.SCHEDULED if state in WAITING else state for state in states} - {State.CANCELED, State.REMOVED}
    if not living:
        return PostState.REMOVED if State.REMOVED in states else PostState.CANCELED
    for state in LOUDEST:
        if state in living:
            return PostState(state)
    if living == {State.PUBLISHED}:
        return PostState.PUBLISHED
    return PostState.PARTIALLY_PUBLISHED if State.PUBLISHED in living else PostState.FAILED
