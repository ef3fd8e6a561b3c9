"""The life of a request and of its steps, and what somebody may say about one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models


class RequestState(models.TextChoices):
    PENDING = "pending", "Waiting for approval"
    APPROVED = "approved", "Approved"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    SUPERSEDED = "superseded", "Replaced by a newer version"
    NOT_NEEDED = "not_needed", "No approval needed any more"


MOVES: Final[Mapping[RequestState, frozenset[RequestState]]] = {
    RequestState.PENDING: frozenset({
        RequestState.APPROVED, RequestState.CHANGES_REQUESTED, RequestState.REJECTED, RequestState.WITHDRAWN,
        RequestState.SUPERSEDED, RequestState.NOT_NEEDED,
    }),
    # What was approved is not taken back by a decision, only by a change, or by whoever asked.
    RequestState.APPROVED: frozenset({
        RequestState.WITHDRAWN, RequestState.SUPERSEDED, RequestState.NOT_NEEDED,
    }),
    RequestState.CHANGES_REQUESTED: frozenset({
        RequestState.WITHDRAWN, RequestState.SUPERSEDED, RequestState.NOT_NEEDED,
    }),
    RequestState.REJECTED: frozenset({RequestState.WITHDRAWN, RequestState.SUPERSEDED, RequestState.NOT_NEEDED}),
    RequestState.WITHDRAWN: frozenset(),
    RequestState.SUPERSEDED: frozenset(),
    RequestState.NOT_NEEDED: frozenset(),
}  # fmt: skip

# A post has at most one of these: what is said of it now.
CURRENT: Final = frozenset(state for state, targets in MOVES.items() if targets)
# An approval that is given, or may still be: only these let anything out.
ALIVE: Final = frozenset({RequestState.PENDING, RequestState.APPROVED})


class StepStatus(models.TextChoices):
    WAITING = "waiting", "Not yet"
    OPEN = "open", "Open"
    APPROVED = "approved", "Approved"
    RAN_OUT = "ran_out", "Time ran out: goes out without it"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    REJECTED = "rejected", "Rejected"


PASSED: Final = frozenset({StepStatus.APPROVED, StepStatus.RAN_OUT})


class Verdict(models.TextChoices):
    """What a decision says. The last two are the clock's, by the policy's own rule."""

    APPROVE = "approve", "Approved"
    APPROVE_WITH_EDITS = "approve_with_edits", "Approved with edits"
    REQUEST_CHANGES = "request_changes", "Asked for changes"
    REJECT = "reject", "Rejected"
    RAN_OUT = "ran_out", "Time ran out"
    MOVED = "moved", "Time ran out: moved"


APPROVING: Final = frozenset({Verdict.APPROVE, Verdict.APPROVE_WITH_EDITS})
OBJECTING: Final[Mapping[Verdict, RequestState]] = {
    Verdict.REQUEST_CHANGES: RequestState.CHANGES_REQUESTED,
    Verdict.REJECT: RequestState.REJECTED,
}


class WhenLate(models.TextChoices):
    HOLD = "hold", "Hold the post"
    MOVE = "move", "Move the post"
    PUBLISH = "publish", "Publish anyway"


class Deed(models.TextChoices):
    """What a rule does when a step has waited for so long."""

    REMIND = "remind", "Remind whoever is awaited"
    ADD = "add", "Ask these as well"
    DELEGATE = "delegate", "Let these stand in for whoever is awaited"
    HAND_OVER = "hand_over", "Ask these instead"


class Counting(models.TextChoices):
    """From where a rule counts its hours."""

    AFTER = "after", "working hours after it was asked"
    BEFORE = "before", "hours before the time runs out"


class LinkState(models.TextChoices):
    """What the link of a mail is good for when somebody opens it."""

    GOOD = "good", "Open"
    USED = "used", "This link was used"
    EXPIRED = "expired", "This link has ended"
    CHANGED = "changed", "The post was changed since"
    CLOSED = "closed", "It is decided"
    REMOVED = "removed", "It is not yours to decide any more"
    SOMEBODY_ELSE = "somebody_else", "This link is somebody else’s"


class MailChoice(models.TextChoices):
    AT_ONCE = "at_once", "At once, and once a day what still waits"
    DIGEST = "digest", "Once a day"


class Visibility(models.TextChoices):
    INTERNAL = "internal", "Team only"
    SHARED = "shared", "Shared with the client"
