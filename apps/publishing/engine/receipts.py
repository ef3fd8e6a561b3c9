"""Storing the platform's answer: first the remote id, then everything that may go wrong without harm."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from django.db import Error, IntegrityError, connection, transaction

from apps.core import clock
from apps.platforms.contract import Receipt
from apps.platforms.errors import Evidence, Uncertain
from apps.publishing.claim import Claim
from apps.publishing.engine import follow_ups, ledger
from apps.publishing.engine.rows import rows_of, tell
from apps.publishing.errors import LostClaim
from apps.publishing.states import Outcome, State

logger = logging.getLogger(__name__)

TRIES: Final = 4
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
            if not connection.in_atomic_block:
                connection.close()
            time.sleep(0.1 * number)
    # The row still holds the intent: when the lease is over the post is looked for, and found.
    logger.critical("The receipt of %s was lost: the platform calls it %s", claim, receipt.remote_id)
    return None


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
                follow_ups.create(claim)
            tell(claim, State.PUBLISHED, remote_id=receipt.remote_id, remote_url=receipt.remote_url)
    except Exception:
        logger.exception("%s is live, but what follows from it was not written", claim)


def _taken_by_another(receipt: Receipt) -> Uncertain:
    return Uncertain(TAKEN, evidence=Evidence(code="remote_id_taken", text=receipt.remote_id))
