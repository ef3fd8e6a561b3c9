"""One claim from beginning to end: read, prepare, commit the intent, send once, store the answer."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Coalesce

from apps.core import clock
from apps.platforms.contract import Receipt, Staged
from apps.posts.errors import MediaNotReady
from apps.publishing.claim import Claim
from apps.publishing.engine import ledger, outcomes, reachability, receipts
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
        staged, since = _prepare(claim, work)
    except LostClaim:
        raise
    except MediaNotReady as error:
        outcomes.wait_for_media(claim, error)
        return None
    except Exception as error:  # Nothing public has happened, whatever this is.
        outcomes.settle(claim, error, sent=False, asked_at=asked_at)
        return None
    if not staged.ready:
        outcomes.not_ready(claim, staged, since=since)
        return None
    if not commit_intent(claim, staged, work):
        return None
    return _commit(claim, staged, work)


def _prepare(claim: Claim, work: Work) -> tuple[Staged, datetime | None]:
    """Go on with what can be done ahead, as far as the platform and the lease allow; and since when nothing has moved.

    Each step of an upload is in the row before the next begins, so that a killed worker's successor goes on from there.
    """
    since, staged = work.preparing_since, work.staged
    if staged is None:
        reachability.require_reachable(work.draft, work.adapter)
    while True:
        staged = work.adapter.stage(work.draft, work.credential, key=claim.key, before=staged)
        now = clock.now()
        if staged.ready or staged.again_in:
            return staged, since
        since = now
        if not safe_to_send(claim, now):
            return staged, since
        with claim.scope():
            rows_of(claim).note(claim, staged=stored(staged, since=since))


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
        receipts.store(claim, receipt)
    except Exception as error:  # An adapter that breaks after its request has left has lost the answer.
        outcomes.settle(claim, error, sent=True, asked_at=work.read_at)
        return None
    return work, receipt
