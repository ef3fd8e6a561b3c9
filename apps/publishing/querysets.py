"""Moves and reads that chain. A move is one conditional UPDATE: the row itself decides who won."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Self, TypeVar

from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce

from apps.core import clock
from apps.core.querysets import TenantQuerySet
from apps.publishing.claim import Claim
from apps.publishing.errors import LostClaim
from apps.publishing.states import CLAIMED, IN_FLIGHT, MOVES, PROVABLE, WAITING, WENT_OUT, Outcome, State

M = TypeVar("M", bound=models.Model)

# Whoever prepares a post takes back what was left of it first; what is still far from its hour does not wait for that.
FAR_OFF: Final = timedelta(hours=2)

# What was prepared for other words is kept until it is taken back from the platform.
PUT_ASIDE: Final[dict[str, Any]] = {"leftover": Coalesce("leftover", "staged"), "staged": None}
# Whoever prepares a row that a person moves finds the fence changed, and stops.
OUT_OF_HANDS: Final[dict[str, Any]] = {
    "fence": Case(
        When(state=State.STAGING, then=F("fence") + 1), default=F("fence"), output_field=models.PositiveIntegerField()
    ),
    "stage_at": None,
}

# An intent that is still open means "it may be out": only states that say so may keep one.
SETTLED_AS_NOT_SENT = WAITING | {State.HELD, State.FAILED}


class SendingQuerySet(TenantQuerySet[M]):
    """Rows that are sent to a platform once: publications and follow-ups."""

    def due(self, now: datetime) -> Self:
        """What has reached its hour without having been prepared."""
        return self.filter(Q(stage_at=None) | Q(stage_at__lte=now), state=State.SCHEDULED, next_try_at__lte=now)

    def to_stage(self, now: datetime) -> Self:
        """What waits for an hour still to come, and may be prepared; the caller says how far ahead."""
        return self.filter(Q(stage_at=None) | Q(stage_at__lte=now), state=State.SCHEDULED, next_try_at__gt=now)

    def ready(self, now: datetime) -> Self:
        """What was prepared and has reached its hour."""
        return self.filter(state=State.READY, next_try_at__lte=now)

    def lost(self, now: datetime) -> Self:
        """Answers that were lost, and whose time to be looked for has come."""
        return self.filter(state=State.UNCERTAIN, next_try_at__lte=now)

    def expired(self, now: datetime) -> Self:
        """Claims whose worker has not been heard of within its lease."""
        return self.filter(state__in=[State.STAGING, State.PUBLISHING], lease_until__lt=now)

    def move(self, claim: Claim, to: State, **changes: Any) -> None:
        """Move the claimed row, or raise LostClaim if another worker, or a person, holds it now."""
        sources = [state for state in CLAIMED if to in MOVES[state]]
        mine = self.filter(pk=claim.row_id, fence=claim.fence, state__in=sources)
        if not mine.update(**_changes(to, changes)):
            raise LostClaim(claim)

    def note(self, claim: Claim, **changes: Any) -> None:
        """Write something about the claimed row that does not move it, or raise LostClaim."""
        mine = self.filter(pk=claim.row_id, fence=claim.fence, state=claim.state)
        if not mine.update(updated_at=clock.now(), **changes):
            raise LostClaim(claim)

    def prove(self, claim: Claim, **receipt: Any) -> bool:
        """Record a receipt that came after the claim was lost; True if the row took it.

        Safe without the fence: a receipt only ever takes a row away from being sent, never towards it, and the row must
        not know a remote id yet. Whoever holds a newer claim loses it here, and finds out when it writes its intent.
        """
        unproven = self.filter(pk=claim.row_id, remote_id="", state__in=PROVABLE)
        return bool(unproven.update(**_changes(State.PUBLISHED, receipt)))

    def steer(self, to: State, *, only: Iterable[State] | None = None, **changes: Any) -> int:
        """Move rows on a person's word, those of them that may go there; the number that did.

        Nobody steers what a worker has in its hands, and a row that may be out is never steered towards being sent
        unless `only` names its state.
        """
        sources = {state for state in State if to in MOVES[state]} - IN_FLIGHT
        chosen = sources & set(only) if only is not None else sources - {State.NEEDS_ATTENTION}
        rows = self.filter(state__in=chosen)
        if to is State.SCHEDULED and only is None:
            rows = rows.filter(intent_at=None)
        return rows.update(**_changes(to, {**OUT_OF_HANDS, **changes}))

    def left_behind(self, now: datetime) -> Self:
        """What something at the platform is left of that nobody needs: it was prepared, and was never sent."""
        called_off = Q(state=State.CANCELED, staged__isnull=False)
        idle = Q(state__in=[State.CANCELED, State.HELD, State.FAILED]) & (Q(leftover__isnull=False) | called_off)
        far_off = Q(state=State.SCHEDULED, leftover__isnull=False, next_try_at__gt=now + FAR_OFF)
        return self.filter(idle | far_off, Q(stage_at=None) | Q(stage_at__lte=now), intent_at=None)

    def forget_staged(self) -> None:
        """Forget what was prepared, for a person has other words or begins anew: it is prepared again. What a refusal
        left is left by its adapter's word that it stays good; what is being sent is the worker's."""
        left_by_a_refusal = {"state": State.FAILED, "problem": Outcome.REJECTED}
        prepared = self.filter(state__in=[State.STAGING, State.READY])
        prepared.update(state=State.SCHEDULED, updated_at=clock.now(), **PUT_ASIDE, **OUT_OF_HANDS)
        self.exclude(state__in=IN_FLIGHT | WENT_OUT).exclude(**left_by_a_refusal).update(**PUT_ASIDE)


def _changes(to: State, changes: dict[str, Any]) -> dict[str, Any]:
    settled: dict[str, Any] = {"intent_at": None} if to in SETTLED_AS_NOT_SENT else {}
    return {**settled, **changes, "state": to, "updated_at": clock.now()}
