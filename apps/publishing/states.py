"""The life of a publication as a table of moves; a follow-up (comment, reply) lives the same life after its post.

    scheduled -> publishing -> published
        |           |-> scheduled (retry later)
        |           |-> uncertain -> published | scheduled | needs_attention | failed
        |           |-> failed, held
        |-> held -> scheduled | canceled
        |-> canceled
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models


class State(models.TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHING = "publishing", "Publishing"
    UNCERTAIN = "uncertain", "Verifying"
    PUBLISHED = "published", "Published"
    FAILED = "failed", "Failed"
    NEEDS_ATTENTION = "needs_attention", "Needs attention"
    HELD = "held", "Held"
    CANCELED = "canceled", "Canceled"


MOVES: Mapping[State, frozenset[State]] = {
    State.SCHEDULED: frozenset({State.PUBLISHING, State.HELD, State.CANCELED}),
    State.PUBLISHING: frozenset({State.PUBLISHED, State.UNCERTAIN, State.SCHEDULED, State.FAILED, State.HELD}),
    # Sent, but the answer was lost: look before anything is sent again.
    State.UNCERTAIN: frozenset({State.PUBLISHED, State.SCHEDULED, State.NEEDS_ATTENTION, State.FAILED}),
    # A person decides with both facts on screen: it is out, or it is not and goes out again, or it stays out of it.
    State.NEEDS_ATTENTION: frozenset({State.PUBLISHED, State.SCHEDULED, State.CANCELED}),
    State.FAILED: frozenset({State.SCHEDULED, State.CANCELED}),
    State.HELD: frozenset({State.SCHEDULED, State.CANCELED}),
    State.PUBLISHED: frozenset(),
    State.CANCELED: frozenset(),
}

FINAL = frozenset(state for state, targets in MOVES.items() if not targets)
OPEN = frozenset({State.SCHEDULED, State.HELD, State.FAILED})  # nothing of it is out or on its way
IN_FLIGHT = frozenset({State.PUBLISHING, State.UNCERTAIN})


class Outcome(models.TextChoices):
    """How an attempt ended; "open" while it runs, and for ever if its worker died."""

    OPEN = "open", "Running"
    PUBLISHED = "published", "Published"
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
