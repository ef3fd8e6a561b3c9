"""All that are left are approved at once: no post costs much, and none is treated otherwise than it would be alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.approvals import services
from apps.approvals.errors import ApprovalRefused
from apps.approvals.link_errors import LinkOver
from apps.approvals.models import Request, ReviewLink
from apps.approvals.services.records import broken_link
from apps.approvals.services.signing_off import Tally
from apps.approvals.sharing import MOST_TRIES
from apps.approvals.states import RequestState, Verdict
from apps.audit.models import Entry
from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.core.ids import new_id
from apps.events.models import Event
from apps.events.services import relay
from apps.media.models import Asset
from apps.posts.models import Post
from apps.posts.states import Review
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.models import Membership, WorkspaceAccess
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.approvals.guests.conftest import CLIENT, INGRID, JONAS, Guest
from tests.support import factories
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db

Invite = Callable[..., Guest]
ALL_GUESTS = {**CLIENT, "needs": "all"}
TWO = {**CLIENT, "needs": 2}


def approve_all(desk: Desk, guest: Guest, *posts: Post) -> Tally:
    wanted = [desk.request(post).pk for post in posts]
    reviewer = guest.reviewer()
    with reviewer.scope():
        return services.approve_by_link(reviewer=reviewer, request_ids=wanted)


class TestAMonth:
    @pytest.fixture(autouse=True)
    def _prepared(self, desk: Desk, invite: Invite) -> None:
        desk.policy(CLIENT)
        picture = factories.asset(desk.agency.workspace, alt="Buns")
        self.posts = [desk.post(f"Post {number}", assets=[picture]) for number in range(66)]
        for post in self.posts:
            desk.submit(post)
        self.guest = invite(*self.posts)

    def queries(self, desk: Desk, *posts: Post) -> int:
        reviewer = self.guest.reviewer()
        wanted = [desk.request(post).pk for post in posts]
        with CaptureQueriesContext(connection) as asked_for, reviewer.scope():
            tally = services.approve_by_link(reviewer=reviewer, request_ids=wanted)
        assert tally == Tally(len(posts), 0)
        return sum(not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SELECT set_config")) for one in asked_for)

    def test_costs_as_many_statements_as_six_posts(self, desk: Desk) -> None:
        few, many = self.queries(desk, *self.posts[:6]), self.queries(desk, *self.posts[6:])

        assert many <= few + 2, f"{few} for 6 posts, {many} for 60"
        assert few <= 40

    def test_is_written_as_it_would_be_one_by_one(self, desk: Desk) -> None:
        approve_all(desk, self.guest, *self.posts)

        with desk.agency.scope():
            assert [broken_link(post.pk) for post in self.posts] == [None] * 66
            assert Event.objects.filter(name="approval.decided").count() == 66
            assert Entry.objects.filter(verb="approval.decided").count() == 66
            assert set(Post.objects.values_list("review", flat=True)) == {Review.APPROVED}


# --- as it would be alone -------------------------------------------------------------------------------------------


Twist = Callable[["Story"], None]


class Story:
    """One post before a guest, and what happens to it before the guest says yes."""

    def __init__(self, desk: Desk, invite: Invite, clock: Clock, manager: Membership) -> None:
        self.desk, self.invite, self.clock, self.manager = desk, invite, clock, manager

    def begin(self, *steps: dict[str, Any], planned: bool = False) -> None:
        self.desk.policy(*(steps or (CLIENT,)))
        if planned:
            post_id = self.desk.planned(minutes=60).post_id
            with self.desk.agency.scope():
                self.post = Post.objects.get(pk=post_id)
        else:
            self.post = self.desk.post("Rye, every Saturday")
            self.desk.submit(self.post)
        self.guest = self.invite(self.post)
        self.request = self.desk.request(self.post)

    def policy(self, *steps: dict[str, Any]) -> None:
        """Another policy that nobody has followed up yet."""
        with self.desk.agency.scope():
            services.set_policy(workspace_id=self.desk.agency.workspace.pk, steps=list(steps), actor=SYSTEM)

    def outcome(self, approve: Callable[[Guest, Any], bool]) -> tuple[Any, ...]:
        """What comes of an approval: whether it counted, where the post stands, and what is written and told."""
        counted = approve(self.guest, self.request)
        relay()
        desk = self.desk
        with desk.agency.scope():
            told = [
                (one.name, one.payload.get("state"), one.payload.get("verdict"), one.payload.get("step"))
                for one in Event.objects.filter(name__startswith="approval.").order_by("id")
            ]
            review = Post.objects.get(pk=self.post.pk).review
            entries = list(Entry.objects.filter(verb="approval.decided").values_list("diff", "actor_kind"))
            whole = broken_link(self.post.pk) is None
        now = desk.request(self.post)
        said = [
            (one.verdict, one.decider_kind, one.due_at == now.due_at, one.revision)
            for one in desk.decisions(self.post.pk)
        ]
        return counted, now.state, now.number, desk.steps(now), review, said, told, entries, whole


def nothing(story: Story) -> None:
    story.begin()


def it_is_planned(story: Story) -> None:
    story.begin(planned=True)


def words_were_changed(story: Story) -> None:
    story.begin()
    other = story.desk.agency.content("Buy now", [story.desk.account])
    story.desk.change(story.post, other)


def the_policy_was_changed(story: Story) -> None:
    story.begin()
    story.policy(LEGAL, CLIENT)


def the_policy_got_another_name_for_it(story: Story) -> None:
    story.begin()
    story.policy({**CLIENT, "name": "The baker"})


def the_policy_gives_it_less_time(story: Story) -> None:
    story.begin({**CLIENT, "notice_minutes": 10, "when_late": "publish"}, planned=True)
    story.clock.advance(minutes=40)
    story.policy({**CLIENT, "notice_minutes": 30, "when_late": "publish"})


def another_step_comes_behind(story: Story) -> None:
    story.begin(CLIENT, LEGAL)


def another_step_was_before(story: Story) -> None:
    story.begin(MANAGER, CLIENT)
    story.desk.decide(story.request, story.manager)


def two_are_needed(story: Story) -> None:
    story.begin(TWO)


def all_are_needed(story: Story) -> None:
    story.begin(ALL_GUESTS)
    story.invite(story.post, who=JONAS)


def somebody_else_has_approved_first(story: Story) -> None:
    story.begin(ALL_GUESTS)
    story.invite(story.post, who=JONAS).says(story.request, "approve")


def it_was_said_already(story: Story) -> None:
    story.begin(TWO)
    story.invite(story.post, who=INGRID).says(story.request, "approve")


def somebody_came_back_whose_approval_makes_it_enough(story: Story) -> None:
    """Nobody has followed up that they are there again."""
    story.begin({**TWO, "roles": ["manager"]})
    own = WorkspaceAccess.plain.filter(membership=story.manager)
    story.desk.decide(story.request, story.manager)
    with tenancy.across_tenants("a member goes, and comes back"):
        own.update(access_until=story.clock.now)
    story.invite(story.post, who=JONAS).says(story.request, "approve")
    with tenancy.across_tenants("a member goes, and comes back"):
        own.update(access_until=None)


def somebody_has_objected(story: Story) -> None:
    story.begin()
    story.invite(story.post, who=JONAS).says(story.request, "reject", "No")


def its_time_ran_out(story: Story) -> None:
    story.begin({**CLIENT, "notice_minutes": 30}, planned=True)
    story.clock.advance(minutes=40)


def its_time_ran_out_and_it_goes_out(story: Story) -> None:
    story.begin({**CLIENT, "notice_minutes": 30, "when_late": "publish"}, planned=True)
    story.clock.advance(minutes=40)


def its_time_ran_out_and_it_is_moved(story: Story) -> None:
    story.begin({**CLIENT, "notice_minutes": 30, "when_late": "move"}, planned=True)
    story.clock.advance(minutes=40)


def it_is_out(story: Story) -> None:
    story.begin(planned=True)
    with story.desk.agency.scope():
        Publication.objects.update(state=State.PUBLISHED, remote_id="1", published_at=story.clock.now)


TWISTS: list[Twist] = [
    nothing, it_is_planned, words_were_changed, the_policy_was_changed, the_policy_got_another_name_for_it,
    the_policy_gives_it_less_time,
    another_step_comes_behind, another_step_was_before, two_are_needed, all_are_needed,
    somebody_else_has_approved_first, it_was_said_already,
    somebody_came_back_whose_approval_makes_it_enough, somebody_has_objected,
    its_time_ran_out, its_time_ran_out_and_it_goes_out, its_time_ran_out_and_it_is_moved,
    it_is_out,
]  # fmt: skip


def alone(guest: Guest, request: Request) -> bool:
    reviewer = guest.reviewer()
    try:
        with reviewer.scope():
            services.decide_by_link(reviewer=reviewer, request_id=request.pk, verdict=Verdict.APPROVE)
    except ApprovalRefused:
        with reviewer.scope():  # as their page does
            services.catch_up(post_id=request.post_id)
        return False
    return True


def among_others(guest: Guest, request: Request) -> bool:
    reviewer = guest.reviewer()
    with reviewer.scope():
        return services.approve_by_link(reviewer=reviewer, request_ids=[request.pk, new_id()]).done == 1


@pytest.mark.parametrize("twist", TWISTS, ids=lambda twist: twist.__name__)
def test_comes_to_the_same_as_approving_it_alone(
    twist: Twist, desk: Desk, invite: Invite, clock: Clock, manager: Membership
) -> None:
    begins, outcomes = clock.now, []
    for approve in (alone, among_others):
        clock.set(begins)
        with transaction.atomic():
            story = Story(desk, invite, clock, manager)
            twist(story)
            outcomes.append(story.outcome(approve))
            transaction.set_rollback(True)  # to tell it again from the beginning

    assert outcomes[0] == outcomes[1]


def test_the_stories_do_not_all_end_alike(desk: Desk, invite: Invite, clock: Clock, manager: Membership) -> None:
    """Else the comparison would say nothing."""
    begins, counted = clock.now, {}
    for twist in TWISTS:
        clock.set(begins)
        with transaction.atomic():
            story = Story(desk, invite, clock, manager)
            twist(story)
            counted[twist.__name__] = story.outcome(among_others)[:2]
            transaction.set_rollback(True)  # to tell it again from the beginning

    assert counted["nothing"] == (True, "approved")
    assert counted["two_are_needed"] == counted["another_step_comes_behind"] == (True, "pending")
    assert counted["words_were_changed"] == (False, "pending")
    assert counted["somebody_has_objected"] == (False, "rejected")


@pytest.mark.parametrize("over", ["withdrawn", "ended", "locked"])
def test_a_link_that_was_withdrawn_approves_nothing(desk: Desk, invite: Invite, over: str) -> None:
    """Nor does one whose time was up, or that was locked, after the page was opened."""
    desk.policy(CLIENT)
    post = desk.post()
    desk.submit(post)
    guest = invite(post)
    with desk.agency.scope():
        own = ReviewLink.objects.filter(pk=guest.link.pk)
        if over == "withdrawn":
            services.revoke_link(link_id=guest.link.pk, actor=SYSTEM)
        elif over == "ended":
            own.update(expires_at=system_clock.now())
        else:
            own.update(tries=MOST_TRIES, passcode_hash="x")

    with pytest.raises(LinkOver):
        approve_all(desk, guest, post)
    assert desk.request(post).state == RequestState.PENDING


def test_posts_that_the_link_is_not_for_are_left_alone(desk: Desk, invite: Invite) -> None:
    desk.policy(CLIENT)
    mine, other = desk.post(), desk.post("Not for you")
    desk.submit(mine)
    desk.submit(other)

    assert approve_all(desk, invite(mine), mine, other) == Tally(1, 1)
    assert desk.request(other).state == RequestState.PENDING


def test_of_two_versions_with_the_same_words_the_one_that_waits_is_approved(desk: Desk, invite: Invite) -> None:
    """The words were changed and changed back: whoever has both on a page that stood open says yes to one of them."""
    desk.policy(CLIENT)
    post = desk.post()
    first = desk.submit(post)
    guest = invite(post)
    desk.edit(post, "Good evening")
    desk.edit(post, "Good morning")
    last = desk.request(post)
    reviewer = guest.reviewer()

    with reviewer.scope():
        tally = services.approve_by_link(reviewer=reviewer, request_ids=[first.pk, last.pk])

    assert tally == Tally(1, 1)
    assert [one.request_id for one in desk.decisions(post.pk)] == [last.pk]


def test_one_that_was_changed_keeps_no_other_back(desk: Desk, invite: Invite) -> None:
    desk.policy(CLIENT)
    posts = [desk.post(f"Post {number}") for number in range(3)]
    for post in posts:
        desk.submit(post)
    guest = invite(*posts)
    seen = [desk.request(post).pk for post in posts]
    desk.edit(posts[1], "Buy now")
    reviewer = guest.reviewer()

    with reviewer.scope():
        tally = services.approve_by_link(reviewer=reviewer, request_ids=seen)

    assert tally == Tally(2, 1)
    assert [desk.request(post).state for post in posts] == ["approved", "pending", "approved"]


def test_one_that_was_changed_below_is_asked_about_anew(desk: Desk, invite: Invite) -> None:
    desk.policy(CLIENT)
    picture = factories.asset(desk.agency.workspace, alt="Buns")
    post = desk.post(assets=[picture])
    seen = desk.submit(post)
    guest = invite(post)
    with tenancy.across_tenants("a test changes the library"):
        Asset.plain.filter(pk=picture.pk).update(alt="Something else")
    reviewer = guest.reviewer()

    with reviewer.scope():
        tally = services.approve_by_link(reviewer=reviewer, request_ids=[seen.pk])

    assert tally == Tally(0, 1)
    assert approve_all(desk, guest, post) == Tally(1, 0)
