"""Queues: who gets which slot, who moves for whom, and what never moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from apps.events import services as events
from apps.posts.appointments import appointment
from apps.posts.errors import NotInWorkspace, PostNotReady
from apps.posts.models import Place, Post, Queue, Slot
from apps.posts.queueing import Priority
from apps.publishing import queues, services
from apps.publishing.engine import holds
from apps.publishing.models import Publication
from apps.publishing.queues import Joined, QueueRefused
from apps.publishing.queues.gate import gate
from apps.publishing.queues.laying import Mover, Timetable, Windowed, push
from apps.publishing.queues.preview import Availability
from apps.publishing.states import State
from apps.publishing.windows import Blackout, Quiet, Windows
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from apps.tenants.services import update_workspace
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

BERLIN = ZoneInfo("Europe/Berlin")
# A Monday, eight in the morning in Berlin.
MONDAY = datetime(2027, 3, 1, 7, tzinfo=UTC)
DAILY = [(day, time(hour)) for day in range(7) for hour in (9, 15)]
HIGH, MEDIUM, LOW = Priority.HIGH, Priority.MEDIUM, Priority.LOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday(clock: Clock) -> Clock:
    clock.set(MONDAY)
    return clock


@pytest.fixture
def account(agency: Agency) -> SocialAccount:
    return agency.account()


@pytest.fixture
def queue(agency: Agency) -> Queue:
    return make(agency)


def make(agency: Agency, name: str = "Tips", **fields: Any) -> Queue:
    made: Queue = agency.do(queues.create, workspace=agency.workspace, name=name, **{"slots": DAILY, **fields})
    return made


def join(agency: Agency, queue: Queue, account: SocialAccount, *, priority: Priority = MEDIUM, text: str = "") -> Post:
    post = agency.post(text or "Good morning", on=[account])
    agency.do(queues.join, post=post, queue=queue, priority=priority)
    return agency.read(post)  # type: ignore[no-any-return]


def several(agency: Agency, queue: Queue, account: SocialAccount, *priorities: Priority) -> list[Post]:
    return [join(agency, queue, account, priority=one, text=f"Tip {n}") for n, one in enumerate(priorities)]


def when(agency: Agency, posts: Sequence[Post]) -> list[str]:
    """When each is due, on the clock of Berlin; the publications agree."""
    found = [agency.read(post) for post in posts]
    with agency.scope():
        for post in found:
            states = Publication.objects.filter(post=post, state=State.SCHEDULED)
            assert {row.due_at for row in states} <= {post.due_at}
            assert {row.next_try_at for row in states} <= {post.due_at}
    return [f"{post.due_at.astimezone(BERLIN):%a %H}" if post.due_at else "" for post in found]


def place_of(agency: Agency, post: Post) -> Place | None:
    with agency.scope():
        found: Place | None = Place.objects.filter(post=post).first()
        return found


def publication_of(agency: Agency, post: Post) -> Publication:
    with agency.scope():
        return Publication.objects.get(post=post)  # type: ignore[no-any-return]


# --- the next free slot -----------------------------------------------------------------------------------------------


def test_posts_take_one_slot_after_the_other(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    posts = several(agency, queue, account, MEDIUM, MEDIUM, MEDIUM)

    assert when(agency, posts) == ["Mon 09", "Mon 15", "Tue 09"]
    place = place_of(agency, posts[0])
    assert place is not None
    assert (place.slot_at, place.due_at) == (MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=1))
    assert agency.events(posts[0]) == ["post.created", "post.scheduled"]


def test_the_hour_that_is_now_is_over(agency: Agency, queue: Queue, account: SocialAccount, monday: Clock) -> None:
    monday.set(MONDAY + timedelta(hours=1))

    assert when(agency, [join(agency, queue, account)]) == ["Mon 15"]


def test_a_post_that_was_taken_off_the_plan_leaves_its_slot_to_the_next(
    agency: Agency, queue: Queue, account: SocialAccount
) -> None:
    first, second, third = several(agency, queue, account, MEDIUM, MEDIUM, MEDIUM)
    agency.do(services.cancel, post=first)
    agency.do(services.cancel_publication, publication=publication_of(agency, second))

    assert place_of(agency, first) is place_of(agency, second) is None
    # Nobody moves up by itself; who comes next takes what is free.
    assert when(agency, [third, *several(agency, queue, account, MEDIUM, MEDIUM)]) == ["Tue 09", "Mon 09", "Mon 15"]


@pytest.mark.parametrize("deed", ["moved", "sent now", "thrown away"])
def test_a_post_with_another_hour_has_left_the_queue(
    agency: Agency, queue: Queue, account: SocialAccount, deed: str
) -> None:
    post = join(agency, queue, account)
    if deed == "moved":
        agency.do(services.reschedule, post=post, local=datetime(2027, 3, 5, 12), zone="Europe/Berlin")  # noqa: DTZ001
    elif deed == "sent now":
        agency.do(services.publish_now, post=post)
    else:
        agency.do(services.discard, post=post)

    assert place_of(agency, post) is None
    assert when(agency, [join(agency, queue, account)]) == ["Mon 09"]


def test_other_words_keep_the_slot(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    post = join(agency, queue, account)
    agency.do(services.edit, post=post, content=agency.content("Better words", [account]))

    assert place_of(agency, post) is not None
    assert when(agency, [post]) == ["Mon 09"]


def test_who_comes_again_is_the_last_to_come(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    other = make(agency, "Other", slots=[(2, time(12))])
    first, second = several(agency, queue, account, MEDIUM, MEDIUM)

    agency.do(queues.join, post=second, queue=queue)
    assert when(agency, [first, second]) == ["Mon 09", "Mon 15"]
    agency.do(queues.join, post=first, queue=other)
    assert when(agency, [first, second, join(agency, queue, account)]) == ["Wed 12", "Mon 15", "Mon 09"]


def test_what_went_out_keeps_its_place(agency: Agency, queue: Queue, account: SocialAccount, monday: Clock) -> None:
    post = join(agency, queue, account)
    monday.advance(hours=1)
    run_worker()

    assert publication_of(agency, post).state == State.PUBLISHED
    agency.do(queues.change, queue=queue, slots=[(0, time(20))])
    place = place_of(agency, post)
    assert place is not None
    assert (place.slot_at, place.slot) == (MONDAY + timedelta(hours=1), None)


def test_a_post_that_is_not_ready_takes_no_slot(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    low = join(agency, queue, account, priority=LOW)
    empty = agency.post("", on=[account])

    with pytest.raises(PostNotReady):
        agency.do(queues.join, post=empty, queue=queue, priority=HIGH)
    assert place_of(agency, empty) is None
    assert when(agency, [low]) == ["Mon 09"]


def test_a_queue_without_slots_says_so(agency: Agency, account: SocialAccount) -> None:
    with pytest.raises(PostNotReady) as refused:
        join(agency, make(agency, slots=[]), account)

    assert [problem.code for problem in refused.value.problems] == ["queue_full"]


def test_a_queue_that_was_deleted_meanwhile_says_so(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    agency.do(queues.delete, queue=agency.read(queue))

    with pytest.raises(PostNotReady):
        join(agency, queue, account)
    with pytest.raises(QueueRefused):
        agency.do(queues.pause, queue=queue)


def test_slots_of_posts_that_have_left_the_plan_another_way_are_free(
    agency: Agency, queue: Queue, account: SocialAccount
) -> None:
    post = join(agency, queue, account)
    with agency.scope():
        Publication.objects.filter(post=post).update(state=State.CANCELED)

    assert when(agency, [join(agency, queue, account)]) == ["Mon 09"]


def test_a_queue_of_another_workspace_is_none(
    agency: Agency, account: SocialAccount, other_workspace: Workspace
) -> None:
    elsewhere = Agency(other_workspace, agency.platform)
    theirs = make(elsewhere)

    with pytest.raises(NotInWorkspace):
        join(agency, theirs, account)


def test_the_database_gives_no_slot_away_twice(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    first, second = several(agency, queue, account, MEDIUM, MEDIUM)
    taken = place_of(agency, first)
    assert taken is not None

    with agency.scope(), pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.filter(post=second).update(slot_at=taken.slot_at)


# --- priorities -------------------------------------------------------------------------------------------------------


def test_a_higher_priority_goes_first_and_the_others_keep_their_order(
    agency: Agency, queue: Queue, account: SocialAccount
) -> None:
    first, second, low = several(agency, queue, account, MEDIUM, MEDIUM, LOW)
    urgent = join(agency, queue, account, priority=HIGH)
    late = join(agency, queue, account, priority=MEDIUM)

    assert when(agency, [urgent, first, second, late, low]) == ["Mon 09", "Mon 15", "Tue 09", "Tue 15", "Wed 09"]
    assert agency.events(low) == ["post.created", "post.scheduled", "post.scheduled", "post.scheduled"]


def test_a_free_slot_ends_the_pushing(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    first, second, third, fourth = several(agency, queue, account, *[MEDIUM] * 4)
    agency.do(services.cancel, post=third)
    urgent = join(agency, queue, account, priority=HIGH)

    assert when(agency, [urgent, first, second, fourth]) == ["Mon 09", "Mon 15", "Tue 09", "Tue 15"]


def test_a_free_slot_before_all_others_is_taken_by_anybody(
    agency: Agency, queue: Queue, account: SocialAccount
) -> None:
    first, second = several(agency, queue, account, MEDIUM, MEDIUM)
    agency.do(services.cancel, post=first)

    assert when(agency, [second, join(agency, queue, account, priority=LOW)]) == ["Mon 15", "Mon 09"]


@pytest.mark.parametrize("state", [State.READY, State.HELD, State.FAILED])
def test_nobody_is_pushed_whose_post_is_being_prepared_or_waits_for_a_person(
    agency: Agency, queue: Queue, account: SocialAccount, state: State
) -> None:
    low = join(agency, queue, account, priority=LOW)
    with agency.scope():
        Publication.objects.filter(post=low).update(state=state)

    urgent = join(agency, queue, account, priority=HIGH)
    assert when(agency, [low, urgent]) == ["Mon 09", "Mon 15"]


@profile(max_examples=40)
@given(arrivals=st.lists(st.sampled_from([HIGH, MEDIUM, LOW]), max_size=12))
def test_whatever_comes_the_queue_is_in_order_and_nobody_moves_up(arrivals: list[Priority]) -> None:
    """The rule by itself, without a database: the waiting are sorted by priority, then by who came first."""
    queue = Queue(workspace=Workspace(timezone="Europe/Berlin"))
    slots = [Slot(weekday=day, at=at) for day, at in DAILY]
    standing: dict[Any, tuple[Mover, int]] = {}
    for number, priority in enumerate(arrivals):
        post = Post()
        newcomer = Mover(post.pk, frozenset(), priority)
        behind = [one for one, _ in standing.values() if one.rank > priority]
        taken = [one.slot_at for one, _ in standing.values() if one.rank <= priority and one.slot_at]
        timetable, free = Timetable(queue, MONDAY, slots=slots), Windowed(Windows(BERLIN))
        for mover, seat in push(newcomer, timetable, taken=taken, behind=behind, windowed=free):
            assert seat is not None
            assert mover.slot_at is None or seat.opening.at > mover.slot_at
            _, came = standing.get(mover.post_id, (mover, number))
            standing[mover.post_id] = (
                Mover(mover.post_id, frozenset(), mover.rank, seat.opening.at, seat.due_at), came
            )  # fmt: skip

    in_order = sorted(standing.values(), key=lambda one: one[0].slot_at or MONDAY)
    assert [(one.rank, came) for one, came in in_order] == sorted((one.rank, came) for one, came in in_order)
    assert len({one.slot_at for one, _ in in_order}) == len(arrivals)


# --- publishing windows -----------------------------------------------------------------------------------------------


def test_closed_slots_are_passed_by(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    tomorrow = Blackout("Day of mourning", date(2027, 3, 2), date(2027, 3, 2))
    afternoons = Quiet(tuple(range(7)), time(12), time(20))
    agency.do(services.set_windows, workspace=agency.workspace, blackouts=[tomorrow], quiet_hours=[afternoons])

    assert when(agency, several(agency, queue, account, MEDIUM, MEDIUM)) == ["Mon 09", "Wed 09"]


def test_the_most_of_a_day_sends_a_post_on_to_the_next(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    agency.do(services.set_windows, workspace=agency.workspace, daily_most=1)
    first, second = several(agency, queue, account, MEDIUM, MEDIUM)
    elsewhere = join(agency, queue, agency.account("other"))
    urgent = join(agency, queue, account, priority=HIGH)

    assert when(agency, [urgent, elsewhere, first, second]) == ["Mon 09", "Mon 15", "Tue 09", "Wed 09"]


def test_jitter_that_falls_into_quiet_hours_is_left_out(agency: Agency, account: SocialAccount) -> None:
    queue = make(agency, slots=[(0, time(12))], jitter_minutes=60)
    around = [Quiet((0,), time(11), time(12)), Quiet((0,), time(12, 1), time(13, 30))]
    agency.do(services.set_windows, workspace=agency.workspace, quiet_hours=around)

    assert all(agency.read(post).due_at.astimezone(BERLIN).time() == time(12)
               for post in several(agency, queue, account, *[MEDIUM] * 4))  # fmt: skip


def test_jitter_is_the_same_for_the_same_post(agency: Agency, account: SocialAccount) -> None:
    queue = make(agency, jitter_minutes=30)
    posts = several(agency, queue, account, *[MEDIUM] * 8)
    before = [agency.read(post).due_at for post in posts]
    agency.do(queues.change, queue=queue, jitter_minutes=0)
    straight = [agency.read(post).due_at for post in posts]
    agency.do(queues.change, queue=queue, jitter_minutes=30)

    assert [agency.read(post).due_at for post in posts] == before != straight
    assert all(abs(one - other) <= timedelta(minutes=30) for one, other in zip(before, straight, strict=True))


# --- changing slots ---------------------------------------------------------------------------------------------------


def test_other_slots_lay_anew_what_waits_in_its_order(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    posts = several(agency, queue, account, LOW, MEDIUM, HIGH)
    agency.do(queues.change, queue=queue, slots=[(2, time(12)), (4, time(12))])

    assert when(agency, posts) == ["Wed 12", "Fri 12", "Wed 12"]
    low, medium, high = (agency.read(post).due_at for post in posts)
    assert high < medium < low


def test_more_slots_let_all_of_them_move_up(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    posts = several(agency, queue, account, *[MEDIUM] * 4)
    agency.do(services.cancel, post=posts.pop(0))
    agency.do(queues.change, queue=queue, slots=[*DAILY, (0, time(8, 30))])

    assert when(agency, posts) == ["Mon 08", "Mon 09", "Mon 15"]


def test_what_is_prepared_or_on_its_way_stays_and_its_slot_is_not_given_again(
    agency: Agency, queue: Queue, account: SocialAccount
) -> None:
    ready, waiting = several(agency, queue, account, MEDIUM, MEDIUM)
    with agency.scope():
        Publication.objects.filter(post=ready).update(state=State.READY)
    agency.do(queues.change, queue=queue, slots=[(0, time(9)), (0, time(10))])

    assert when(agency, [ready, waiting]) == ["Mon 09", "Mon 10"]


def test_the_zone_of_the_workspace_takes_its_queues_along(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    fixed = make(agency, "Fixed", timezone="Europe/Berlin")
    posts = [join(agency, queue, account), join(agency, fixed, account)]
    agency.do(update_workspace, workspace=agency.workspace, timezone="America/New_York")
    events.relay()

    assert when(agency, posts) == ["Mon 15", "Mon 09"]
    moved = agency.read(posts[0])
    assert (moved.timezone, moved.local_due_at.hour) == ("America/New_York", 9)


def test_slots_keep_their_numbers_and_none_is_given_twice(agency: Agency) -> None:
    queue = make(agency, slots=[(0, time(9)), (1, time(9))])
    agency.do(queues.change, queue=queue, slots=[(0, time(9))])
    agency.do(queues.change, queue=queue, slots=[(0, time(9)), (3, time(9)), (3, time(9))])

    with agency.scope():
        assert list(Slot.objects.filter(queue=queue).values_list("weekday", "number")) == [(0, 1), (3, 3)]


def test_a_queue_in_which_posts_wait_keeps_a_slot(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    post = join(agency, queue, account)

    with pytest.raises(QueueRefused, match="1 post waits"):
        agency.do(queues.change, queue=queue, slots=[])
    assert when(agency, [post]) == ["Mon 09"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "Tips"}, "name"),
        ({"jitter_minutes": 61}, "jitter_minutes"),
        ({"slots": [(7, time(9))]}, "slots"),
        (
            {"slots": [(day, time(hour, minute)) for day in range(7) for hour in range(24) for minute in (0, 30)]},
            "slots",
        ),
    ],
)
def test_what_no_queue_can_be_is_refused_with_its_field(
    agency: Agency, queue: Queue, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(QueueRefused) as refused:
        agency.do(queues.create, workspace=agency.workspace, **{"name": "Another", **fields})

    assert refused.value.field == field


# --- pausing ----------------------------------------------------------------------------------------------------------


def test_a_paused_queue_sends_nothing_and_what_was_missed_goes_first_afterwards(
    agency: Agency, queue: Queue, account: SocialAccount, monday: Clock
) -> None:
    first, second, third = several(agency, queue, account, MEDIUM, MEDIUM, MEDIUM)
    agency.do(queues.pause, queue=queue)
    monday.advance(hours=1, minutes=5)
    run_worker()

    assert agency.platform.posts == []
    missed = publication_of(agency, first)
    assert (missed.state, missed.problem) == (State.HELD, "queue_paused")
    agency.do(queues.resume, queue=queue)
    assert when(agency, [first, second, third]) == ["Mon 15", "Tue 09", "Tue 15"]
    assert publication_of(agency, first).state == State.SCHEDULED
    monday.advance(hours=6)
    run_worker()
    assert [post.text for post in agency.platform.posts] == ["Tip 0"]


def test_a_pause_in_which_nothing_fell_due_moves_nothing(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    first, second, third = several(agency, queue, account, MEDIUM, MEDIUM, MEDIUM)
    agency.do(services.cancel, post=first)
    agency.do(queues.pause, queue=queue)
    agency.do(queues.resume, queue=queue)

    assert when(agency, [second, third]) == ["Mon 15", "Tue 09"]


def test_a_post_that_no_worker_has_held_yet_is_missed_as_well(
    agency: Agency, queue: Queue, account: SocialAccount, monday: Clock
) -> None:
    post = join(agency, queue, account)
    agency.do(queues.pause, queue=queue)
    monday.advance(hours=2)
    agency.do(queues.resume, queue=queue)
    run_worker()

    assert agency.platform.posts == []
    assert when(agency, [post]) == ["Mon 15"]


def test_a_person_sends_a_post_of_a_paused_queue_all_the_same(
    agency: Agency, queue: Queue, account: SocialAccount, monday: Clock
) -> None:
    post = join(agency, queue, account)
    agency.do(queues.pause, queue=queue)
    monday.advance(hours=1)
    run_worker()
    agency.do(services.resume, publication=publication_of(agency, post))
    run_worker()

    assert publication_of(agency, post).state == State.PUBLISHED


def test_a_worker_that_has_seen_the_pause_holds_nothing_after_it(
    agency: Agency, queue: Queue, account: SocialAccount, monday: Clock
) -> None:
    post = join(agency, queue, account)
    agency.do(queues.pause, queue=queue)
    monday.advance(hours=1)
    with agency.scope():
        seen = Publication.objects.select_related("workspace", "account").get(post=post)
        _, stopped = holds.divided([seen], monday.now)
    agency.do(queues.resume, queue=queue)
    holds.hold(stopped, monday.now)

    assert publication_of(agency, post).state == State.SCHEDULED


def test_the_gate_asks_once_for_a_batch(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    posts = several(agency, queue, account, *[MEDIUM] * 5)
    agency.do(queues.pause, queue=queue)
    with agency.scope():
        rows = list(Publication.objects.filter(post__in=posts))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert set(gate(rows, MONDAY)) == {row.pk for row in rows}
    assert len(asked) == 1


# --- deleting, looking ahead ------------------------------------------------------------------------------------------


def test_posts_of_a_deleted_queue_keep_their_times(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    post = join(agency, queue, account)
    agency.do(queues.delete, queue=queue)

    assert (when(agency, [post]), place_of(agency, post)) == (["Mon 09"], None)


def test_a_paused_queue_with_posts_is_not_deleted(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    join(agency, queue, account)
    agency.do(queues.pause, queue=queue)

    with pytest.raises(QueueRefused):
        agency.do(queues.delete, queue=queue)


def test_the_preview_says_who_has_which_slot(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    first, second = several(agency, queue, account, MEDIUM, MEDIUM)
    agency.do(services.cancel, post=first)
    day = Blackout("Day of mourning", date(2027, 3, 2), date(2027, 3, 2))
    agency.do(services.set_windows, workspace=agency.workspace, blackouts=[day])

    with agency.scope():
        lines = queues.preview(queue)
        offered = queues.offer(queue)
    assert [line.availability for line in lines[:5]] == ["free", "taken", "closed", "closed", "free"]
    assert (len(lines), lines[1].post_id, lines[1].priority) == (20, second.pk, MEDIUM)
    assert lines[2].availability is Availability.CLOSED
    assert "Day of mourning" in lines[2].words
    assert offered is not None
    assert offered.opening.at == lines[0].at


def test_the_preview_shows_who_keeps_a_slot_that_is_gone(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    post = join(agency, queue, account)
    with agency.scope():
        Publication.objects.filter(post=post).update(state=State.READY)
    agency.do(queues.change, queue=queue, slots=[(3, time(12))])

    with agency.scope():
        first, second, *_ = queues.preview(queue)
    assert (first.post_id, first.slot, second.availability) == (post.pk, None, "free")


@pytest.mark.parametrize("priority", [HIGH, MEDIUM, LOW])
def test_what_is_offered_is_what_one_gets(agency: Agency, account: SocialAccount, priority: Priority) -> None:
    queue = make(agency, jitter_minutes=20)
    several(agency, queue, account, HIGH, MEDIUM, LOW)
    post = agency.post(on=[account])
    with agency.scope():
        offered = queues.offer(queue, priority, post_id=post.pk, account_ids=[account.pk])
    joined: Joined = agency.do(queues.join, post=post, queue=queue, priority=priority)

    assert offered is not None
    assert (offered.opening.at, offered.due_at) == (joined.place.slot_at, joined.place.due_at)


def test_a_slot_in_a_gap_is_told_of(agency: Agency, account: SocialAccount, monday: Clock) -> None:
    monday.set(datetime(2027, 3, 27, 12, tzinfo=UTC))
    queue = make(agency, slots=[(6, time(2, 30))])
    joined: Joined = agency.do(queues.join, post=agency.post(on=[account]), queue=queue)

    assert joined.schedule.publications[0].due_at == appointment(datetime(2027, 3, 28, 2, 30), "Europe/Berlin").due_at  # noqa: DTZ001
    assert "does not exist" in joined.schedule.note


def test_moving_many_costs_few_statements(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    def cost(slots: list[tuple[int, time]]) -> int:
        with CaptureQueriesContext(connection) as asked:
            agency.do(queues.change, queue=queue, slots=slots)
        return len(asked)

    several(agency, queue, account, *[LOW] * 2)
    few = cost([(day, time(10)) for day in range(7)])
    several(agency, queue, account, *[LOW] * 10)
    # One line in the diary of each post.
    assert cost(DAILY) - few <= 10 + 2
