"""Storing the platform's answer: first the remote id, then everything that may go wrong without harm."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from django.db import Error, IntegrityError, connection, transaction
from django.db.models import Field

from apps.core import clock, tenancy
from apps.core.querysets import each_its_own
from apps.events import services as events
from apps.platforms.contract import Receipt
from apps.platforms.errors import Evidence, Uncertain
from apps.publishing import rollups
from apps.publishing.claim import Claim
from apps.publishing.engine import follow_ups, ledger
from apps.publishing.engine.rows import published, rows_of, tell
from apps.publishing.errors import LostClaim
from apps.publishing.models import Publication
from apps.publishing.querysets import SendingQuerySet
from apps.publishing.states import Outcome, State

logger = logging.getLogger(__name__)

TRIES: Final = 4
MANY: Final = 2  # one by itself is recorded in its own tenant
TAKEN = "The platform answered with a post that another publication already has."


def store(claim: Claim, receipt: Receipt, *, outcome: Outcome = Outcome.PUBLISHED) -> None:
    """Record that it is live. Tries hard: what is lost here has to be looked for again. Raises Uncertain where the
    receipt is that of another publication: then nothing is known of this one."""
    for number in range(1, TRIES + 1):
        try:
            return _store(claim, receipt, outcome)
        except LostClaim:
            return _prove(claim, receipt)
        except IntegrityError as error:
            raise _taken_by_another(receipt) from error
        except Error:
            logger.exception("The receipt of %s could not be stored (try %s)", claim, number)
            _close_broken_connection()
            time.sleep(0.1 * number)
    # The row still holds the intent: when the lease is over the post is looked for, and found.
    logger.critical("The receipt of %s was lost: the platform calls it %s", claim, receipt.remote_id)
    return None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A receipt, and the claim under which it was sent."""

    claim: Claim
    receipt: Receipt


def store_all(arrivals: Sequence[Arrival]) -> list[Exception | None]:
    """`store` for publications whose receipts came at the same time; what it raised, for each. Those that cannot be
    recorded together are recorded one by one."""
    try:
        stored = _store_together(arrivals)
    except Error:
        logger.info("%s receipts are stored one by one", len(arrivals), exc_info=True)
        _close_broken_connection()
        stored = set()
    return [None if one.claim.row_id in stored else _store_alone(one) for one in arrivals]


def facts_of(receipt: Receipt) -> dict[str, Any]:
    now = clock.now()
    return {
        "remote_id": receipt.remote_id,
        "remote_url": receipt.remote_url,
        "remote_facts": dict(receipt.facts),
        "published_at": receipt.published_at or now,
        "next_try_at": now,
        "problem": "",
        "problem_words": "",
        "problem_field": "",
    }


def _store(claim: Claim, receipt: Receipt, outcome: Outcome) -> None:
    with claim.scope(), transaction.atomic():
        rows_of(claim).move(claim, State.PUBLISHED, **facts_of(receipt))
        _afterwards(claim, receipt, outcome)


def _store_together(arrivals: Sequence[Arrival]) -> set[UUID]:
    """Ids of the publications that were recorded; the others' claims are lost, or they are comments."""
    by_row = {one.claim.row_id: one for one in arrivals if not one.claim.follow_up_id}
    if len(by_row) < MANY:
        return set()
    with tenancy.across_tenants("record what was published"), transaction.atomic():
        going = Publication.across_tenants.filter(pk__in=by_row, state=State.PUBLISHING).order_by("pk")
        rows = [row for row in _locked(going) if row.fence == by_row[row.pk].claim.fence]
        mine = {row.pk: by_row[row.pk] for row in rows}
        Publication.across_tenants.filter(pk__in=mine).update(**_facts_of_all(mine), state=State.PUBLISHED)
        try:
            with transaction.atomic():
                _tell_all(rows, mine)
        except Exception:  # One of them is at fault: what follows from the others is written all the same.
            logger.exception("What follows from %s publications is written one by one", len(mine))
            for one in mine.values():
                with one.claim.scope():
                    _afterwards(one.claim, one.receipt, Outcome.PUBLISHED)
    return set(mine)


def _locked(rows: SendingQuerySet[Publication]) -> list[Publication]:
    return list(rows.select_related("account").select_for_update(of=("self",)))


def _facts_of_all(mine: Mapping[UUID, Arrival]) -> dict[str, Any]:
    """One value for each row where they differ, one for all where they do not."""
    facts = {pk: facts_of(one.receipt) for pk, one in mine.items()}
    own = ("remote_id", "remote_url", "remote_facts", "published_at")
    shared = {name: value for name, value in facts_of(Receipt("")).items() if name not in own}
    each = {
        name: each_its_own(
            {pk: values[name] for pk, values in facts.items()},
            cast("Field[Any, Any]", Publication._meta.get_field(name)),
            otherwise=name,
        )
        for name in own
    }
    return {**shared, **each, "updated_at": clock.now()}


def _tell_all(rows: Sequence[Publication], mine: Mapping[UUID, Arrival]) -> None:
    """What belongs to publications that are live, as `_afterwards` does for one."""
    known = {one.claim.attempt_id: {"remote_id": one.receipt.remote_id} for one in mine.values()}
    ledger.close_all(known, Outcome.PUBLISHED)
    follow_ups.create(rows)
    events.emit_all([published(row, mine[row.pk].receipt) for row in sorted(rows, key=lambda row: row.pk)])
    rollups.tell_all({row.post_id for row in rows})


def _store_alone(one: Arrival) -> Exception | None:
    try:
        store(one.claim, one.receipt)
    except Exception as error:
        return error
    return None


def _close_broken_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()


def _prove(claim: Claim, receipt: Receipt) -> None:
    """The claim is lost, the receipt is not: it says that the post is live, whatever the row has come to believe."""
    with claim.scope(), transaction.atomic():
        # It is this claim's revision that is live.
        changes = facts_of(receipt) if claim.follow_up_id else {**facts_of(receipt), "revision": claim.revision}
        if rows_of(claim).prove(claim, **changes):
            logger.warning("The receipt of %s came after its claim was lost, and was recorded", claim)
            _afterwards(claim, receipt, Outcome.PUBLISHED)
            return
        ledger.close(claim, Outcome.PUBLISHED, evidence={"remote_id": receipt.remote_id, "late": True})
        known = rows_of(claim).filter(pk=claim.row_id).values_list("remote_id", flat=True).first()
    if known != receipt.remote_id:
        logger.error("%s is live as %s, but its row says %s", claim, receipt.remote_id, known or "that it is not")


def _afterwards(claim: Claim, receipt: Receipt, outcome: Outcome) -> None:
    """What belongs to a publication that is live. A mistake in here is logged, and takes nothing back."""
    try:
        with transaction.atomic():
            ledger.close(claim, outcome, evidence={"remote_id": receipt.remote_id})
            if not claim.follow_up_id:
                follow_ups.create([Publication.objects.get(pk=claim.publication_id)])
            tell(claim, State.PUBLISHED, remote_id=receipt.remote_id, remote_url=receipt.remote_url)
    except Exception:
        logger.exception("%s is live, but what follows from it was not written", claim)


def _taken_by_another(receipt: Receipt) -> Uncertain:
    return Uncertain(TAKEN, evidence=Evidence(code="remote_id_taken", text=receipt.remote_id))
