"""The spans the engine keeps, and the pauses between tries."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta

from django.conf import settings

from apps.core import clock
from apps.platforms import ahead, registry
from apps.platforms.contract import Draft
from apps.publishing.claim import Claim
from apps.publishing.engine import pace


def safe_to_send(claim: Claim, now: datetime) -> bool:
    """Whether the request, however slow, ends well within the lease."""
    return claim.lease_until - now > settings.PUBLISH_REQUEST_TIMEOUT + settings.PUBLISH_MARGIN


def spans_ahead() -> dict[timedelta, list[str]]:
    """How long before the hour a post may be prepared, with the platforms that it holds for."""
    found: dict[timedelta, list[str]] = defaultdict(list)
    for platform in registry.names():
        span = ahead.longest(platform, _said(platform, pace.most_wanted(platform)))
        found[span].append(platform)
    return found


def span_ahead(platform: str, draft: Draft) -> timedelta:
    """How long before its hour this draft may be prepared; none where there is nothing to prepare."""
    return ahead.before_the_hour(platform, draft, _said(platform, pace.wanted(platform, draft)))


def _said(platform: str, measured: timedelta) -> ahead.Said:
    """What the operator says about the platform, and what was measured there."""
    given = settings.PLATFORM_STAGE_AHEAD.get(platform)
    return ahead.Said(given=given, most=settings.PUBLISH_STAGE_AHEAD, measured=measured)


def is_over(platform: str, draft: Draft, begun_at: datetime) -> bool:
    """Whether what was prepared from `begun_at` on does not stand any more at its platform."""
    until = ahead.good_until(platform, draft, begun_at=begun_at)
    return until is not None and clock.now() >= until


def looked_for_at(since: datetime) -> datetime:
    """When a request that may have left at `since` has certainly ended, here and at the platform."""
    after: datetime = since + settings.PUBLISH_REQUEST_TIMEOUT + settings.PUBLISH_MARGIN
    return after


def retry_pause(tries: int) -> timedelta | None:
    """How long to wait after the `tries`-th failure, with full jitter; None when it was the last try."""
    pauses = settings.PUBLISH_RETRY_PAUSES
    return pauses[tries - 1] * random.random() if tries <= len(pauses) else None  # noqa: S311


def search_pause(searches: int) -> timedelta | None:
    """How long to wait after the `searches`-th look that told nothing; None when a person has to look."""
    pauses = settings.PUBLISH_SEARCH_PAUSES
    return pauses[searches - 1] if searches <= len(pauses) else None


def scattered(at: datetime, now: datetime) -> datetime:
    """A little after `at`, so that what was told to wait does not come back all at once."""
    spread = min(max(at - now, timedelta(seconds=1)) * 0.1, timedelta(seconds=30))
    return max(at, now) + spread * random.random()  # noqa: S311
