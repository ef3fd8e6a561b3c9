"""Whatever people, policies, the clock and workers do in whatever order: what is live was approved exactly so.

The check believes none of our rows about what was approved. It keeps its own book, from what it did itself: which words
for which hour each step's people have approved or the policy's clock has let pass; and holds it against what the
platform received.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.approvals import services
from apps.approvals.errors import ApprovalRefused
from apps.approvals.models import Request
from apps.approvals.services.records import broken_link
from apps.approvals.states import CURRENT, Verdict
from apps.core import clock as system_clock
from apps.core.actors import SYSTEM
from apps.events.services import relay
from apps.platforms.adapters.memory import MemoryPlatform
from apps.posts.errors import PostNotReady
from apps.posts.models import Post
from apps.publishing import services as publishing
from apps.publishing.engine import claims, rounds
from apps.publishing.errors import LostClaim, PostBusy
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.permissions import Role
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db

PUBLISHES: Final = {**LEGAL, "when_late": "publish"}
POLICIES: Final[Mapping[str, list[dict[str, Any]]]] = {
    "none": [],
    "manager": [MANAGER],
    "both": [MANAGER, LEGAL],
    "any hour": [{**MANAGER, "window_minutes": None}],
    "legal or time": [PUBLISHES],
    "two managers": [{**MANAGER, "needs": 2}],
}
TEXTS: Final = ("Good morning", "Good evening", "Good night")
STEPS = st.one_of(
    st.sampled_from(["relay", "clock", "round", "claim", "send", "withdraw", "submit", "resume", "cancel"]),
    st.tuples(st.just("edit"), st.sampled_from(TEXTS)),
    st.tuples(st.just("decide"), st.sampled_from(["manager", "manager2", "approver"]), st.sampled_from(Verdict.values)),
    st.tuples(st.just("policy"), st.sampled_from(sorted(POLICIES))),
    st.tuples(st.just("move"), st.sampled_from([0, 5, 30])),
    st.tuples(st.just("wait"), st.sampled_from([30, 301, 700, 2000])),
)
ROLE_OF: Final = {"manager": "manager", "manager2": "manager", "approver": "legal"}


class Story:
    """One post on one account. `book` holds who has approved what: step, person, words, hour."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk, self.clock = desk, clock
        self.staff = {name: desk.person(Role.MANAGER) for name in ("manager", "manager2")}
        self.staff["approver"] = desk.person(Role.APPROVER)
        self.policy_name, self.text = "manager", TEXTS[0]
        desk.policy(*POLICIES["manager"])
        self.publication = desk.planned(text=self.text, minutes=10)
        self.hour: datetime | None = self.publication.due_at
        self.book: set[tuple[str, str, str, datetime | None]] = set()
        self.objected: set[str] = set()
        self.held: list[Any] = []
        self.live: list[str] = []

    def take(self, step: Any) -> None:
        name, *arguments = step if isinstance(step, tuple) else (step,)
        with contextlib.suppress(ApprovalRefused, PostBusy, PostNotReady, LostClaim):
            getattr(self, name)(*arguments)

    def relay(self) -> None:
        relay()

    def clock_(self) -> None:
        services.run_out_of_time(now=self.clock.now)

    def round(self) -> None:
        run_worker()

    def claim(self) -> None:
        self.held += claims.claim_due(now=self.clock.now, limit=1) + claims.claim_ready(now=self.clock.now, limit=1)

    def send(self) -> None:
        if self.held:
            rounds.work(self.held.pop(0))

    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    def edit(self, text: str) -> None:
        self.desk.change(self.post, self.desk.agency.content(text, [self.desk.account]))
        self.text = text

    def move(self, minutes: int) -> None:
        due_at = self.clock.now + timedelta(minutes=minutes)
        self.desk.agency.do(publishing.schedule, post=self.post, local=due_at.replace(tzinfo=None), zone="UTC")
        self.hour = due_at

    def cancel(self) -> None:
        self.desk.agency.do(publishing.cancel, post=self.post)
        self.hour = None

    def resume(self) -> None:
        self.desk.agency.do(publishing.resume, publication=self.publication)

    def policy(self, name: str) -> None:
        with self.desk.agency.scope():
            services.set_policy(workspace_id=self.desk.agency.workspace.pk, steps=POLICIES[name], actor=SYSTEM)
        self.policy_name = name

    def submit(self) -> None:
        self.desk.submit(self.post)

    def withdraw(self) -> None:
        self.desk.agency.do(services.withdraw, request_id=self.request.pk)

    def decide(self, who: str, verdict: str) -> None:
        if verdict not in (Verdict.APPROVE, Verdict.REQUEST_CHANGES, Verdict.REJECT):
            return
        note = "" if verdict == Verdict.APPROVE else "No"
        before = self.request
        self.desk.decide(before, self.staff[who], Verdict(verdict), note=note)
        if verdict == Verdict.APPROVE:
            self.book.add((ROLE_OF[who], who, self.text, self.hour))

    @property
    def post(self) -> Post:
        with self.desk.agency.scope():
            found: Post = Post.objects.get(pk=self.publication.post_id)
            return found

    @property
    def request(self) -> Request:
        with self.desk.agency.scope():
            found = Request.objects.filter(post_id=self.publication.post_id, state__in=CURRENT).first()
        if found is None:
            raise ApprovalRefused
        return found

    def check(self) -> None:
        """What the platform received since the last look was approved as it is, by the policy of this moment."""
        live = self.desk.live()
        assert len(live) <= 1
        if live and not self.live:
            assert live == [self.text]
            for step in POLICIES[self.policy_name]:
                assert self.is_passed(step), f"{step['key']} has not approved this: {self.policy_name}, {self.book}"
        self.live = live
        with self.desk.agency.scope():
            assert Request.objects.filter(post_id=self.publication.post_id, state__in=CURRENT).count() <= 1
            assert broken_link(self.publication.post_id) is None

    def is_passed(self, step: Mapping[str, Any]) -> bool:
        approved = {
            who
            for key, who, text, hour in self.book
            if key == step["key"] and text == self.text and (hour == self.hour or step.get("window_minutes", 0) is None)
        }
        if len(approved) >= step.get("needs", 1):
            return True
        return step.get("when_late") == "publish" and self.hour is not None and self.clock.now >= self.hour

    def end(self) -> None:
        """In the end the right people approve what there is, and it goes out, unless somebody has taken it off."""
        if self.live or self.hour is None:
            return
        self.held.clear()
        self.clock.advance(seconds=1000)
        run_worker()
        self.take("relay")
        row: Publication = self.desk.agency.read(self.publication)
        if row.state in (State.PUBLISHED, State.NEEDS_ATTENTION, State.FAILED, State.PUBLISHING, State.CANCELED):
            self.check()
            return
        self.take(("move", 60))
        for step in ["relay", "submit", *[("decide", who, "approve") for who in self.staff], ("wait", 3601), "round"]:
            self.take(step)
            self.check()
        for who in self.staff:
            self.take(("decide", who, "approve"))
        assert self.live, "Nobody had anything against it, and it did not go out"


@example(steps=[("decide", "manager", "approve"), ("edit", "Good night"), ("wait", 700), "round"])
@example(steps=[("decide", "manager", "approve"), ("wait", 700), "claim", ("policy", "both"), "send"])
@example(steps=[("policy", "both"), ("decide", "manager", "approve"), ("wait", 700), "round"])
@example(steps=[("policy", "legal or time"), "relay", ("decide", "approver", "reject"), ("wait", 700), "round"])
@example(
    steps=[("policy", "two managers"), ("decide", "manager", "approve"), ("policy", "manager"), ("wait", 700), "round"]
)
@example(
    steps=[("decide", "manager", "approve"), ("edit", "Good night"), ("edit", "Good morning"), ("wait", 700), "round"]
)
@given(steps=st.lists(STEPS, max_size=18))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_goes_out_that_was_not_approved_exactly_so(
    agency: Agency, memory: MemoryPlatform, clock: Clock, steps: list[Any]
) -> None:
    memory.posts.clear()
    memory._accounts.clear()
    clock.set(system_clock.now().replace(microsecond=0))
    with agency.scope():
        Publication.objects.all().delete()
        Request.objects.all().delete()

    story = Story(Desk(agency), clock)
    for step in steps:
        story.take("clock_" if step == "clock" else step)
        story.check()
    story.end()
