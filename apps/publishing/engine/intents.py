"""Writing down that requests are about to leave: many at once, each under its own claim, and asked once more whether it
may."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import JSONField, QuerySet
from django.db.models.functions import Coalesce

from apps.core import clock, tenancy
from apps.core.querysets import each_its_own, within_reach
from apps.publishing.claim import Claim
from apps.publishing.engine import holds, ledger, outcomes
from apps.publishing.engine.preparation import Preparation
from apps.publishing.engine.timing import safe_to_send
from apps.publishing.errors import LostClaim
from apps.publishing.gates import Obstacle
from apps.publishing.models import FollowUp, Publication
from apps.publishing.states import State

RELATED: Final = {Publication: ("workspace", "account"), FollowUp: ("workspace", "publication__account")}


@dataclass(frozen=True, slots=True)
class Intent:
    """One claim and what was prepared for it; `is_kept` where the row has that already."""

    claim: Claim
    preparation: Preparation
    is_kept: bool = False


# Whether the request may leave, or that the claim is not ours any more.
Answer = bool | LostClaim


def commit(intents: Sequence[Intent]) -> list[Answer]:
    """Write the intents of claims whose requests leave next. False where it must not: too little of the lease is left
    (the claim was given back) or something objects at the last moment (it was held)."""
    answers: dict[int, Answer] = {}
    going = [one for one in intents if _is_safe(one, answers)]
    stopped: list[tuple[Intent, Obstacle]] = []
    if going:
        with tenancy.across_tenants("write down what is about to be sent"), transaction.atomic():
            for model in (Publication, FollowUp):
                mine = [one for one in going if bool(one.claim.follow_up_id) is (model is FollowUp)]
                stopped += _write(model, mine, answers) if mine else []
    for one, obstacle in stopped:
        answers[id(one)] = False
        try:
            outcomes.hold_back(one.claim, obstacle)
        except Exception as error:  # The intents of the others are written: they leave all the same.
            outcomes.log_ours(f"{one.claim} is not held; the end of its lease takes it up again", error)
    return [answers.get(id(one), True) for one in intents]


def _is_safe(intent: Intent, answers: dict[int, Answer]) -> bool:
    if safe_to_send(intent.claim, clock.now()):
        return True
    try:
        outcomes.give_back(intent.claim, staged=intent.preparation.as_json())
        answers[id(intent)] = False
    except LostClaim as lost:
        answers[id(intent)] = lost
    return False


def _write(model: type[Any], intents: Sequence[Intent], answers: dict[int, Answer]) -> list[tuple[Intent, Obstacle]]:
    now = clock.now()
    by_row = {one.claim.row_id: one for one in intents}
    rows = [row for row in _held(model, by_row) if row.fence == by_row[row.pk].claim.fence]
    free, objected = holds.divided(rows, now)
    ours = [by_row[row.pk] for row in free]
    _mark(within_reach(model).filter(pk__in=[row.pk for row in free]), ours, now)
    ledger.sent([one.claim for one in ours], now)
    known = {row.pk for row in rows}
    answers.update({id(one): LostClaim(one.claim) for key, one in by_row.items() if key not in known})
    return [(by_row[row.pk], obstacle) for row, obstacle in objected]


def _held(model: type[Any], ids: Collection[Any]) -> list[Any]:
    """The rows that a worker has for sending, locked, always in one order so that no two wait for each other."""
    rows: QuerySet[Any] = within_reach(model).filter(pk__in=ids, state=State.PUBLISHING).order_by("pk")
    return list(rows.select_related(*RELATED[model]).select_for_update(of=("self",)))


def _mark(rows: QuerySet[Any], intents: Sequence[Intent], now: datetime) -> None:
    if not intents:
        return
    changes: dict[str, Any] = {}
    if fresh := [one for one in intents if not one.is_kept]:
        staged = {one.claim.row_id: one.preparation.as_json() for one in fresh}
        changes["staged"] = each_its_own(staged, JSONField(), otherwise="staged")
    rows.update(intent_at=now, first_sent_at=Coalesce("first_sent_at", now), updated_at=now, **changes)
