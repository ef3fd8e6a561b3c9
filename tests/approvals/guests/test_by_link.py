"""What a guest does by a link: decide about each post, about all that are left, talk, and propose another time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.approvals import services
from apps.approvals.deciders import Decider
from apps.approvals.models import Comment, Thread
from apps.approvals.services.records import broken_link
from apps.approvals.states import RequestState, Verdict, Visibility
from apps.core import clock as system_clock
from apps.core.actors import ActorKind
from apps.events.services import relay
from apps.posts.models import Post
from apps.publishing import services as publishing
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk, actor
from tests.approvals.guests.conftest import CLIENT, JONAS, Guest
from tests.support import factories
from tests.support.programs_with_keys import Program, program

pytestmark = pytest.mark.django_db
Invite = Callable[..., Guest]
Asked = Callable[..., Post]


def test_a_guest_approves_and_the_row_says_who_when_from_where_and_which_version(
    desk: Desk, asked: Asked, invite: Invite
) -> None:
    post = asked()
    guest = invite(post)
    request = desk.request(post)
    shown = guest.page()
    assert "One long table" in shown
    assert "Ingrid Solheim" in shown

    assert "Approved. Thank you." in guest.says(request, "approve")

    (said,) = guest.said(post.pk)
    assert (said.verdict, said.decider_kind, said.revision) == (Verdict.APPROVE, ActorKind.GUEST, request.revision)
    assert (said.content_hash, said.address) == (request.content_hash, "127.0.0.0/24")
    assert desk.request(post).state == RequestState.APPROVED
    with desk.agency.scope():
        assert broken_link(post.pk) is None


@pytest.mark.parametrize(
    ("verdict", "state", "words"),
    [("request_changes", "changes_requested", "You asked for changes."), ("reject", "rejected", "Rejected.")],
)
def test_objections_take_words(desk: Desk, asked: Asked, invite: Invite, verdict: str, state: str, words: str) -> None:
    post = asked()
    guest = invite(post)
    assert "Write what should be different." in guest.says(desk.request(post), verdict)
    assert desk.request(post).state == RequestState.PENDING

    assert words in guest.says(desk.request(post), verdict, "It is five courses")
    assert desk.request(post).state == state
    assert guest.said(post.pk)[0].note == "It is five courses"


def test_all_that_are_left_are_approved_once_they_were_shown_again(desk: Desk, asked: Asked, invite: Invite) -> None:
    posts = [asked(f"Post number {number}") for number in range(5)]
    guest = invite(*posts)
    guest.says(desk.request(posts[0]), "reject", "Not this")
    guest.says(desk.request(posts[1]), "request_changes", "Nor this")

    shown = guest.page("rest/")
    ids = re.findall(r'name="request" value="([^"]+)"', shown)
    assert "Approve all that are left (3)" in shown
    assert {desk.request(post).state for post in posts[2:]} == {"pending"}, "Looking decides nothing"
    assert "3 posts are approved." in guest.pressed("rest/", request=ids)
    assert [desk.request(post).state for post in posts] == ["rejected", "changes_requested", *["approved"] * 3]


def test_of_all_that_are_left_the_one_that_was_changed_meanwhile_is_not_approved(
    desk: Desk, asked: Asked, invite: Invite
) -> None:
    posts = [asked(f"Post number {number}") for number in range(3)]
    guest = invite(*posts)
    ids = re.findall(r'name="request" value="([^"]+)"', guest.page("rest/"))
    desk.edit(posts[1], "Buy now")

    shown = guest.pressed("rest/", request=[*ids, "nonsense"])

    assert "2 posts are approved." in shown
    assert "Changed or decided meanwhile, and left as they are: 1." in shown
    assert [desk.request(post).state for post in posts] == ["approved", "pending", "approved"]


def test_what_the_guest_saw_is_what_is_approved_and_a_change_is_told_and_shown(
    desk: Desk, asked: Asked, invite: Invite
) -> None:
    post = asked("Doors at 17:30, four courses")
    guest = invite(post)
    before = desk.request(post)
    desk.change(post, desk.agency.content("Doors at 18:00, five courses", [desk.account]))

    shown = guest.says(before, "approve")

    assert "so nothing was decided" in shown
    assert "<del>four</del><ins>five</ins> courses" in shown
    assert desk.decisions(post.pk) == []
    relay()
    assert "Approved. Thank you." in guest.says(desk.request(post), "approve")


def test_a_page_shows_all_that_goes_out(desk: Desk, asked: Asked, invite: Invite) -> None:
    """Words that a network folds away, and files that a preview has no room for."""
    instagram = factories.account(desk.agency.workspace, "instagram", handle="alderandrye")
    pictures = [factories.asset(desk.agency.workspace, alt=f"Picture {number}") for number in range(6)]
    post = asked("Rye. " * 40 + "The last words.", on=[instagram], assets=pictures, comment="A first comment")
    guest = invite(post, asked("Another"))

    for shown in (guest.page(), guest.page(f"{post.pk}/")):
        assert "The last words." in shown
        assert "A first comment" in shown
        assert "Text folds after 125 characters here." in shown
        assert [f'alt="Picture {number}"' in shown for number in range(6)] == [True] * 6


def test_a_page_shows_the_version_that_is_asked_about_and_not_the_desk(
    desk: Desk, asked: Asked, invite: Invite
) -> None:
    post = asked("The words that were submitted")
    guest = invite(post)
    desk.change(post, desk.agency.content("Words that nobody has submitted", [desk.account]))

    assert "The words that were submitted" in guest.page()
    assert "Words that nobody has submitted" not in guest.page()


def test_what_changed_since_the_guest_last_said_something_is_shown(desk: Desk, asked: Asked, invite: Invite) -> None:
    post = asked("One long table, four courses")
    guest = invite(post)
    guest.says(desk.request(post), "request_changes", "Five, says the chef")
    desk.edit(post, "One long table, five courses")
    desk.submit(post)

    shown = guest.page(f"{post.pk}/")
    assert "<del>four</del><ins>five</ins> courses" in shown
    assert "What changed" in shown


def test_nothing_of_the_inside_is_shown(desk: Desk, invite: Invite, manager: Membership, creator: Membership) -> None:
    """A version that is still with the manager, and what the team says to itself."""
    desk.policy(MANAGER, CLIENT)
    here, coming = desk.post("Ready for the client"), desk.post("Not ready for the client")
    for post in (here, coming):
        desk.submit(post)
    desk.decide(desk.request(here), manager)
    guest = invite(here, coming)
    with desk.agency.scope():
        for visibility, words in ((Visibility.INTERNAL, "Do not tell them"), (Visibility.SHARED, "Do tell them")):
            services.comment(post=here, text=words, by=_decider(manager), visibility=visibility)

    batch, alone = guest.page(), guest.page(f"{here.pk}/")

    assert "Still with the team, and to appear here later: 1" in batch
    for shown in (batch, alone):
        assert "Not ready for the client" not in shown
        assert "Do not tell them" not in shown
    assert "Do tell them" in alone
    assert guest.client.get(f"{guest.home}{coming.pk}/").status_code == 404


def test_guests_talk_with_the_team_at_the_words_they_mean(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership
) -> None:
    post = asked("One long table, four courses")
    guest = invite(post)
    assert "Your comment is with the team." in guest.pressed(
        f"{post.pk}/comment/", text="It is five", quote=" “four courses” "
    )
    (said,) = guest.comments()
    assert (said.thread.visibility, said.thread.anchor["quote"]) == (Visibility.SHARED, "four courses")
    assert said.thread.anchor["start"] == "One long table, four courses".index("four")
    with desk.agency.scope():
        services.comment(post=post, text="Fixed", by=_decider(manager), thread=said.thread)

    shown = guest.pressed(f"{post.pk}/comment/", text="Thank you", thread=str(said.thread_id))
    assert shown.index("It is five") < shown.index("Fixed") < shown.index("Thank you")
    staff = factories.signed_in(manager, at=desk.agency.workspace)
    page = staff.get(reverse("approvals:review", args=[desk.request(post).pk])).content.decode()
    assert "Ingrid Solheim" in page
    refused = guest.send(f"{post.pk}/comment/", text="?", quote="six courses")
    assert (refused.status_code, "These words are not in the post" in refused.content.decode()) == (422, True)


def test_an_internal_thread_takes_no_answer_of_a_guest(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership
) -> None:
    post = asked()
    guest = invite(post)
    with desk.agency.scope():
        inside = services.comment(post=post, text="Between us", by=_decider(manager))
    refused = guest.send(f"{post.pk}/comment/", text="I saw that", thread=str(inside.thread_id))

    assert refused.status_code == 422
    assert guest.comments() == []


class TestAnotherTime:
    @pytest.fixture
    def planned(self, desk: Desk) -> Post:
        desk.policy(CLIENT)
        return desk.planned(minutes=60).post

    def propose(self, guest: Guest, post: Post, days: int, at: str = "10:30") -> str:
        day = (system_clock.now() + timedelta(days=days)).date()
        return guest.pressed(f"{post.pk}/time/", day=day.isoformat(), time=at)

    def test_is_proposed_and_taken_with_one_click(
        self, desk: Desk, planned: Post, invite: Invite, manager: Membership
    ) -> None:
        guest = invite(planned)
        assert "until they move it" in self.propose(guest, planned, 2)
        assert desk.agency.read(planned).due_at == planned.due_at, "Nothing moves by itself"
        staff = factories.signed_in(manager, at=desk.agency.workspace)
        review = reverse("approvals:review", args=[desk.request(planned).pk])
        assert "Move it to" in staff.get(review).content.decode()

        (said,) = guest.comments()
        answer = staff.post(reverse("approvals:take_time", args=[said.thread_id]), follow=True).content.decode()
        relay()

        assert "Moved." in answer
        moved = desk.agency.read(planned)
        assert f"{moved.local_due_at:%H:%M}" == "10:30"
        assert moved.timezone == desk.agency.workspace.timezone
        with desk.agency.scope():
            assert Thread.objects.get().resolved_at is not None

    def test_is_approved_anew_by_whoever_approved_the_old_one(
        self, desk: Desk, invite: Invite, manager: Membership
    ) -> None:
        desk.policy({**MANAGER, "window_minutes": 0}, {**CLIENT, "window_minutes": None})
        post = desk.planned(minutes=60).post
        desk.decide(desk.request(post), manager)
        guest = invite(post)
        self.propose(guest, post, 2)
        (said,) = guest.comments()
        with desk.agency.scope():
            services.take_proposed_time(thread=said.thread, actor=_decider(manager).actor)
        relay()

        assert desk.steps(desk.request(post)) == ["manager open", "client waiting"]

    def test_is_taken_by_a_program_that_may_plan(self, desk: Desk, planned: Post, invite: Invite) -> None:
        guest = invite(planned)
        self.propose(guest, planned, 2)
        guest.send(f"{planned.pk}/comment/", text="And a word")
        proposed, said = guest.comments()
        own = program(desk.agency.workspace.organization, scopes=["posts:write", "approvals:read"])
        others = [
            program(desk.agency.workspace.organization, scopes=[scope]) for scope in ("approvals:write", "posts:write")
        ]

        def take(by: Program, comment: Comment) -> tuple[int, str]:
            answer = by.send("POST", f"/threads/thr_{comment.thread_id}/take-time")
            return answer.status_code, answer.json().get("code", "")

        assert [take(other, proposed)[0] for other in others] == [403, 403]
        assert take(own, said) == (409, "no_time_proposed")
        assert desk.agency.read(planned).due_at == planned.due_at
        assert take(own, proposed) == (200, "")
        assert f"{desk.agency.read(planned).local_due_at:%H:%M}" == "10:30"
        with desk.agency.scope():
            assert [row.resolved_at is not None for row in Thread.objects.order_by("id")] == [True, False]

    @pytest.mark.parametrize("is_taken", [True, False], ids=["taken", "declined"])
    def test_that_was_settled_is_not_taken_again(
        self, desk: Desk, planned: Post, invite: Invite, manager: Membership, is_taken: bool
    ) -> None:
        """Somebody who has an old page before them would move what was planned otherwise since."""
        guest, staff = invite(planned), factories.signed_in(manager, at=desk.agency.workspace)
        self.propose(guest, planned, 2)
        (said,) = guest.comments()
        own = program(desk.agency.workspace.organization, scopes=["posts:write", "approvals:read"])
        with desk.agency.scope():
            if is_taken:
                services.take_proposed_time(thread=said.thread, actor=actor(manager))
            else:
                services.resolve(thread=said.thread, actor=actor(manager))
            moved = publishing.reschedule(
                post=Post.objects.get(pk=planned.pk),
                local=datetime.fromisoformat("2037-01-04T09:00"),
                zone="UTC",
                actor=actor(manager),
            )

        page = staff.post(reverse("approvals:take_time", args=[said.thread_id]), follow=True).content.decode()
        answer = own.post(f"/threads/thr_{said.thread_id}/take-time")

        assert "settled already" in page
        assert (answer.status_code, answer.json()["code"]) == (409, "time_settled")
        assert desk.agency.read(planned).due_at == moved.appointment.due_at

    def test_that_has_passed_is_not_taken(self, planned: Post, invite: Invite) -> None:
        guest = invite(planned)
        assert "still to come" in self.propose(guest, planned, -2)
        assert "still to come" in guest.pressed(f"{planned.pk}/time/", day="soon", time="late")
        assert guest.comments() == []

    @pytest.mark.parametrize("role", [Role.CREATOR, Role.APPROVER, Role.VIEWER])
    def test_is_taken_only_by_who_may_plan(self, desk: Desk, planned: Post, invite: Invite, role: Role) -> None:
        guest = invite(planned)
        self.propose(guest, planned, 2)
        staff = factories.signed_in(desk.person(role), at=desk.agency.workspace)
        address = reverse("approvals:take_time", args=[guest.comments()[0].thread_id])

        assert staff.post(address).status_code == 403


class TestHowMany:
    def test_any_guest_is_enough(self, desk: Desk, asked: Asked, invite: Invite) -> None:
        post = asked()
        guest, other = invite(post), invite(post, who=JONAS)
        guest.says(desk.request(post), "approve")

        assert desk.request(post).state == RequestState.APPROVED
        assert "decided already" in other.says(desk.request(post), "approve")

    def test_all_are_all_who_hold_a_link(self, desk: Desk, invite: Invite) -> None:
        desk.policy({**CLIENT, "needs": "all"})
        post = desk.post()
        desk.submit(post)
        guest, other = invite(post), invite(post, who=JONAS)
        guest.says(desk.request(post), "approve")
        assert desk.request(post).state == RequestState.PENDING

        other.says(desk.request(post), "approve")
        assert desk.request(post).state == RequestState.APPROVED

    def test_a_number_counts_guests_and_no_guest_twice(self, desk: Desk, invite: Invite) -> None:
        """By whichever of their links."""
        desk.policy({**CLIENT, "needs": 2})
        post = desk.post()
        desk.submit(post)
        first, again = invite(post), invite(post)
        first.says(desk.request(post), "approve")
        assert "You have decided about this version already." in again.says(desk.request(post), "approve")
        assert desk.request(post).state == RequestState.PENDING

        invite(post, who=JONAS).says(desk.request(post), "approve")
        assert desk.request(post).state == RequestState.APPROVED


class TestAMonthOfSixtyPosts:
    def queries(self, guest: Guest, path: str = "") -> int:
        guest.page(path)
        with CaptureQueriesContext(connection) as asked_for:
            guest.page(path)
        # PostgreSQL is told the tenant beside what is asked.
        return sum(" FROM " in one["sql"] for one in asked_for)

    def test_is_one_page_of_at_most_fifteen_queries_as_many_as_for_two(self, desk: Desk, invite: Invite) -> None:
        desk.policy(CLIENT)
        picture = factories.asset(desk.agency.workspace, alt="Buns")
        posts = [desk.post(f"Post {number}", assets=[picture]) for number in range(60)]
        for post in posts:
            desk.submit(post)
        few, many = invite(*posts[:2]), invite(*posts)

        assert many.page().count("review-one") == 60
        assert self.queries(many) == self.queries(few) <= 15
        assert self.queries(many, "rest/") == self.queries(few, "rest/") <= 15
        assert self.queries(many, f"{posts[0].pk}/") == self.queries(few, f"{posts[0].pk}/") <= 20

    def test_stays_one_page_once_half_of_it_is_decided_and_talked_about(
        self, desk: Desk, asked: Asked, invite: Invite
    ) -> None:
        posts = [asked(f"Post {number}") for number in range(12)]
        guest = invite(*posts)
        for post in posts[:6]:
            guest.says(desk.request(post), "approve")
            guest.send(f"{post.pk}/comment/", text="Lovely")

        assert self.queries(guest) <= 15


def test_opening_changes_nothing(desk: Desk, asked: Asked, invite: Invite) -> None:
    posts = [asked(f"Post {number}") for number in range(2)]
    guest = invite(*posts)
    for path in ("", "rest/", f"{posts[0].pk}/", f"{posts[0].pk}/?since={desk.request(posts[0]).pk}", "brand.css"):
        with CaptureQueriesContext(connection) as asked_for:
            guest.client.get(f"{guest.home}{path}")
        changing = [one["sql"] for one in asked_for if re.match(r"(INSERT|UPDATE|DELETE)", one["sql"])]
        assert changing == [], path
    assert guest.client.get(f"{guest.home}{posts[0].pk}/comment/").status_code == 302
    for path in ("decide/", "time/"):
        assert guest.client.get(f"{guest.home}{posts[0].pk}/{path}").status_code == 405


def test_nobody_else_hears_of_the_address(asked: Asked, invite: Invite) -> None:
    guest = invite(asked())
    for answer in (guest.client.get(guest.home), Client().get("/review/invented/")):
        assert answer["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', answer.content.decode())


def test_forms_are_protected_against_other_sites(desk: Desk, asked: Asked, invite: Invite) -> None:
    post = asked()
    guest = invite(post)
    guest.client = Client(enforce_csrf_checks=True)
    data = {"request": str(desk.request(post).pk), "verdict": "approve"}

    assert guest.client.post(f"{guest.home}{post.pk}/decide/", data).status_code == 403
    assert desk.request(post).state == RequestState.PENDING


def _decider(who: Membership) -> Decider:
    return Decider.of(actor(who))
