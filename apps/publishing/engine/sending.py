"""One claim from beginning to end: read, prepare, commit the intent, send once, store the answer."""

from __future__ import annotations

from datetime import datetime

from apps.core import clock
from apps.platforms.contract import Receipt, Staged
from apps.posts.errors import MediaNotReady
from apps.publishing.claim import Claim
from apps.publishing.engine import outcomes, reachability
from apps.publishing.engine.desk import AT_ONCE, Desk
from apps.publishing.engine.intents import Intent
from apps.publishing.engine.readiness import Prepared
from apps.publishing.engine.receipts import Arrival
from apps.publishing.engine.rows import rows_of
from apps.publishing.engine.timing import safe_to_send
from apps.publishing.engine.work import Work, load, outside_of_transactions, stored
from apps.publishing.errors import LostClaim


def send(claim: Claim, *, work: Work | None = None, desk: Desk = AT_ONCE) -> tuple[Work, Receipt] | None:
    """Bring one claimed row as far as it goes now; what came of it is in the row.

    Raises LostClaim when another worker or a person has it now: nothing was sent then that is not known. The answer is
    what was published, for whoever wants to find its address. `work` is what was read already; `desk` writes for many.
    """
    if (prepared := _prepared(claim, work)) is None:
        return None
    work, staged, since = prepared
    if not desk.intend(Intent(claim, staged, since)):
        return None
    return commit(claim, work, staged, desk=desk)


def prepare(claim: Claim, *, work: Work | None = None, desk: Desk = AT_ONCE) -> None:
    """Do all that the platform lets us do before the hour; the row is ready then, or says why not. Raises LostClaim."""
    if (prepared := _prepared(claim, work)) is not None:
        _, staged, since = prepared
        desk.ready(Prepared(claim, staged, since))


def commit(claim: Claim, work: Work, staged: Staged, *, desk: Desk = AT_ONCE) -> tuple[Work, Receipt] | None:
    """Make the one request that publishes, whose intent is written, unless the clock says it is too late."""
    outside_of_transactions()
    if not safe_to_send(claim, clock.now()):
        outcomes.give_back(claim)
        return None
    try:
        receipt = work.adapter.commit(work.draft, staged, work.credential, key=claim.key)
        desk.store(Arrival(claim, receipt))
    except Exception as error:  # An adapter that breaks after its request has left has lost the answer.
        outcomes.settle(claim, error, sent=True, asked_at=work.read_at)
        return None
    return work, receipt


def _prepared(claim: Claim, work: Work | None) -> tuple[Work, Staged, datetime | None] | None:
    """What was prepared and since when; None where that has not come to its end, which the row says."""
    asked_at = work.read_at if work else None
    try:
        work = work or load(claim)
        asked_at = work.read_at
        staged, since = _stage(claim, work)
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
    return work, staged, since


def _stage(claim: Claim, work: Work) -> tuple[Staged, datetime | None]:
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
