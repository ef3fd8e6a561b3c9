"""A platform that takes few requests, from whoever: figures and posts want the same grants of the governor.

In the processes that are measured the platform's adapter declares one limit more, which every call counts against. Who
goes first then is the governor's business alone.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

VARIABLE: Final = "BENCH_PRESSURE"  # requests a second that the platform takes; "" or 0: as many as it may
LIMIT: Final = "pressure"
# Long enough for what is kept for posts to be many grants: organizations of one lane share what is left of a limit
# evenly, and a few grants among three leave none of them a second.
SPAN: Final = timedelta(seconds=10)


def begin() -> None:
    if int(os.environ.get(VARIABLE) or 0):
        from celery.signals import worker_init

        worker_init.connect(lambda **_: declare(int(os.environ[VARIABLE])), weak=False)


def declare(per_second: int) -> None:
    from apps.platforms import registry
    from apps.platforms.limits import Limit, Per

    adapter = registry.adapter_class(os.environ["BENCH_PLATFORM"])
    amount = max(1, round(per_second * SPAN.total_seconds()))
    adapter.limits = (*adapter.limits, Limit(LIMIT, "requests of everybody", Per.APP, amount, SPAN))
    adapter.calls = tuple(replace(call, counts_against=(*call.counts_against, LIMIT)) for call in adapter.calls)


class PutOff:
    """How many readings of figures had no grant at a time, at the worst; looked at now and then."""

    def __init__(self) -> None:
        self.most = 0

    def __call__(self) -> None:
        from apps.analytics.models import Reading
        from apps.analytics.states import Missing
        from apps.core import tenancy

        with tenancy.across_tenants("a benchmark looks who waits for a grant"):
            waiting = Reading.across_tenants.filter(problem=Missing.THROTTLED, tries__gt=0).count()
        self.most = max(self.most, waiting)


def posts_put_off(publications: list[Any]) -> int:
    """Tries of these posts that had to wait for a grant."""
    from apps.core import tenancy
    from apps.publishing.models import Attempt
    from apps.publishing.states import Outcome

    with tenancy.across_tenants("a benchmark looks which posts were put off"):
        return Attempt.across_tenants.filter(publication__in=publications, outcome=Outcome.THROTTLED).count()
