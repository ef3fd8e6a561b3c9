"""What platforms really received was approved, exactly so, at the moment they received it.

The same stories as in `test_any_story`, told to a Postroom that publishes over HTTP to simulated platforms. The check
believes no row of ours: it holds the receipts of the sandbox (account, words, instant) against the book
that it keeps itself of who has approved what, under which policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from apps.approvals import gate as approvals
from apps.core import clock as system_clock
from apps.events.services import relay
from apps.posts.models import Post
from apps.publishing import gates
from apps.publishing.models import Publication
from apps.social_accounts.models import SocialAccount
from apps.tenants.permissions import Role
from tests.approvals.conftest import Desk
from tests.approvals.test_any_story import POLICIES, STEPS, TEXTS, Story
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency
from tests.support.sandbox import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.faults]
HANDLES: Final = ("harbourcoffee", "harbourroasters")
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {"first": HANDLES[:1], "both": HANDLES}
MORE: Final = st.one_of(STEPS, st.tuples(st.just("choose"), st.sampled_from(sorted(CHOICES))))


class OneHour(Clock):
    """Our clock and the sandbox's, which go together."""

    def __init__(self, ours: Clock, sandbox: Sandbox) -> None:
        super().__init__(ours.now)
        self.ours, self.sandbox = ours, sandbox

    def advance(self, **span: float) -> datetime:
        self.sandbox.advance(**span)
        self.now = self.ours.advance(**span)
        return self.now


class Told(Story):
    """One post on up to two accounts. `book` holds who approved what: step, person, words, accounts, hour."""

    def __init__(self, desk: Desk, clock: Clock, sandbox: Sandbox) -> None:
        self.desk, self.clock, self.sandbox = desk, OneHour(clock, sandbox), sandbox
        self.accounts = {handle: self._connected(handle) for handle in HANDLES}
        self.staff = {name: desk.person(Role.MANAGER) for name in ("manager", "manager2")}
        self.staff["approver"] = desk.person(Role.APPROVER)
        self.policy_name, self.text, self.chosen = "manager", TEXTS[0], CHOICES["both"]
        desk.policy(*POLICIES["manager"])
        post = desk.post(self.text, on=[self.accounts[handle] for handle in self.chosen])
        self.publication, _ = desk.agency.schedule(post, minutes=10)
        relay()
        self.hour: datetime | None = self.publication.due_at
        self.book: set[Any] = set()
        self.held: list[Any] = []
        self.live: list[str] = []
        self.seen: set[str] = set()

    def _connected(self, handle: str) -> SocialAccount:
        made = self.sandbox.create_account("mastodon", handle)
        server = self.sandbox.origin("mastodon")
        return factories.account(
            self.desk.agency.workspace, "mastodon", token=made["credentials"]["token"], server=server,
            remote_id=str(made["id"]), handle=handle, url=f"{server}/@{handle}",
        )  # fmt: skip

    def edit(self, text: str) -> None:
        self._write(text, self.chosen)

    def choose(self, name: str) -> None:
        self._write(self.text, CHOICES[name])

    def _write(self, text: str, chosen: tuple[str, ...]) -> None:
        content = self.desk.agency.content(text, [self.accounts[handle] for handle in chosen])
        self.desk.change(self.post, content)
        self.text, self.chosen = text, chosen

    def decide(self, who: str, verdict: str) -> None:
        """As it is told there; the book notes the accounts as well."""
        known, self.book = self.book, set()
        try:
            super().decide(who, verdict)
        finally:
            self.book = known | {(key, person, text, self.chosen, hour) for key, person, text, hour in self.book}

    def check(self) -> None:
        """Whatever was received since the last look is what is approved now, and nothing was received twice."""
        receipts = self.sandbox.posts("mastodon", kind="post")
        for one in receipts:
            if one["id"] not in self.seen:
                self._judge(one)
        self.seen = {one["id"] for one in receipts}
        self.live = [one["text"] for one in receipts]
        assert len({one["handle"] for one in receipts}) == len(receipts), "The same post twice"

    def _judge(self, receipt: Mapping[str, Any]) -> None:
        assert receipt["handle"] in self.chosen
        assert receipt["text"] == self.text
        received = datetime.fromisoformat(receipt["created_at"])
        # The sandbox's clock goes on by itself, so it is ahead of ours by what this test has taken so far.
        assert received >= self.clock.now - timedelta(seconds=1)
        for step in POLICIES[self.policy_name]:
            assert self.is_passed(step), f"{step['key']} has not approved {receipt}: {self.policy_name}, {self.book}"

    def is_passed(self, step: Mapping[str, Any]) -> bool:
        approved = {
            who
            for key, who, text, chosen, hour in self.book
            if (key, text, chosen) == (step["key"], self.text, self.chosen)
            and (hour == self.hour or step.get("window_minutes", 0) is None)
        }
        if len(approved) >= step.get("needs", 1):
            return True
        return step.get("when_late") == "publish" and self.hour is not None and self.clock.now >= self.hour


def told(agency: Agency, clock: Clock, platforms: Sandbox, steps: list[Any]) -> Told:
    """A story of its own: nothing is left of the one before."""
    platforms.reset()
    clock.set(system_clock._system_time().replace(microsecond=0))
    with agency.scope():
        Publication.objects.all().delete()
        Post.objects.all().delete()
        SocialAccount.objects.all().delete()
    story = Told(Desk(agency), clock, platforms)
    for step in steps:
        story.take("clock_" if step == "clock" else step)
        story.check()
    return story


@example(steps=[("decide", "manager", "approve"), ("wait", 700), "round"])
@example(steps=[("decide", "manager", "approve"), ("edit", "Good night"), ("wait", 700), "round"])
@example(steps=[("decide", "manager", "approve"), ("choose", "first"), ("wait", 700), "round"])
@example(steps=[("choose", "first"), ("decide", "manager", "approve"), ("choose", "both"), ("wait", 700), "round"])
@example(steps=[("decide", "manager", "approve"), ("wait", 700), "claim", ("policy", "both"), "send", "round"])
@example(steps=[("decide", "manager", "approve"), ("wait", 700), "claim", "withdraw", "send", "round"])
@example(steps=[("policy", "legal or time"), "relay", ("wait", 700), "round"])
@given(steps=st.lists(MORE, max_size=16))
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
def test_what_platforms_received_was_approved_exactly_so(
    agency: Agency, clock: Clock, platforms: Sandbox, steps: list[Any]
) -> None:
    told(agency, clock, platforms, steps).end()


def test_approved_as_it_is_it_goes_out_on_every_account(agency: Agency, clock: Clock, platforms: Sandbox) -> None:
    """Else a check that nothing ever reaches the platforms would be green, too."""
    told(agency, clock, platforms, [("decide", "manager", "approve"), ("wait", 700), "round"])

    for handle in HANDLES:
        assert platforms.texts("mastodon", handle) == [TEXTS[0]]


@pytest.mark.parametrize(
    "steps",
    [
        [("wait", 700), "round"],
        [("decide", "manager", "approve"), ("edit", "Good night"), ("wait", 700), "round"],
        [("decide", "manager", "approve"), ("policy", "both"), ("wait", 700), "round"],
    ],
)
def test_with_the_gate_off_the_receipts_tell(
    agency: Agency, clock: Clock, platforms: Sandbox, monkeypatch: pytest.MonkeyPatch, steps: list[Any]
) -> None:
    """The fault that the check is there for."""
    assert gates._gates["approvals"] is approvals.gate
    monkeypatch.setitem(gates._gates, "approvals", lambda rows, now: {})

    with pytest.raises(AssertionError, match="has not approved"):
        told(agency, clock, platforms, steps)
