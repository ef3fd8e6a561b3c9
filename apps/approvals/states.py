"""The life of a request and of its steps, and what somebody may say about one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    PENDING = "pending", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Replaced by a newer version")
    NOT_NEEDED = "not_needed", _("No approval needed any more")


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
    WAITING = "waiting", _("Not yet")
    OPEN = "open", _("Open")
    APPROVED = "approved", _("Approved")
    RAN_OUT = "ran_out", _("Time ran out: goes out without it")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    REJECTED = "rejected", _("Rejected")


PASSED: Final = frozenset({StepStatus.APPROVED, StepStatus.RAN_OUT})


class Verdict(models.TextChoices):
    """What a decision says. The last two are the clock's, by the policy's own rule."""

    APPROVE = "approve", _("Approved")
    APPROVE_WITH_EDITS = "approve_with_edits", _("Approved with edits")
    REQUEST_CHANGES = "request_changes", _("Asked for changes")
    REJECT = "reject", _("Rejected")
    RAN_OUT = "ran_out", _("Time ran out")
    MOVED = "moved", _("Time ran out: moved")


BY_CLOCK: Final = frozenset({Verdict.RAN_OUT, Verdict.MOVED})
APPROVING: Final = frozenset({Verdict.APPROVE, Verdict.APPROVE_WITH_EDITS})
OBJECTING: Final[Mapping[Verdict, RequestState]] = {
    Verdict.REQUEST_CHANGES: RequestState.CHANGES_REQUESTED,
    Verdict.REJECT: RequestState.REJECTED,
}


class WhenLate(models.TextChoices):
    HOLD = "hold", _("Hold the post")
    MOVE = "move", _("Move the post")
    PUBLISH = "publish", _("Publish anyway")


class Deed(models.TextChoices):
    """What a rule does when a step has waited for so long."""

    REMIND = "remind", _("Remind whoever is awaited")
    ADD = "add", _("Ask these as well")
    DELEGATE = "delegate", _("Let these stand in for whoever is awaited")
    HAND_OVER = "hand_over", _("Ask these instead")


class Counting(models.TextChoices):
    """From where a rule counts its hours."""

    AFTER = "after", _("working hours after it was asked")
    BEFORE = "before", _("hours before the time runs out")


class LinkState(models.TextChoices):
    """What the link of a mail is good for when somebody opens it."""

    GOOD = "good", _("Open")
    USED = "used", _("This link was used")
    EXPIRED = "expired", _("This link has ended")
    CHANGED = "changed", _("The post was changed since")
    CLOSED = "closed", _("It is decided")
    REMOVED = "removed", _("It is not yours to decide any more")
    SOMEBODY_ELSE = "somebody_else", _("This link is somebody else’s")


class MailChoice(models.TextChoices):
    AT_ONCE = "at_once", _("At once, and once a day what still waits")
    DIGEST = "digest", _("Once a day")


class Visibility(models.TextChoices):
    INTERNAL = "internal", _("Team only")
    SHARED = "shared", _("Shared with the client")
