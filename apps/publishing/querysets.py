"""Moves and reads that chain. A move is one conditional UPDATE: the row itself decides who won."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self, TypeVar

from django.db import models

from apps.core import clock
from apps.core.querysets import TenantQuerySet
from apps.publishing.claim import Claim
from apps.publishing.errors import LostClaim
from apps.publishing.states import CLAIMED, MOVES, PROVABLE, WENT_OUT, Outcome, State

M = TypeVar("M", bound=models.Model)

# An intent that is still open means "it may be out": only states that say so may keep one.
SETTLED_AS_NOT_SENT = frozenset({State.SCHEDULED, State.HELD, State.FAILED})


class SendingQuerySet(TenantQuerySet[M]):
    """Rows that are sent to a platform once: publications and follow-ups."""

    def due(self, now: datetime) -> Self:
        return self.filter(state=State.SCHEDULED, next_try_at__lte=now)

    def lost(self, now: datetime) -> Self:
        """Answers that were lost, and whose time to be looked for has come."""
        return self.filter(state=State.UNCERTAIN, next_try_at__lte=now)

    def expired(self, now: datetime) -> Self:
        """Claims whose worker has not been heard of within its lease."""
        return self.filter(state=State.PUBLISHING, lease_until__lt=now)

    def move(self, claim: Claim, to: State, **changes: Any) -> None:
        """Move the claimed row, or raise LostClaim if another worker, or a person, holds it now."""
        sources = [state for state in CLAIMED if to in MOVES[state]]
        mine = self.filter(pk=claim.row_id, fence=claim.fence, state__in=sources)
        if not mine.update(**_changes(to, changes)):
            raise LostClaim(claim)

    def note(self, claim: Claim, **changes: Any) -> None:
        """Write something about the claimed row that does not move it, or raise LostClaim."""
        state = State.UNCERTAIN if claim.is_search else State.PUBLISHING
        mine = self.filter(pk=claim.row_id, fence=claim.fence, state=state)
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
        sources = {state for state in State if to in MOVES[state]} - CLAIMED
        chosen = sources & set(only) if only is not None else sources - {State.NEEDS_ATTENTION}
        rows = self.filter(state__in=chosen)
        if to is State.SCHEDULED and only is None:
            rows = rows.filter(intent_at=None)
        return rows.update(**_changes(to, changes))

    def forget_staged(self) -> None:
        """Forget what was prepared, for a person has other words or begins anew. What a refusal left is left by its
        adapter's word that it stays good; what a worker has in its hands is the worker's."""
        left_by_a_refusal = {"state": State.FAILED, "problem": Outcome.REJECTED}
        self.exclude(state__in=CLAIMED | WENT_OUT).exclude(**left_by_a_refusal).update(staged=None)


def _changes(to: State, changes: dict[str, Any]) -> dict[str, Any]:
    settled: dict[str, Any] = {"intent_at": None} if to in SETTLED_AS_NOT_SENT else {}
    return {**settled, **changes, "state": to, "updated_at": clock.now()}
