"""One round of a worker: take what is due, bring it as far as it goes, until nothing is left or the worker ends.

No round ends while one of its hands is busy, for then nothing would be taken up until the slowest is done: its threads
renew their connections as they go, and a look that breaks off is followed by the next.

Three rounds run side by side, each with hands of its own, so that none waits for another: what is prepared leaves at
its hour (`leave`), uploads and what comes unprepared take their time (`prepare`), lost answers are looked for (`look`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.conf import settings

from apps.core import clock
from apps.publishing.claim import Claim
from apps.publishing.engine import claims, departures, leases, locating, outcomes, reconcile, sending
from apps.publishing.engine.crew import Crew
from apps.publishing.engine.desk import AT_ONCE, Desk, SharedDesk
from apps.publishing.engine.fairness import Line
from apps.publishing.engine.freight import Freight, Load, Yard, weight
from apps.publishing.engine.freshness import Freshness
from apps.publishing.engine.work import Work, load_all
from apps.publishing.errors import LostClaim

logger = logging.getLogger(__name__)

GLANCE: Final = 0.1  # seconds between two looks while hands are busy
SWEEP: Final = 2.0  # seconds between two looks for leases that ran out
RENEWAL: Final = 50.0  # seconds for which connections to the database are kept
AFTER_A_FAILURE: Final = 1.0  # seconds
NEVER: Final = threading.Event()  # nobody sets it


def work(claim: Claim, read: Work | None = None, desk: Desk = AT_ONCE) -> None:
    """Bring one claim as far as it goes. Never raises: what is not written down here, the end of the lease settles."""
    try:
        if claim.is_search:
            reconcile.search(claim)
        elif claim.is_staging:
            sending.prepare(claim, work=read, desk=desk)
        elif sent := sending.send(claim, work=read, desk=desk):
            done, receipt = sent
            locating.locate(claim, receipt, done.adapter, done.credential)
    except LostClaim:
        logger.info("%s is in other hands", claim)
        if claim.is_staging:
            outcomes.gave_way(claim)
    except Exception as error:
        outcomes.log_ours(f"The work on {claim} broke off", error)


def publish_inline(*, most: int = 1000) -> int:
    """Send what is due one after the other, in this thread; the number of claims worked on."""
    leases.expire(now=clock.now())
    done = 0
    while done < most and (taken := _next_inline()):
        work(taken)
        done += 1
    return done


def prepare_inline(*, most: int = 1000) -> int:
    """Prepare what may be prepared one after the other, in this thread; the number of claims worked on."""
    leases.expire(now=clock.now())
    done = 0
    while done < most and (taken := claims.claim_ahead(now=clock.now(), limit=1)):
        work(taken[0])
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


def leave(
    *, hands: int, ahead: timedelta = timedelta(0), again: threading.Event, ending: threading.Event = NEVER
) -> int:
    """Send what is prepared, each at its hour, until nothing is left or `ending`; the number of claims.

    What is due within `ahead` is claimed and read before, so that at its hour nothing is left but to write down that it
    leaves, and the request itself. `again` is set by others when there may be more to do.
    """
    upkeep, done = Upkeep(), 0
    waiting, line = departures.Waiting(), Line()
    with (
        SharedDesk(upkeep.freshness) as desk,
        Crew(partial(departures.send, desk=desk), size=hands, freshness=upkeep.freshness) as crew,
    ):
        while waiting or not ending.is_set():
            with upkeep.of_a_look():
                upkeep.sweep()
                again.clear()
                crew.give(departures.signed(waiting.at_their_hour(clock.now())))
                room = crew.free - len(waiting)
                if room >= max(1, hands // 4) and not ending.is_set():
                    taken = claims.claim_ready(now=clock.now(), limit=room, ahead=ahead, line=line)
                    waiting.add(departures.read(taken))
                    done += len(taken)
                    if taken:
                        continue
                if waiting or not crew.is_idle:
                    crew.wait(
                        free=max(hands // 4, crew.free + 1), seconds=waiting.seconds_left(clock.now(), most=GLANCE)
                    )
                elif not _more_soon(claims.next_ready, 3 * ahead, again):
                    break
    return done


def prepare(
    *, hands: int, ahead: timedelta = timedelta(0), again: threading.Event, ending: threading.Event = NEVER
) -> int:
    """Send what is due and not prepared, comments and replies, and prepare what is due later, until nothing is left or
    `ending`; the number of claims. What falls due within `ahead` is waited for."""
    upkeep, lines, done = Upkeep(), Lines(), 0
    freight = Freight(settings.PUBLISH_STAGE_BYTES, hands=max(1, hands - max(1, hands // 4)))
    yard = Yard(freight)
    with (
        SharedDesk(upkeep.freshness) as desk,
        Crew(partial(_work_on, desk=desk, freight=freight), size=hands, freshness=upkeep.freshness) as crew,
    ):
        while not ending.is_set():
            with upkeep.of_a_look():
                upkeep.sweep()
                crew.wait(free=max(1, hands // 4), seconds=GLANCE)
                again.clear()
                _put_back(yard.without_time(clock.now()))
                crew.give(yard.passing(room=crew.free))
                # What waits for room keeps nothing else from being taken up, but does not pile up here for ever.
                kept_free = crew.free if yard else hands // 4
                if taken := take(limit=crew.free, kept_free=kept_free, lines=lines, only_words=len(yard) >= hands):
                    crew.give(yard.passing(taken, room=crew.free))
                    done += len(taken)
                elif yard or not crew.is_idle:
                    crew.wait(free=crew.free + 1, seconds=GLANCE)
                elif not _more_soon(claims.next_due, ahead, again):
                    break
        _put_back(yard.emptied())
    return done


def look(*, hands: int, ahead: timedelta = timedelta(0), ending: threading.Event = NEVER) -> int:
    """Look for lost answers, and for addresses that are missing, until nothing is left or `ending`; the number of
    searches. What is to be looked for within `ahead` is waited for."""
    upkeep, addresses, done = Upkeep(), Timer(RENEWAL), 0
    with Crew(work, size=hands, freshness=upkeep.freshness) as crew:
        while not ending.is_set():
            with upkeep.of_a_look():
                upkeep.sweep()
                if addresses.strikes:
                    locating.locate_missing(now=clock.now())
                if crew.free and (taken := claims.claim_lost(now=clock.now(), limit=crew.free)):
                    crew.give(taken)
                    done += len(taken)
                elif not crew.is_idle:
                    crew.wait(free=crew.free + 1, seconds=GLANCE)
                elif claims.next_lost(before=clock.now() + ahead) is not None:
                    ending.wait(GLANCE * 3)
                else:
                    break
    return done


class Lines:
    """Who comes next with anything, and who with words alone."""

    def __init__(self) -> None:
        self.all, self.words = Line(), Line()


def take(*, limit: int, kept_free: int, lines: Lines, only_words: bool = False) -> list[Load]:
    """What is due first, with a share of the hands for comments and replies; then what can be prepared, but for
    `kept_free` hands that are there for whatever falls due meanwhile."""
    if not limit:
        return []
    now, line = clock.now(), lines.words if only_words else lines.all
    due = claims.claim_due(now=now, limit=limit - limit // 4, line=line, only_words=only_words)
    comments = claims.claim_follow_ups(now=now, limit=limit - len(due))
    left = limit - len(due) - len(comments) - kept_free
    ahead = claims.claim_ahead(now=now, limit=left) if left > 0 else []
    read = load_all([*due, *ahead]) if due or ahead else {}
    works = [(claim, read.get(claim.row_id)) for claim in (*due, *comments, *ahead)]
    return [Load(claim, work, weight(work)) for claim, work in works]


def _next_inline() -> Claim | None:
    now = clock.now()
    for claim in (claims.claim_ready, claims.claim_due, claims.claim_follow_ups):
        if taken := claim(now=now, limit=1):
            return taken[0]
    return None


def _work_on(load: Load, *, desk: Desk, freight: Freight) -> None:
    try:
        work(load.claim, load.work, desk)
    finally:
        freight.set_down(load.size)


def _put_back(waiting: Iterable[Claim]) -> None:
    """Others may have room for them."""
    for claim in waiting:
        try:
            outcomes.wait_for_room(claim)
        except LostClaim:
            logger.info("%s is in other hands", claim)


class Timer:
    """Strikes when it is first asked, and then once in so many seconds at most."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._at = 0.0

    @property
    def strikes(self) -> bool:
        if time.monotonic() < self._at:
            return False
        self._at = time.monotonic() + self._seconds
        return True


class Upkeep:
    """What a round sees to by the way, so that it may go on for as long as there is work."""

    def __init__(self) -> None:
        self.freshness = Freshness()
        self._sweep, self._renewal = Timer(SWEEP), Timer(RENEWAL)

    def sweep(self) -> None:
        """Look for leases that ran out, every now and then."""
        if self._sweep.strikes:
            leases.expire(now=clock.now())

    @contextmanager
    def of_a_look(self) -> Iterator[None]:
        """Around each look for more. One that breaks off, because the database restarts say, ends neither the round nor
        the wait of those whose hour is near."""
        if self._renewal.strikes:
            self.freshness.renew()
        self.freshness.keep()
        try:
            yield
        except Exception:
            logger.exception("A look for what is due broke off; the next one follows")
            self.freshness.renew()
            time.sleep(AFTER_A_FAILURE)


def _more_soon(next_of: Callable[..., datetime | None], ahead: timedelta, again: threading.Event) -> bool:
    """Wait for what falls due within `ahead`, or for what others have in hand; False if there is nothing."""
    now = clock.now()
    due_at = next_of(before=now + ahead)
    if due_at is None:
        return again.is_set()
    again.wait(max((due_at - now).total_seconds() / 2, GLANCE))
    return True
