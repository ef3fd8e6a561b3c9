"""Whatever happens in whatever order, a post is live at most once, and in the end somebody knows whether it is."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.core import clock as system_clock
from apps.platforms.adapters.memory import MemoryPlatform
from apps.posts.errors import PostNotReady
from apps.publishing import services
from apps.publishing.engine import claims, departures, leases, receipts, reconcile, sending
from apps.publishing.engine.desk import AT_ONCE
from apps.publishing.errors import LostClaim, PostBusy
from apps.publishing.models import Attempt, Publication
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db

FAULTS = ["lost_after", "lost_before", "error_before", "error_after", "rate_limited"]
STEPS = st.one_of(
    st.sampled_from(["claim", "prepare", "leave", "send", "die_before", "die_after", "search", "expire", "round"]),
    st.sampled_from(["cancel", "publish_now", "edit", "reschedule", "retry", "resume"]),
    st.tuples(st.just("fault"), st.sampled_from(FAULTS), st.sampled_from(["commit", "stage", "find"])),
    st.tuples(st.just("wait"), st.sampled_from([1, 45, 100, 320, 600, 1000, 30_000])),
)


class Killed(BaseException):
    pass


class Story:
    """One post on one account, workers that hold claims for as long as they like, and a person who interferes."""

    def __init__(self, agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
        self.agency, self.memory, self.clock = agency, memory, clock
        self.account = agency.account()
        self.post = agency.post(on=[self.account])
        (self.publication,) = agency.schedule(self.post, minutes=10)
        self.held: list[Any] = []
        self.live: list[str] = []
        self.hour = self.publication.due_at

    def take(self, step: Any) -> None:
        if isinstance(step, tuple) and step[0] == "fault":
            self.memory.fault(step[1], call=step[2])
        elif isinstance(step, tuple):
            self.clock.advance(seconds=step[1])
        elif step in ("cancel", "publish_now", "edit", "reschedule", "retry", "resume"):
            self.person(step)
        else:
            getattr(self, step)()

    def claim(self) -> None:
        self.held += claims.claim_due(now=self.clock.now, limit=1) + claims.claim_lost(now=self.clock.now, limit=1)

    def prepare(self) -> None:
        self.held += claims.claim_ahead(now=self.clock.now, limit=1)

    def leave(self) -> None:
        """What is prepared is claimed a little before its hour, and read; so it is when its hour strikes."""
        self.held += departures.read(claims.claim_ready(now=self.clock.now, limit=1, ahead=timedelta(seconds=2)))

    def send(self) -> None:
        """A worker goes on with the oldest claim anybody holds, however long ago it was taken."""
        if self.held:
            held = self.held.pop(0)
            with contextlib.suppress(LostClaim):
                self.go_on_with(held)

    def go_on_with(self, held: Any) -> None:
        if isinstance(held, departures.Departure):
            if held.claim.release_at > self.clock.now:
                self.held.append(held)
                return
            for leaving in departures.signed([held]):
                departures.send(leaving, desk=AT_ONCE)
        elif held.is_search:
            reconcile.search(held)
        elif held.is_staging:
            sending.prepare(held)
        else:
            sending.send(held)

    def die_before(self) -> None:
        self.held.clear()

    def die_after(self) -> None:
        with pytest.MonkeyPatch.context() as patch:

            def killed(*_: Any, **__: Any) -> None:
                raise Killed

            patch.setattr(receipts, "store", killed)
            with contextlib.suppress(Killed):
                self.send()

    def search(self) -> None:
        self.held += claims.claim_lost(now=self.clock.now, limit=1)

    def expire(self) -> None:
        leases.expire(now=self.clock.now)

    def round(self) -> None:
        run_worker()

    def person(self, verb: str) -> None:
        later = (self.clock.now + timedelta(minutes=2)).replace(tzinfo=None)
        needs: dict[str, dict[str, Any]] = {
            "edit": {"post": self.post, "content": self.agency.content("Good morning", [self.account])},
            "reschedule": {"post": self.post, "local": later, "zone": "UTC"},
            "retry": {"publication": self.publication},
            "resume": {"publication": self.publication},
        }
        with contextlib.suppress(PostBusy, PostNotReady):
            self.agency.do(getattr(services, verb), **needs.get(verb, {"post": self.post}))

    def check(self) -> None:
        live = self.memory.texts("harbour")
        row: Publication = self.agency.read(self.publication)
        assert len(live) <= 1
        assert not live or self.live or self.clock.now >= self.hour, "It left before its hour"
        self.live, self.hour = live, row.due_at
        assert row.state != State.PUBLISHED or live
        assert row.state not in (State.SCHEDULED, State.HELD, State.FAILED, State.CANCELED) or row.intent_at is None

    def end(self) -> None:
        """Time goes by, workers do their rounds, platforms work: nothing is left hanging."""
        self.memory._faults.clear()
        for _ in range(12):
            self.clock.advance(hours=1)
            run_worker()
        row = self.agency.read(self.publication)
        assert row.state in (State.PUBLISHED, State.HELD, State.FAILED, State.CANCELED, State.NEEDS_ATTENTION)
        if row.state != State.NEEDS_ATTENTION:
            assert bool(self.memory.texts("harbour")) == (row.state == State.PUBLISHED)
        with self.agency.scope():
            published = Attempt.objects.filter(publication=row, outcome__in=["published", "found"]).count()
        assert published <= 1


@example(steps=["prepare", ("wait", 320), "expire", "round"])  # the worker that prepared it died: it keeps its hour
@example(steps=["prepare", "send", ("wait", 600), "leave", "cancel", "send"])
@example(steps=["round", ("wait", 600), "leave", "die_before", ("wait", 320), "round", "send"])
@example(steps=["round", ("wait", 600), "leave", ("wait", 320), "expire", "round", "send", "send"])
@example(steps=["round", ("fault", "lost_after", "commit"), ("wait", 600), "leave", "send", "expire", "publish_now"])
@given(steps=st.lists(STEPS, max_size=25))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_happens_publishes_twice(
    agency: Agency, memory: MemoryPlatform, clock: Clock, steps: list[Any]
) -> None:
    memory.posts.clear()
    memory._faults.clear()
    memory._accounts.clear()
    clock.set(system_clock.now().replace(microsecond=0))
    with agency.scope():
        Publication.objects.all().delete()

    story = Story(agency, memory, clock)
    for step in steps:
        story.take(step)
        story.check()
    story.end()
    story.check()
