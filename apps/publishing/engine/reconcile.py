"""Looking for posts whose answer was lost. Nothing is sent from here: the end is a fact, or a question to a person."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.core import clock
from apps.platforms import errors
from apps.platforms.contract import Finding, Receipt, Staged, Trace, Verdict
from apps.publishing.claim import Claim
from apps.publishing.engine import ledger, receipts
from apps.publishing.engine.outcomes import log_ours
from apps.publishing.engine.rows import rows_of, tell
from apps.publishing.engine.timing import retry_pause, search_pause
from apps.publishing.engine.work import known_remote_ids, load, outside_of_transactions
from apps.publishing.errors import LostClaim
from apps.publishing.states import Outcome, State
from apps.social_accounts import services as social_accounts
from apps.social_accounts.errors import NotConnected

logger = logging.getLogger(__name__)

ABSENT = "It is certainly not on the platform, so it is sent again."
GIVEN_UP = "It was looked for and never was on the platform. Try again when you are ready."
UNCLEAR = "The platform could not tell whether this is live."
NOBODY_TO_ASK = "The account is not connected, so Postroom could not look for it."
ASK = "Postroom could not find out whether this is live. Look for it on the platform and say which it is."


def search(claim: Claim) -> None:
    """Ask the platform whether a sent post is there, and act on proof alone. Raises LostClaim."""
    try:
        finding = _look(claim)
    except LostClaim:
        raise
    except Exception as error:  # The look failed; that says nothing about the post.
        _search_again(
            claim, _words(claim, error), ledger.evidence_of(error), not_before=getattr(error, "retry_at", None)
        )
        return
    if finding.verdict is Verdict.FOUND and finding.receipt is not None:
        _found(claim, finding.receipt)
    elif finding.verdict is Verdict.ABSENT:
        _send_again(claim, finding)
    else:
        _search_again(claim, UNCLEAR, {"looked_at": list(finding.looked_at)})


def _look(claim: Claim) -> Finding:
    work = load(claim)
    sent_at = work.first_sent_at or clock.now()
    trace = Trace(
        draft=work.draft,
        staged=work.preparation.staged if work.preparation else Staged({}),
        key=claim.key,
        sent_at=sent_at,
        known_remote_ids=known_remote_ids(claim, since=sent_at),
        last_sent_at=work.last_sent_at,
    )
    outside_of_transactions()
    try:
        return work.adapter.find(trace, work.credential)
    except errors.TokenExpired:
        if work.grant_id is None:
            raise
        social_accounts.refresh_grant(organization_id=claim.organization_id, grant_id=work.grant_id)
        raise


def _found(claim: Claim, receipt: Receipt) -> None:
    try:
        receipts.store(claim, receipt, outcome=Outcome.FOUND)
    except errors.Uncertain as error:  # It is another post of ours.
        _search_again(claim, error.words, ledger.evidence_of(error))


def _send_again(claim: Claim, finding: Finding) -> None:
    """It is proven not to be there, and its request can no longer take effect: back in line, or failed in the end."""
    tries = claim.attempts_made + 1
    if retry_pause(tries) is None:
        _move(claim, State.FAILED, Outcome.ABSENT, GIVEN_UP, _seen(finding), attempts_made=tries)
        return
    _move(claim, State.SCHEDULED, Outcome.ABSENT, ABSENT, _seen(finding), next_try_at=clock.now(), attempts_made=tries)


def _search_again(claim: Claim, words: str, evidence: dict[str, Any], *, not_before: Any = None) -> None:
    """Nothing is known yet: look again later, and in the end ask a person."""
    searches = claim.searches_made + 1
    pause = search_pause(searches)
    if pause is None:
        _move(claim, State.NEEDS_ATTENTION, Outcome.UNCLEAR, ASK, evidence, searches_made=searches)
        return
    now = clock.now()
    again_at = max(now + pause, min(not_before, now + timedelta(hours=1)) if not_before else now)
    with claim.scope(), transaction.atomic():
        rows_of(claim).note(claim, next_try_at=again_at, searches_made=searches)
        ledger.close(claim, Outcome.UNCLEAR, words=words, evidence=evidence)


def _move(claim: Claim, to: State, outcome: Outcome, words: str, evidence: dict[str, Any], **changes: Any) -> None:
    said = {"problem": outcome.value, "problem_words": words, "problem_field": ""}
    with claim.scope(), transaction.atomic():
        rows_of(claim).move(claim, to, **said, **changes)
        ledger.close(claim, outcome, words=words, evidence=evidence)
        tell(claim, to, problem=outcome.value, words=words)


def _seen(finding: Finding) -> dict[str, Any]:
    return {"looked_at": list(finding.looked_at)}


def _words(claim: Claim, error: Exception) -> str:
    if isinstance(error, errors.PlatformError):
        return error.words
    if isinstance(error, NotConnected):
        logger.warning("The search for %s has to wait: its account is not connected", claim)
        return NOBODY_TO_ASK
    log_ours("A search failed", error)
    return "Something went wrong in Postroom while looking. It looks again by itself."
