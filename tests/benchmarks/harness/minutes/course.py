"""The course of a simulation: people connect, the clocks go to the minutes in question, and everybody begins.

The minutes lie around midnight in California, so that YouTube's day ends in the middle, and the windows of X have begun
so long before that they end on the way, too.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.test import override_settings

from apps.core import clock
from apps.governor.lanes import Lane
from apps.platforms.errors import Throttled
from apps.social_accounts.adapters import adapter_for, close_lines
from tests.benchmarks.harness.minutes import demand
from tests.benchmarks.harness.minutes.asked import Asked
from tests.benchmarks.harness.minutes.clocks import Clocks
from tests.benchmarks.harness.minutes.crew import Crew
from tests.benchmarks.harness.minutes.demand import Job, Jobs, Kind
from tests.benchmarks.harness.minutes.people import connect
from tests.support.sandbox import Sandbox

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
QUARTER: Final = timedelta(minutes=15)
SOON: Final = timedelta(milliseconds=100)  # for what was refused until a moment that another clock has not reached
NEVER: Final = 10**9


@dataclass
class Course:
    """One simulation at a sandbox that nobody else uses."""

    sandbox: Sandbox
    kinds: tuple[Kind, ...]
    workers: int
    minutes: float
    asked: Asked
    told: Counter[str] = field(default_factory=Counter)  # platforms that said no, and with which word

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.kinds, tuple(uuid4() for _ in range(demand.ORGANIZATIONS)))
        self.before: dict[str, dict[str, int]] = {}
        self._lock = threading.Lock()

    def run(self) -> None:
        self.sandbox.reset()
        self.sandbox.set("youtube", video_seconds=0)
        self.sandbox.set("tiktok", video_seconds=0, moderation_seconds=0)
        self._clocks = Clocks(self.sandbox)
        begins = _next_midnight(self._clocks.true()) - timedelta(minutes=self.minutes / 2)
        with _settings_for(self.sandbox), self._clocks.told(), self.asked.at_the_door():
            self._clocks.move_to(begins - QUARTER + timedelta(minutes=self.minutes * 0.3))
            self._prepare()
            self._clocks.move_to(begins)
            self.asked.begins, self.before = begins, self.sandbox.limits()
            crew = Crew(self._clocks, self.workers, self._work)
            crew.run(self.jobs.all(), until=begins + timedelta(minutes=self.minutes))

    def _prepare(self) -> None:
        """Everybody connects, has a post where one is needed, and has begun the windows of X."""
        for platform, number in self.jobs.accounts():
            person = connect(self.sandbox, platform, f"measured{number}")
            self.jobs.people[platform, number] = person
        acts = {"youtube": demand.show_film, "tiktok": demand.show_own_film, "x": demand.write}
        for (platform, number), person in self.jobs.people.items():
            if platform == "tiktok" and number >= demand.ORGANIZATIONS:
                continue  # All that they may publish in a day is measured.
            job = Job(Kind(platform, acts[platform], Lane.PUBLISH), self.jobs.organizations[0], person)
            adapter = adapter_for(platform, is_test=False, lane=Lane.PUBLISH, organization_id=job.organization_id)
            while not job.person.published:
                self._clocks.move(job.kind.act(adapter, job))
            self.jobs.people[platform, number] = job.person

    def _work(self, job: Job) -> datetime:
        kind = job.kind
        adapter = adapter_for(kind.platform, is_test=False, lane=kind.lane, organization_id=job.organization_id)
        try:
            pause = kind.act(adapter, job)
        except Throttled as refused:
            self._note(kind.platform, refused)
            return max(refused.retry_at or clock.now(), clock.now() + SOON) - self._clocks.skew
        return self._clocks.true() + (pause or kind.every)

    def _note(self, platform: str, refused: Throttled) -> None:
        code = refused.evidence.code or str(refused.evidence.status)
        if not code.startswith("governor:"):
            with self._lock:
                self.told[f"{platform} {code}"] += 1


def _next_midnight(now: datetime) -> datetime:
    """In California, and far enough away for everything that comes before."""
    day = (now.astimezone(PACIFIC) + timedelta(hours=1)).date() + timedelta(days=1)
    return datetime.combine(day, time(), PACIFIC).astimezone(UTC)


@contextmanager
def _settings_for(sandbox: Sandbox) -> Iterator[None]:
    """All adapters of this process talk to the sandbox; and no breaker opens, which would hide what the limits do."""
    sandbox.origin("hub")
    origins = {name: origin for name, origin in sandbox.origins.items() if name != "hub"}
    with override_settings(
        PLATFORM_SANDBOXES=origins, OUTBOUND_TRUSTED_ORIGINS=tuple(origins.values()), PLATFORM_ENDPOINTS={},
        BREAKER_TOKEN_FAILURES=NEVER, BREAKER_APP_FAILURES=NEVER,
    ):  # fmt: skip
        try:
            yield
        finally:
            close_lines()
