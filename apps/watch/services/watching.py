"""The watchdog: looks whether the invariants hold, writes down when one breaks and when it is whole again, and tells
the operator of both, once each. Any number may look at the same time: the rows decide who writes and who tells."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import redis
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from apps.core import heartbeats
from apps.watch import invariants, lastlook, operators
from apps.watch.invariants import Finding
from apps.watch.lanes import silent_lanes
from apps.watch.models import Breach
from apps.watch.states import Invariant

logger = logging.getLogger(__name__)

# A breach is over when two looks did not see it: one lucky moment ends nothing, and mends no mail box.
QUIET: Final = timedelta(seconds=55)


def look(*, now: datetime) -> Mapping[Invariant, Finding]:
    """One look: what was found, when it has been written down and told."""
    found = {**invariants.findings(now=now), Invariant.ALIVE: silent_lanes()}
    for invariant, finding in found.items():
        if finding.count:
            _seen(invariant, finding, now)
        else:
            _not_seen(invariant, now)
    _remember(now, found)
    _tell(now)
    return found


def _seen(invariant: Invariant, finding: Finding, now: datetime) -> None:
    worst = Greatest("worst", Value(finding.count))
    changes = {"last_seen_at": now, "count": finding.count, "words": finding.words[:255], "updated_at": now}
    if Breach.objects.filter(invariant=invariant, ended_at=None).update(worst=worst, **changes):
        return
    first = {"began_at": finding.since or now, "noticed_at": now, "worst": finding.count}
    try:
        with transaction.atomic():
            Breach.objects.create(invariant=invariant, **first, **changes)
    except IntegrityError:
        return  # Another watchdog saw it in the same instant.
    logger.error("Broken since %s: %s (%s %s)", first["began_at"], invariant.label, finding.count, finding.words)


def _not_seen(invariant: Invariant, now: datetime) -> None:
    over = Breach.objects.filter(invariant=invariant, ended_at=None, last_seen_at__lte=now - QUIET)
    if over.update(ended_at=now, updated_at=now):
        logger.warning("Whole again: %s", invariant.label)


def _tell(now: datetime) -> None:
    for breach in Breach.objects.filter(end_told_at=None).order_by("noticed_at"):
        _once(breach, "begin_told_at", operators.mail_begin, now)
        if breach.ended_at:
            _once(breach, "end_told_at", operators.mail_end, now)


def _once(breach: Breach, mark: str, mail: Callable[[Breach], None], now: datetime) -> None:
    """Whoever writes the mark sends the mail; where the mail server does not take it, the next look tries again."""
    row = Breach.objects.filter(pk=breach.pk)
    if not row.filter(**{mark: None}).update(**{mark: now}):
        return
    try:
        mail(breach)
    except Exception:  # A mail server that is away keeps nobody from watching.
        logger.exception("The operator could not be told of a breach")
        row.update(**{mark: None})


def _remember(now: datetime, found: Mapping[Invariant, Finding]) -> None:
    try:
        lastlook.keep(now, found)
        heartbeats.forget_long_lost()
    except redis.RedisError as error:
        logger.warning("The look of the watchdog could not be remembered: %s", type(error).__name__)
