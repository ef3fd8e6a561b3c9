"""How long approvals take, by client, step and person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.approvals import services
from apps.approvals.figures import Pace, loads, paces, percentile
from apps.approvals.states import Verdict
from apps.approvals.templatetags.approvals import span_words
from apps.tenants.models import Membership
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


def found(desk: Desk, clock: Clock) -> dict[str, Pace]:
    with desk.agency.scope():
        rows = paces(since=clock.now - MONTH, workspaces=[desk.agency.workspace])
    return {row.step: row for row in rows}


def test_each_step_and_the_whole_are_timed(desk: Desk, clock: Clock, manager: Membership, approver: Membership) -> None:
    desk.policy(MANAGER, LEGAL)
    for hours in (1, 2, 9):
        request = desk.submit(desk.post(f"Post {hours}"))
        clock.advance(hours=hours)
        desk.decide(request, manager)
        clock.advance(hours=1)
        desk.decide(request, approver)

    of = found(desk, clock)
    told = {step: (pace.count, pace.median, pace.ninetieth) for step, pace in of.items()}
    hour = timedelta(hours=1)
    assert told == {"": (3, 3 * hour, 10 * hour), "manager": (3, 2 * hour, 9 * hour), "legal": (3, hour, hour)}


def test_what_waits_is_not_counted_and_changes_that_were_asked_for_are(
    desk: Desk, clock: Clock, manager: Membership
) -> None:
    desk.policy(MANAGER)
    desk.submit(desk.post("Waits"))
    request = desk.submit(desk.post("Comes back"))
    clock.advance(hours=4)
    desk.decide(request, manager, Verdict.REQUEST_CHANGES, note="No")

    assert {step: pace.count for step, pace in found(desk, clock).items()} == {"manager": 1}


def test_what_the_clock_decided_is_nobodys_time(desk: Desk, clock: Clock, manager: Membership) -> None:
    desk.policy({**MANAGER, "when_late": "publish"})
    desk.planned(minutes=60)
    clock.advance(hours=1)
    services.run_out_of_time(now=clock.now)

    assert found(desk, clock) == {}
    with desk.agency.scope():
        assert loads(now=clock.now, since=clock.now - MONTH, workspaces=[desk.agency.workspace]) == []


def test_a_step_is_timed_before_the_whole_is(desk: Desk, clock: Clock, manager: Membership) -> None:
    desk.policy(MANAGER, LEGAL)
    desk.decide(desk.submit(desk.post()), manager)

    assert list(found(desk, clock)) == ["manager"]


def test_what_is_older_than_the_span_was_decided_by_nobody(desk: Desk, clock: Clock, manager: Membership) -> None:
    desk.policy(MANAGER)
    desk.decide(desk.submit(desk.post()), manager)
    clock.advance(days=31)
    desk.submit(desk.post("Waits"))

    with desk.agency.scope():
        (one,) = loads(now=clock.now, since=clock.now - MONTH, workspaces=[desk.agency.workspace])
    assert (one.waiting, one.decided, one.median) == (1, 0, None)


def test_an_approval_counts_though_the_post_was_changed_since(desk: Desk, clock: Clock, manager: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    request = desk.submit(post)
    clock.advance(hours=2)
    desk.decide(request, manager)
    desk.edit(post)

    assert found(desk, clock)[""].median == timedelta(hours=2)


def test_what_is_older_than_the_span_is_left_out(desk: Desk, clock: Clock, manager: Membership) -> None:
    desk.policy(MANAGER)
    desk.decide(desk.submit(desk.post()), manager)
    clock.advance(days=31)

    assert found(desk, clock) == {}


def test_reviewers_are_told_apart_by_what_they_have_before_them(
    desk: Desk, clock: Clock, manager: Membership, approver: Membership
) -> None:
    desk.policy({**MANAGER, "notice_minutes": 120}, LEGAL)
    done = desk.submit(desk.post("Done"))
    clock.advance(hours=1)
    desk.decide(done, manager)
    desk.agency.schedule(late := desk.post("Late"), minutes=60)
    desk.submit(late)

    with desk.agency.scope():
        told = loads(now=clock.now, since=clock.now - MONTH, workspaces=[desk.agency.workspace])

    assert [(one.user_id, one.waiting, one.late, one.decided) for one in told] == [
        (manager.user_id, 1, 1, 1), (approver.user_id, 1, 0, 0),
    ]  # fmt: skip
    assert told[0].median == timedelta(hours=1)


def test_the_page_shows_them(desk: Desk, clock: Clock, manager: Membership) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    clock.advance(hours=3)
    desk.decide(request, manager)

    client = factories.signed_in(manager, at=desk.agency.workspace)
    page = client.get(reverse("approvals:figures")).content.decode()

    assert "3 h 0 min" in page
    assert desk.agency.workspace.name in page
    assert client.get(reverse("approvals:figures"), {"days": "nonsense"}).status_code == 200


def test_programs_read_them(desk: Desk, clock: Clock, manager: Membership) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    clock.advance(hours=3)
    desk.decide(request, manager)
    own = program(desk.agency.workspace)

    told = own.get("/approval-figures", days=30).json()

    assert [(one["step"], one["count"], one["median_seconds"]) for one in told["data"]] == [
        (None, 1, 10800), ("manager", 1, 10800),
    ]  # fmt: skip
    assert own.get("/approval-figures", days="soon").status_code == 422
    assert program(factories.organization()).get("/approval-figures").json()["data"] == []


@given(st.lists(st.integers(0, 10_000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_least_time_that_covers_the_share(minutes: list[int], share: int) -> None:
    times = [timedelta(minutes=one) for one in minutes]
    least = percentile(times, share)

    assert least in times
    assert sum(one <= least for one in times) * 100 >= share * len(times)
    assert sum(one < least for one in times) * 100 < share * len(times)


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "under a minute"), (12, "12 min"), (320, "5 h 20 min"), (4560, "3 days 4 h")]
)
def test_spans_are_told_in_words(minutes: int, words: str) -> None:
    assert span_words(timedelta(minutes=minutes)) == words
