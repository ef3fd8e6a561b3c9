"""One round of a worker: take what is due, bring it as far as it goes, until nothing is left or the round is over."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import Final

from apps.core import clock
from apps.publishing.claim import Claim
from apps.publishing.engine import claims, leases, locating, reconcile, sending
from apps.publishing.engine.crew import Crew
from apps.publishing.engine.outcomes import log_ours
from apps.publishing.errors import LostClaim

logger = logging.getLogger(__name__)

GLANCE: Final = 0.1  # seconds between two looks while hands are busy
SWEEP: Final = 2.0  # seconds between two looks for leases that ran out


def work(claim: Claim) -> None:
    """Bring one claim as far as it goes. Never raises: what is not written down here, the end of the lease settles."""
    try:
        if claim.is_search:
            reconcile.search(claim)
        elif sent := sending.send(claim):
            done, receipt = sent
            locating.locate(claim, receipt, done.adapter, done.credential)
    except LostClaim:
        logger.info("%s is in other hands", claim)
    except Exception as error:
        log_ours(f"The work on {claim} broke off", error)


def publish_inline(*, most: int = 1000) -> int:
    """Send what is due one after the other, in this thread; the number of claims worked on."""
    leases.expire(now=clock.now())
    done = 0
    while done < most and (taken := take(limit=1)):
        for claim in taken:
            work(claim)
            done += 1
    return done


def reconcile_inline(*, most: int = 1000) -> int:
    """Look for lost answers one after the other, in this thread; the number of searches."""
    leases.expire(now=clock.now())
    done = 0
    while done < most and (taken := claims.claim_lost(now=clock.now(), limit=1)):
        for claim in taken:
            work(claim)
            done += 1
    return done


def publish(*, seconds: float, hands: int, ahead: timedelta = timedelta(0), again: threading.Event) -> int:
    """Send what is due with several hands for up to `seconds`; what falls due within `ahead` is waited for.

    `again` is set by others when there may be more to do. The answer is the number of claims worked on.
    """
    ends, sweep_at, done = time.monotonic() + seconds, 0.0, 0
    with Crew(work, size=hands) as crew:
        while time.monotonic() < ends:
            if time.monotonic() >= sweep_at:
                leases.expire(now=clock.now())
                sweep_at = time.monotonic() + SWEEP
            crew.wait(free=max(1, hands // 4), seconds=GLANCE)
            again.clear()
            if crew.free and (taken := take(limit=crew.free)):
                crew.give(taken)
                done += len(taken)
            elif not crew.is_idle:
                crew.wait(free=crew.free + 1, seconds=GLANCE)
            elif not _more_soon(ahead, again):
                break
    return done


def look(*, seconds: float, hands: int, ahead: timedelta = timedelta(0)) -> int:
    """Look for lost answers, and for addresses that are missing; the number of searches.

    What is to be looked for within `ahead` is waited for.
    """
    ends, done = time.monotonic() + seconds, 0
    leases.expire(now=clock.now())
    locating.locate_missing(now=clock.now())
    with Crew(work, size=hands) as crew:
        while time.monotonic() < ends:
            if crew.free and (taken := claims.claim_lost(now=clock.now(), limit=crew.free)):
                crew.give(taken)
                done += len(taken)
            elif not crew.is_idle:
                crew.wait(free=crew.free + 1, seconds=GLANCE)
            elif claims.next_lost(before=clock.now() + ahead) is not None:
                time.sleep(GLANCE * 3)
            else:
                break
    return done


def take(*, limit: int) -> list[Claim]:
    """Due publications, and a share of the hands for comments and replies."""
    posts = claims.claim_due(now=clock.now(), limit=limit - limit // 4)
    return posts + claims.claim_follow_ups(now=clock.now(), limit=limit - len(posts))


def _more_soon(ahead: timedelta, again: threading.Event) -> bool:
    """Wait for what falls due within `ahead`, or for what others have in hand; False if there is nothing."""
    now = clock.now()
    due_at = claims.next_due(before=now + ahead)
    if due_at is None:
        return again.is_set()
    again.wait(max((due_at - now).total_seconds(), GLANCE))
    return True
