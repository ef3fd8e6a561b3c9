"""One claim from beginning to end: read, prepare, commit the intent, send once, store the answer."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models.functions import Coalesce

from apps.core import clock
from apps.platforms.contract import Receipt, Staged
from apps.publishing.claim import Claim
from apps.publishing.engine import ledger, outcomes, receipts
from apps.publishing.engine.rows import rows_of
from apps.publishing.engine.timing import safe_to_send
from apps.publishing.engine.work import Work, load, outside_of_transactions, stored
from apps.publishing.errors import LostClaim

logger = logging.getLogger(__name__)


def send(claim: Claim) -> tuple[Work, Receipt] | None:
    """Bring one claimed row as far as it goes now; what came of it is in the row.

    Raises LostClaim when another worker or a person has it now: nothing was sent then that is not known. The answer is
    what was published, for whoever wants to find its address.
    """
    asked_at = None
    try:
        work = load(claim)
        asked_at = work.read_at
        staged = work.adapter.stage(work.draft, work.credential, key=claim.key, before=work.staged)
    except LostClaim:
        raise
    except Exception as error:  # Nothing public has happened, whatever this is.
        outcomes.settle(claim, error, sent=False, asked_at=asked_at)
        return None
    if not staged.ready:
        outcomes.not_ready(claim, staged, since=work.preparing_since)
        return None
    if not commit_intent(claim, staged, work):
        return None
    return _commit(claim, staged, work)


def commit_intent(claim: Claim, staged: Staged, work: Work) -> bool:
    """Write down that the request is about to leave; False if too little lease is left, and it must not."""
    now = clock.now()
    if not safe_to_send(claim, now):
        outcomes.give_back(claim, staged=stored(staged, since=work.preparing_since))
        return False
    with claim.scope(), transaction.atomic():
        rows_of(claim).note(
            claim,
            staged=stored(staged, since=work.preparing_since),
            intent_at=now,
            first_sent_at=Coalesce("first_sent_at", now),
        )
        ledger.sent(claim, now)
    if not safe_to_send(claim, clock.now()):
        outcomes.give_back(claim)
        return False
    return True


def _commit(claim: Claim, staged: Staged, work: Work) -> tuple[Work, Receipt] | None:
    outside_of_transactions()
    try:
        receipt = work.adapter.commit(work.draft, staged, work.credential, key=claim.key)
    except Exception as error:  # An adapter that breaks after its request has left has lost the answer.
        outcomes.settle(claim, error, sent=True, asked_at=work.read_at)
        return None
    receipts.store(claim, receipt)
    return work, receipt
