"""Writing down that posts are prepared and wait for their hour: many at once, each under its own claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import JSONField

from apps.core import clock, tenancy
from apps.core.querysets import each_its_own
from apps.publishing.claim import Claim
from apps.publishing.engine import ledger
from apps.publishing.engine.preparation import Preparation
from apps.publishing.errors import LostClaim
from apps.publishing.models import Publication
from apps.publishing.states import Outcome, State
from apps.publishing.waking import LEAVE, wake_for


@dataclass(frozen=True, slots=True)
class Prepared:
    """A claim before its hour, and what was prepared for it."""

    claim: Claim
    preparation: Preparation


def store(prepared: Sequence[Prepared]) -> list[bool | LostClaim]:
    """Move them to ready, and wake whoever lets them leave if that is soon; LostClaim for those that somebody else has
    now."""
    by_row = {one.claim.row_id: one for one in prepared}
    with tenancy.across_tenants("write down what is prepared"), transaction.atomic():
        rows = Publication.across_tenants.filter(pk__in=by_row, state=State.STAGING).order_by("pk")
        fences = dict(rows.select_for_update(of=("self",)).values_list("pk", "fence"))
        mine = {pk: one for pk, one in by_row.items() if fences.get(pk) == one.claim.fence}
        if mine:
            staged = {pk: one.preparation.as_json() for pk, one in mine.items()}
            Publication.across_tenants.filter(pk__in=mine).update(
                state=State.READY,
                staged=each_its_own(staged, JSONField(), otherwise="staged"),
                problem="",
                problem_words="",
                problem_field="",
                updated_at=clock.now(),
            )
            ledger.close_all({one.claim.attempt_id: {} for one in mine.values()}, Outcome.READY)
            wake_for((one.claim.release_at for one in mine.values()), task=LEAVE)
    return [True if one.claim.row_id in mine else LostClaim(one.claim) for one in prepared]
