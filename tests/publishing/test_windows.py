"""Publishing windows: a closed hour is refused when a post is planned, and asked again when it comes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from apps.core import tenancy
from apps.posts.errors import PostNotReady
from apps.posts.models import Post
from apps.publishing import services, waits, windows
from apps.publishing.engine import claims, rounds
from apps.publishing.errors import DecisionIncomplete
from apps.publishing.gates import Obstacle
from apps.publishing.models import Publication, PublishingWindows
from apps.publishing.states import State
from apps.publishing.windows import Blackout, Quiet, Windows, days_in_words
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet((0, 1, 2, 3, 4, 5, 6), time(22), time(7))
# A Wednesday, noon in Berlin.
NOON = datetime(2027, 3, 10, 11, tzinfo=UTC)


@pytest.fixture
def noon(clock: Clock) -> Clock:
    clock.set(NOON)
    return clock


def keep(agency: Agency, **rules: Any) -> None:
    agency.do(services.set_windows, workspace=agency.workspace, **rules)


def plan(agency: Agency, local: datetime, *, on: Any = None, **more: Any) -> Publication:
    with agency.scope():
        post = agency.post(on=[on] if on else None)
    schedule = {"post": post, "local": local, "zone": "Europe/Berlin", **more}
    (publication,) = agency.do(services.schedule, **schedule).publications
    return publication


def wall(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime.combine(date(2027, month, day), time(hour, minute))


# --- the rules ------------------------------------------------------------------------------------------------------


def test_quiet_hours_may_reach_into_the_next_day() -> None:
    friday = Quiet((4,), time(22), time(7))
    asked = [(12, 21, 59), (12, 22, 0), (13, 6, 59), (13, 7, 0), (13, 23, 0)]

    assert [friday.holds(wall(*at)) for at in asked] == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("at", "closed"),
    [
        # Clocks go forward at 02:00 on 28 March: quiet until 02:30 is over at 03:00, for 02:30 does not exist.
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), True),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), False),
        # Clocks go back at 03:00 on 31 October: 02:15 comes twice, and is quiet both times.
        (datetime(2027, 10, 31, 0, 15, tzinfo=UTC), True),
        (datetime(2027, 10, 31, 0, 45, tzinfo=UTC), False),
        (datetime(2027, 10, 31, 1, 15, tzinfo=UTC), True),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), False),
    ],
)
def test_quiet_hours_are_read_on_the_wall_clock_when_clocks_change(at: datetime, closed: bool) -> None:
    rules = Windows(BERLIN, quiet_hours=(Quiet((6,), time(0, 30), time(2, 30)),))

    assert (rules.closed(at) is not None) is closed


@given(
    at=st.datetimes(wall(1, 0, month=1), wall(31, 0, month=12), timezones=st.just(UTC)),
    days=st.sets(st.integers(0, 6), min_size=1, max_size=6),
    begins=st.times(),
    ends=st.times(),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_the_next_open_time_is_open_and_not_behind(
    at: datetime, days: set[int], begins: time, ends: time, zone: str
) -> None:
    minute = {"second": 0, "microsecond": 0}
    quiet = Quiet(tuple(days), begins.replace(**minute), ends.replace(**minute))
    rules = Windows(
        ZoneInfo(zone), quiet_hours=(quiet,), blackouts=(Blackout("Fair", date(2027, 3, 28), date(2027, 3, 29)),)
    )

    opens = rules.opens(at)

    assert opens is None or (opens >= at and rules.closed(opens) is None)
    assert opens == at if rules.closed(at) is None else opens != at


def test_a_day_is_a_day_of_the_wall_clock() -> None:
    rules = Windows(BERLIN)
    changes = datetime(2027, 3, 28, 12, tzinfo=UTC)

    assert rules.begin_of_day(changes, 1) - rules.begin_of_day(changes) == timedelta(hours=23)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((0, 1, 2, 3, 4), "Mon to Fri"),
        ((5, 6), "Sat and Sun"),
        ((0, 2, 4), "Mon, Wed and Fri"),
        ((3,), "Thu"),
        (range(7), "every day"),
    ],
)
def test_weekdays_are_said_as_people_say_them(days: Any, words: str) -> None:
    assert days_in_words(days) == words


# --- at planning ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_closed_hour_is_refused_in_words_that_say_what_and_until_when(agency: Agency, noon: Clock) -> None:
    keep(agency, quiet_hours=[NIGHT], blackouts=[Blackout("Summer fair", date(2027, 3, 20), date(2027, 3, 21))])

    with pytest.raises(PostNotReady) as night:
        plan(agency, wall(10, 23))
    with pytest.raises(PostNotReady) as fair:
        plan(agency, wall(20, 12))

    (problem,) = night.value.problems
    assert (problem.field, problem.code) == ("due_at", "quiet_hours")
    assert "every day 22:00 to 07:00" in problem.words
    assert "Thu 11 Mar, 07:00" in problem.words
    (problem,) = fair.value.problems
    assert "Summer fair (20 Mar to 21 Mar 2027)" in problem.words
    assert "Mon 22 Mar, 07:00" in problem.words


@pytest.mark.django_db
def test_whoever_says_all_the_same_is_heard_at_the_hour_too(agency: Agency, noon: Clock) -> None:
    keep(agency, quiet_hours=[NIGHT])
    publication = plan(agency, wall(10, 23), all_the_same=True)
    noon.set(datetime(2027, 3, 10, 22, tzinfo=UTC))

    run_worker()

    assert agency.read(publication).state == State.PUBLISHED


@pytest.mark.django_db
def test_all_the_same_is_said_for_that_very_hour(agency: Agency, noon: Clock) -> None:
    keep(agency, quiet_hours=[NIGHT])
    publication = plan(agency, wall(10, 23), all_the_same=True)

    with agency.scope():
        post = Post.objects.get(pk=publication.post_id)
    with pytest.raises(PostNotReady):
        agency.do(services.reschedule, post=post, local=wall(10, 23, 30), zone="Europe/Berlin")
    with agency.scope():  # moved by some other way
        at = datetime(2027, 3, 10, 22, 30, tzinfo=UTC)
        Publication.objects.filter(pk=publication.pk).update(due_at=at, next_try_at=at)
    noon.set(at)
    run_worker()

    assert (agency.read(publication).state, agency.read(publication).problem) == (State.HELD, "quiet_hours")


@pytest.mark.django_db
def test_what_comes_too_close_is_warned_of_and_what_is_too_much_is_refused(agency: Agency, noon: Clock) -> None:
    account = agency.account()
    keep(agency, spacing=timedelta(minutes=30), daily_most=2)
    plan(agency, wall(10, 15), on=account)

    with agency.scope():
        second = agency.do(
            services.schedule, post=agency.post("Close", on=[account]), local=wall(10, 15, 20), zone="Europe/Berlin"
        )
    assert [warning.code for warning in second.warnings] == ["spacing"]
    assert "has another post at 15:00" in second.warnings[0].words
    with pytest.raises(PostNotReady) as third:
        plan(agency, wall(10, 18), on=account)
    assert [problem.code for problem in third.value.problems] == ["daily_maximum"]
    # Another day, another account: neither is full.
    plan(agency, wall(11, 18), on=account)
    plan(agency, wall(10, 18), on=agency.account("quay"))


# --- at the hour ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_falls_into_a_window_that_was_closed_since_is_held_with_the_reason(agency: Agency, noon: Clock) -> None:
    publication = plan(agency, wall(10, 23))
    keep(agency, quiet_hours=[NIGHT])
    noon.set(datetime(2027, 3, 10, 22, tzinfo=UTC))

    run_worker()

    held = agency.read(publication)
    assert (held.state, held.problem) == (State.HELD, "quiet_hours")
    assert "Wed 23:00 is in this workspace's quiet hours" in held.problem_words

    # Whoever has read that and sends it now means it.
    agency.do(services.resume, publication=held)
    run_worker()
    assert agency.read(publication).state == State.PUBLISHED


@pytest.mark.django_db
def test_a_post_of_before_the_quiet_hours_is_not_held_back_by_them(agency: Agency, noon: Clock) -> None:
    keep(agency, quiet_hours=[NIGHT])
    publication = plan(agency, wall(10, 21, 59))
    noon.set(datetime(2027, 3, 10, 20, 59, tzinfo=UTC))

    run_worker()

    assert agency.read(publication).state == State.PUBLISHED


def objections(agency: Agency, now: datetime) -> dict[Any, Obstacle]:
    with tenancy.across_tenants("a test asks the gate as the engine does"):
        waiting = Publication.across_tenants.filter(state=State.SCHEDULED).order_by("due_at", "id")
        return dict(windows.gate(list(waiting.select_related("workspace", "account")), now))


@pytest.mark.django_db
def test_what_comes_too_soon_waits_by_itself_and_is_shown_with_its_time(agency: Agency, noon: Clock) -> None:
    account = agency.account()
    keep(agency, spacing=timedelta(minutes=30))
    plan(agency, wall(10, 13), on=account)
    noon.advance(hours=1)
    run_worker()
    late = plan(agency, wall(10, 13, 10), on=account)
    noon.advance(minutes=10)

    (obstacle,) = objections(agency, noon.now).values()

    assert (obstacle.problem, obstacle.until) == ("spacing", NOON + timedelta(minutes=90))
    assert "may go out from 13:30 on" in obstacle.words
    assert waits.put_off([(agency.read(late), obstacle)]) == []
    waiting = agency.read(late)
    assert (waiting.state, waiting.next_try_at, waiting.due_at) == (State.SCHEDULED, obstacle.until, late.due_at)
    assert agency.events(late)[-1] == "publication.retrying"
    noon.set(obstacle.until)
    run_worker()
    assert agency.read(late).state == State.PUBLISHED


@pytest.mark.django_db
def test_of_two_in_one_batch_the_second_waits_for_the_first(agency: Agency, noon: Clock) -> None:
    account = agency.account()
    first, second = plan(agency, wall(10, 13), on=account), plan(agency, wall(10, 13, 5), on=account)
    keep(agency, spacing=timedelta(minutes=30))
    noon.advance(minutes=65)

    found = objections(agency, noon.now)

    assert set(found) == {second.pk}
    assert first.pk not in found


@pytest.mark.django_db
def test_what_could_wait_only_until_it_is_too_late_is_held_for_a_person(agency: Agency, noon: Clock) -> None:
    account = agency.account()
    plan(agency, wall(10, 13), on=account)
    noon.advance(hours=1)
    run_worker()
    second = plan(agency, wall(10, 14), on=account)
    late = plan(agency, wall(10, 19), on=account)
    keep(agency, daily_most=1)
    noon.advance(hours=6)

    found = objections(agency, noon.now)

    # The day is full until midnight: six hours is how late a post may go out.
    assert (found[second.pk].problem, found[second.pk].until) == ("daily_maximum", None)
    assert found[late.pk].until == datetime(2027, 3, 10, 23, tzinfo=UTC)
    run_worker()
    assert agency.read(second).state == State.HELD


@pytest.mark.django_db
def test_windows_are_read_with_one_query_where_there_are_none(agency: Agency, noon: Clock) -> None:
    def asked() -> int:
        with tenancy.across_tenants("a test asks the gate as the engine does"):
            rows = list(Publication.across_tenants.select_related("workspace", "account"))
            with CaptureQueriesContext(connection) as queries:
                windows.gate(rows, noon.now)
        return len(queries)

    for number in range(6):
        account = agency.account(f"account{number}")
        factories.publication(factories.post(agency.workspace, accounts=[account]), account, due_at=noon.now)
    assert asked() == 1

    keep(agency, quiet_hours=[Quiet((2,), time(11), time(13))], spacing=timedelta(minutes=5), daily_most=9)
    assert asked() <= 4


# --- setting them ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"blackouts": [Blackout(" ", date(2027, 1, 1), date(2027, 1, 2))]}, "name"),
        ({"blackouts": [Blackout("Fair", date(2027, 1, 2), date(2027, 1, 1))]}, "last"),
        ({"quiet_hours": [Quiet((), time(1), time(2))]}, "days"),
        ({"quiet_hours": [Quiet(tuple(range(7)), time(8), time(20)), NIGHT, Quiet(tuple(range(7)), time(7), time(9)),
                          Quiet(tuple(range(7)), time(19), time(23))]}, "begins"),
        ({"spacing": timedelta(0)}, "spacing"),
        ({"daily_most": 0}, "daily_most"),
    ],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused_at_their_field(agency: Agency, rules: Any, field: str) -> None:
    with pytest.raises(DecisionIncomplete) as refused:
        keep(agency, **rules)

    assert refused.value.field == field
    with agency.scope():
        assert not PublishingWindows.objects.exists()


@pytest.mark.django_db
def test_what_is_not_named_stays_as_it_is(agency: Agency) -> None:
    keep(agency, quiet_hours=[NIGHT], daily_most=3)
    keep(agency, spacing=timedelta(minutes=20))

    with agency.scope():
        rules = windows.windows_of(agency.workspace)
    assert (rules.quiet_hours, rules.daily_most, rules.spacing) == ((NIGHT,), 3, timedelta(minutes=20))
    assert agency.events(agency.workspace) == ["workspace.updated", "workspace.updated"]


@pytest.mark.django_db
def test_two_posts_that_fall_due_together_go_out_by_themselves_with_the_space_between(
    agency: Agency, noon: Clock
) -> None:
    account = agency.account()
    first, second = (plan(agency, wall(10, 12, 10), on=account) for _ in range(2))
    keep(agency, spacing=timedelta(minutes=30))

    noon.advance(minutes=10)
    run_worker()
    waiting = agency.read(second if agency.read(first).state == State.PUBLISHED else first)
    assert (waiting.state, waiting.problem) == (State.SCHEDULED, "spacing")
    assert waiting.next_try_at == NOON + timedelta(minutes=40)

    noon.advance(minutes=31)
    run_worker()
    assert {agency.read(row).state for row in (first, second)} == {State.PUBLISHED}


@pytest.mark.django_db
def test_what_a_window_closes_on_after_it_was_claimed_waits_as_well(agency: Agency, noon: Clock) -> None:
    account = agency.account()
    earlier = plan(agency, wall(10, 12, 10), on=account)
    noon.advance(minutes=10)
    run_worker()
    assert agency.read(earlier).state == State.PUBLISHED
    late = plan(agency, wall(10, 12, 20), on=account)
    noon.advance(minutes=10)
    (claim,) = claims.claim_due(now=noon.now, limit=1)
    keep(agency, spacing=timedelta(minutes=30))

    rounds.work(claim)

    waiting = agency.read(late)
    assert (waiting.state, waiting.next_try_at) == (State.SCHEDULED, NOON + timedelta(minutes=40))
    assert agency.platform.commits == 1
