"""One claim from beginning to end: read, prepare, commit the intent, send once, store the answer."""

from __future__ import annotations

from datetime import datetime

from apps.core import clock
from apps.platforms.contract import Receipt
from apps.posts.errors import MediaNotReady
from apps.publishing.claim import Claim
from apps.publishing.engine import outcomes, pace, reachability, tidying
from apps.publishing.engine.desk import AT_ONCE, Desk
from apps.publishing.engine.intents import Intent
from apps.publishing.engine.preparation import Preparation, begun
from apps.publishing.engine.readiness import Prepared
from apps.publishing.engine.receipts import Arrival
from apps.publishing.engine.rows import rows_of
from apps.publishing.engine.timing import is_over, safe_to_send, span_ahead
from apps.publishing.engine.work import Work, load, outside_of_transactions
from apps.publishing.errors import LostClaim


def send(claim: Claim, *, work: Work | None = None, desk: Desk = AT_ONCE) -> tuple[Work, Receipt] | None:
    """Bring one claimed row as far as it goes now; what came of it is in the row.

    Raises LostClaim when another worker or a person has it now: nothing was sent then that is not known. The answer is
    what was published, for whoever wants to find its address. `work` is what was read already; `desk` writes for many.
    """
    if (prepared := _prepared(claim, work)) is None:
        return None
    work, preparation = prepared
    if not desk.intend(Intent(claim, preparation)):
        return None
    return commit(claim, work, preparation, desk=desk)


def prepare(claim: Claim, *, work: Work | None = None, desk: Desk = AT_ONCE) -> None:
    """Do all that the platform lets us do before the hour; the row is ready then, or says why not. Raises LostClaim."""
    if (prepared := _prepared(claim, work)) is not None:
        _, preparation = prepared
        desk.ready(Prepared(claim, preparation))


def commit(claim: Claim, work: Work, preparation: Preparation, *, desk: Desk = AT_ONCE) -> tuple[Work, Receipt] | None:
    """Make the one request that publishes, whose intent is written, unless the clock says it is too late."""
    outside_of_transactions()
    if not safe_to_send(claim, clock.now()):
        outcomes.give_back(claim)
        return None
    try:
        receipt = work.adapter.commit(work.draft, preparation.staged, work.credential, key=claim.key)
        desk.store(Arrival(claim, receipt))
    except Exception as error:  # An adapter that breaks after its request has left has lost the answer.
        outcomes.settle(claim, error, sent=True, asked_at=work.read_at)
        return None
    return work, receipt


def _prepared(claim: Claim, work: Work | None) -> tuple[Work, Preparation] | None:
    """What is sent and what was prepared for it; None where that has not come to its end, which the row says."""
    asked_at = work.read_at if work else None
    try:
        work = work or load(claim)
        asked_at = work.read_at
        if claim.is_staging and (may_begin_at := _too_early(claim, work)):
            outcomes.prepare_later(claim, may_begin_at)
            return None
        preparation = _stage(claim, work)
    except LostClaim:
        raise
    except MediaNotReady as error:
        outcomes.wait_for_media(claim, error)
        return None
    except Exception as error:  # Nothing public has happened, whatever this is.
        outcomes.settle(claim, error, sent=False, asked_at=asked_at)
        return None
    if not preparation.is_ready:
        outcomes.not_ready(claim, preparation)
        return None
    return work, preparation


def _too_early(claim: Claim, work: Work) -> datetime | None:
    """When this draft may be prepared, where that is not yet: what its format lets stand lapses before others do."""
    span = span_ahead(claim.platform, work.draft)
    may_begin_at = claim.release_at - span
    return may_begin_at if span and may_begin_at > clock.now() else None


def _stage(claim: Claim, work: Work) -> Preparation:
    """Go on with what can be done ahead, as far as the platform and the lease allow.

    Each step of an upload is in the row before the next begins, so that a killed worker's successor goes on from there.
    """
    before = _still_good(claim, work)
    if before is None:
        reachability.require_reachable(work.draft, work.adapter)
    started = clock.now()
    while True:
        last = before.staged if before else None
        staged = work.adapter.stage(work.draft, work.credential, key=claim.key, before=last)
        now = clock.now()
        if staged.ready or staged.again_in:
            if staged.ready and not (before and before.is_ready):
                pace.learn(claim.platform, work.draft, now - (before.begun_at if before else started))
            return before.gone_on(staged) if before else begun(staged, now)
        before = before.gone_on(staged, moved_at=now) if before else begun(staged, now)
        if not safe_to_send(claim, now):
            return before
        with claim.scope():
            rows_of(claim).note(claim, staged=before.as_json())


def _still_good(claim: Claim, work: Work) -> Preparation | None:
    """What was prepared and can be gone on with. What cannot is taken back first, so that nothing of it stays there."""
    before = work.preparation
    gone_by = [work.left_behind] if work.left_behind else []
    if before is not None and is_over(claim.platform, work.draft, before.begun_at):
        gone_by.append(before.staged)
        before = None
    for staged in gone_by:
        tidying.take_back(work.adapter, staged, work.credential)
    if gone_by:
        with claim.scope():
            rows_of(claim).note(claim, leftover=None, **({} if before else {"staged": None}))
    return before
