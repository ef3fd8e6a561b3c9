"""The link itself: how it is made, what ends it, and what comes of one that is not, or no longer, the right one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from apps.approvals import services
from apps.approvals.link_errors import ExpiryOutOfReach, LinkOver, NobodyInvited, NothingToReview, PasscodeTooShort
from apps.approvals.models import Guest as GuestRow
from apps.approvals.models import ReviewLink
from apps.approvals.services import Invited
from apps.approvals.sharing import MOST_TRIES, LinkState
from apps.approvals.states import RequestState, Verdict
from apps.audit.models import Entry
from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.core.ids import new_id
from apps.posts.models import Post
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk
from tests.approvals.guests.conftest import CLIENT, INGRID, JONAS, Guest, seat
from tests.support import factories
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db
Invite = Callable[..., Guest]
Asked = Callable[..., Post]


def revoke(guest: Guest) -> None:
    with guest.desk.agency.scope():
        services.revoke_link(link_id=guest.link.pk, actor=SYSTEM)


def decided(guest: Guest, post: Post) -> int:
    """What the answer is to a decision that is sent by this link."""
    data = {"request": str(guest.desk.request(post).pk), "verdict": "approve"}
    return guest.send(f"{post.pk}/decide/", **data).status_code


# --- what each race comes to


def test_a_link_whose_time_is_up_says_so_and_decides_nothing(
    desk: Desk, asked: Asked, invite: Invite, clock: Clock
) -> None:
    post = asked()
    guest = invite(post, days=1)
    clock.advance(minutes=24 * 60)

    answer = guest.client.get(guest.home)
    assert (answer.status_code, "Its time is up" in answer.content.decode()) == (410, True)
    assert "One long table" not in answer.content.decode()
    assert decided(guest, post) == 410
    assert desk.request(post).state == RequestState.PENDING


def test_a_link_that_was_withdrawn_says_so_and_decides_nothing(desk: Desk, asked: Asked, invite: Invite) -> None:
    post = asked()
    guest = invite(post)
    revoke(guest)

    answer = guest.client.get(guest.home)
    assert (answer.status_code, "It was withdrawn" in answer.content.decode()) == (410, True)
    assert decided(guest, post) == 410
    assert desk.request(post).state == RequestState.PENDING


def test_a_link_that_ends_between_the_page_and_the_decision_decides_nothing(
    desk: Desk, asked: Asked, invite: Invite
) -> None:
    """The door was open; the service looks again, with the link held."""
    post = asked()
    guest = invite(post)
    reviewer = guest.reviewer()
    revoke(guest)

    with pytest.raises(LinkOver) as refused, reviewer.scope():
        services.decide_by_link(reviewer=reviewer, request_id=desk.request(post).pk, verdict=Verdict.APPROVE)
    assert refused.value.code == "revoked"


def test_a_link_of_another_workspace_reaches_nothing(desk: Desk, asked: Asked, invite: Invite) -> None:
    post = asked()
    guest = invite(post)
    elsewhere = factories.workspace(desk.agency.workspace.organization)
    with tenancy.scope(organization_id=elsewhere.organization_id):
        theirs = GuestRow.objects.create(workspace=elsewhere, name="Somebody else")
        expires_at = system_clock.now() + timedelta(days=1)
        link = ReviewLink.objects.create(
            workspace=elsewhere,
            guest=theirs,
            kind="post",
            token_hash=services.linking._hash("t"),
            expires_at=expires_at,
        )
    stranger = Guest(desk, link, "t")

    assert "Nothing waits for you" in stranger.page()
    assert stranger.client.get(f"{stranger.home}{post.pk}/").status_code == 404
    assert "Nothing was changed" in _told(
        stranger.send(f"{post.pk}/decide/", request=str(desk.request(post).pk), verdict="approve")
    )
    assert desk.request(post).state == RequestState.PENDING
    assert guest.page()


def test_a_post_that_is_none_of_the_links_is_not_decided(desk: Desk, asked: Asked, invite: Invite) -> None:
    mine, other = asked("Mine"), asked("Another")
    guest = invite(mine)
    guest.send(f"{mine.pk}/decide/", request=str(desk.request(other).pk), verdict="approve")
    guest.send("rest/", request=[str(desk.request(other).pk)])
    guest.send(f"{other.pk}/comment/", text="A word")

    assert guest.client.get(f"{guest.home}{other.pk}/").status_code == 404
    assert desk.request(other).state == RequestState.PENDING
    assert guest.comments() == []


def test_the_post_that_was_looked_at_is_the_one_that_is_decided(desk: Desk, asked: Asked, invite: Invite) -> None:
    """Both are the guest's; but the page was of one of them, and the form names a version of the other."""
    shown, other = asked("Shown"), asked("Another")
    guest = invite(shown, other)
    guest.send(f"{shown.pk}/decide/", request=str(desk.request(other).pk), verdict="approve")

    assert [desk.request(post).state for post in (shown, other)] == [RequestState.PENDING] * 2


def test_a_link_is_used_again_after_its_purpose_is_done(desk: Desk, asked: Asked, invite: Invite) -> None:
    """It shows what was decided, and decides nothing more; another version of the post it decides again."""
    post = asked()
    guest = invite(post)
    request = desk.request(post)
    guest.says(request, "approve")

    shown = guest.page()
    assert "Approved" in shown
    assert 'name="verdict"' not in shown
    assert "decided already" in guest.says(request, "reject", "On second thoughts")
    assert "0 posts are approved." in guest.pressed("rest/", request=[str(request.pk)])
    assert len(guest.said(post.pk)) == 1

    desk.edit(post, "One long table, five courses")
    guest.says(desk.request(post), "approve")
    assert [one.revision for one in guest.said(post.pk)] == [request.revision, request.revision + 1]


def test_of_two_guests_at_once_where_one_is_enough_the_second_is_told(desk: Desk, asked: Asked, invite: Invite) -> None:
    post = asked()
    guest, other = invite(post), invite(post, who=JONAS)
    request = desk.request(post)
    guest.says(request, "reject", "No")

    assert "decided already" in other.says(request, "approve")
    assert desk.request(post).state == RequestState.REJECTED


def test_what_was_said_by_a_withdrawn_link_counts_no_more_in_an_open_step(desk: Desk, invite: Invite) -> None:
    desk.policy({**CLIENT, "needs": 2})
    post = desk.post()
    desk.submit(post)
    gone, stays = invite(post), invite(post, who=JONAS)
    gone.says(desk.request(post), "approve")
    revoke(gone)

    stays.says(desk.request(post), "approve")
    assert desk.request(post).state == RequestState.PENDING
    invite(post, who=Invited("Kari Nord")).says(desk.request(post), "approve")
    assert desk.request(post).state == RequestState.APPROVED


def test_and_stands_in_a_step_that_was_passed(desk: Desk, asked: Asked, invite: Invite) -> None:
    post = asked()
    guest = invite(post)
    guest.says(desk.request(post), "approve")
    revoke(guest)

    assert desk.request(post).state == RequestState.APPROVED


def test_where_all_were_to_approve_those_who_are_left_are_all(desk: Desk, invite: Invite) -> None:
    desk.policy({**CLIENT, "needs": "all"})
    post = desk.post()
    desk.submit(post)
    gone, stays = invite(post), invite(post, who=JONAS)
    stays.says(desk.request(post), "approve")
    assert desk.request(post).state == RequestState.PENDING

    revoke(gone)
    assert desk.request(post).state == RequestState.APPROVED


def test_guests_are_asked_no_more_once_the_policy_asks_others(desk: Desk, asked: Asked, invite: Invite) -> None:
    post = asked()
    guest = invite(post)
    request = desk.request(post)
    desk.policy(MANAGER)

    assert "Nothing waits for you" in guest.page()
    guest.send(f"{post.pk}/decide/", request=str(request.pk), verdict="approve")
    assert guest.said(post.pk) == []


# --- the passcode


class TestAPasscode:
    @pytest.fixture
    def guarded(self, asked: Asked, invite: Invite) -> Guest:
        return invite(asked(), passcode="rye bread")

    def test_is_asked_for_once_in_a_browser(self, guarded: Guest) -> None:
        assert "Type the passcode" in guarded.client.get(guarded.home, follow=True).content.decode()
        assert guarded.send("passcode/", passcode="rye toast").status_code == 422
        assert "One long table" in guarded.pressed("passcode/", passcode="rye bread")
        assert "One long table" in guarded.page()
        assert "One long table" not in Client().get(guarded.home, follow=True).content.decode()

    def test_is_needed_for_deciding_too(self, desk: Desk, guarded: Guest) -> None:
        with desk.agency.scope():
            post = Post.objects.get()
        data = {"request": str(desk.request(post).pk), "verdict": "approve"}

        assert guarded.send(f"{post.pk}/decide/", **data)["Location"].endswith("/passcode/")
        assert desk.request(post).state == RequestState.PENDING

    def test_that_is_wrong_too_often_locks_the_link(self, guarded: Guest) -> None:
        reviewer = guarded.reviewer()
        for _ in range(MOST_TRIES):
            assert services.knows_passcode(reviewer, "guess") is False
        with pytest.raises(LinkOver):
            services.knows_passcode(reviewer, "rye bread")

        answer = guarded.client.get(guarded.home)
        assert (answer.status_code, "wrong too often" in answer.content.decode()) == (410, True)

    def test_is_slowed_down_for_each_address(self, guarded: Guest) -> None:
        answers = [guarded.send("passcode/", passcode="guess").status_code for _ in range(7)]
        assert answers == [422] * 6 + [429]

    def test_that_is_right_begins_the_count_anew(self, guarded: Guest) -> None:
        reviewer = guarded.reviewer()
        for _ in range(MOST_TRIES - 1):
            services.knows_passcode(reviewer, "guess")
        assert services.knows_passcode(reviewer, "rye bread")
        assert guarded.reviewer().link.tries == 0

    def test_is_kept_only_as_a_hash(self, guarded: Guest) -> None:
        link = guarded.reviewer().link
        assert "rye bread" not in str(vars(link))
        assert guarded.token not in str(vars(link))


# --- making one


class TestMaking:
    def make(self, desk: Desk, who: Membership, *posts: Post, **said: object) -> list[ReviewLink]:
        values = {"guests": [INGRID], "expires_at": system_clock.now() + timedelta(days=1), **said}
        place, ids = desk.agency.workspace.pk, [post.pk for post in posts]
        with desk.agency.scope():
            made = services.make_links(seat=seat(who), workspace_id=place, post_ids=ids, **values)  # type: ignore[arg-type]
        return [link for link, _ in made]

    def test_gives_each_guest_their_own(self, desk: Desk, asked: Asked, manager: Membership) -> None:
        links = self.make(desk, manager, asked(), guests=[INGRID, JONAS, Invited("Ingrid", "INGRID@alder.example")])

        assert len({link.guest_id for link in links}) == len(links) == 2
        with desk.agency.scope():
            assert [entry.actor_id for entry in Entry.objects.filter(verb="review_link.made")] == [manager.user_id] * 2
        assert desk.agency.events(links[0]) == ["approval.link_made"]

    def test_knows_a_guest_again_by_the_address(self, desk: Desk, asked: Asked, manager: Membership) -> None:
        first, second = (self.make(desk, manager, asked())[0] for _ in range(2))
        assert first.guest_id == second.guest_id

    def test_leaves_out_what_is_not_for_the_client(self, desk: Desk, asked: Asked, manager: Membership) -> None:
        waits, draft = asked(), desk.post("Not submitted")
        (link,) = self.make(desk, manager, waits, draft)
        with desk.agency.scope():
            assert list(link.reviewed.values_list("post_id", flat=True)) == [waits.pk]

    @pytest.mark.parametrize(
        ("said", "error"),
        [({"guests": []}, NobodyInvited), ({"guests": [Invited(" ")]}, NobodyInvited),
         ({"passcode": "123"}, PasscodeTooShort), ({"expires_at": None}, ExpiryOutOfReach)],
    )  # fmt: skip
    def test_is_refused_in_words(
        self, desk: Desk, asked: Asked, manager: Membership, said: dict[str, object], error: type[Exception]
    ) -> None:
        if "expires_at" in said:
            said = {"expires_at": system_clock.now() + timedelta(days=181)}
        with pytest.raises(error):
            self.make(desk, manager, asked(), **said)

    def test_is_refused_for_nothing(self, desk: Desk, manager: Membership) -> None:
        desk.policy(MANAGER)
        post = desk.post()
        desk.submit(post)
        with pytest.raises(NothingToReview):
            self.make(desk, manager, post)

    def test_for_a_month_takes_the_days_of_the_workspaces_zone(self, desk: Desk, manager: Membership) -> None:
        """Half past midnight on the first there is another month in UTC."""
        place = desk.agency.workspace
        with tenancy.scope(organization_id=place.organization_id):
            place.timezone = "Pacific/Auckland"
            place.save()
        desk.policy(CLIENT)
        posts = [desk.post(f"Post {number}") for number in range(3)]
        hours = ["2027-01-31T10:30+00:00", "2027-02-28T10:30+00:00", "2027-02-28T11:30+00:00"]
        with desk.agency.scope():
            for post, hour in zip(posts, hours, strict=True):
                at = datetime.fromisoformat(hour)
                Post.objects.filter(pk=post.pk).update(due_at=at, local_due_at=at, timezone=place.timezone)
        for post in posts:
            desk.submit(desk.agency.read(post))
        staff = factories.signed_in(manager, at=place)
        address = reverse("approvals:link_new")
        assert "Send February 2027 to the client" in staff.get(address, {"month": "2027-02"}).content.decode()

        made = staff.post(address, {"month": "2027-02", "action": "make", "name_1": "Ingrid", "days": "14"})
        assert made.status_code == 200, made.content.decode()
        with desk.agency.scope():
            link = ReviewLink.objects.get()
            chosen = set(link.reviewed.values_list("post_id", flat=True))
        assert chosen == {posts[1].pk}
        assert (link.kind, link.month) == ("month", "2027-02")


# --- what members see


def test_a_link_is_one_click_from_the_review_the_queue_and_the_month(
    desk: Desk, invite: Invite, manager: Membership
) -> None:
    desk.policy(CLIENT)
    post = desk.planned(minutes=60).post
    request = desk.request(post)
    staff = factories.signed_in(manager, at=desk.agency.workspace)
    new = reverse("approvals:link_new")

    def read(name: str, *ids: object, **query: str) -> str:
        return str(staff.get(reverse(name, args=ids), query, follow=True).content.decode())

    assert f"{new}?request={request.pk}" in read("approvals:review", request.pk)
    assert f'action="{new}"' in read("approvals:index")
    due = desk.agency.read(post).due_at
    assert f"{new}?month={due:%Y-%m}" in read("dashboard:month", due.year, due.month)
    shown = staff.post(new, {"request": [str(request.pk)]}).content.decode()
    assert "Send 1 post to the client" in shown

    data = {"request": [str(request.pk)], "action": "make", "days": "7"}
    assert staff.post(new, data).status_code == 422
    made = staff.post(new, {**data, "name_1": "Ingrid Solheim", "email_1": "ingrid@alder.example"})
    (address,) = re.findall(r'value="(https?://[^"]+/review/[^"]+)"', made.content.decode())
    assert "no-store" in made["Cache-Control"]
    assert "Good morning" in Client().get(address[address.index("/review/") :]).content.decode()
    assert "Ingrid Solheim" in read("approvals:review", request.pk)
    assert "Ingrid Solheim" in read("approvals:links")


def test_members_withdraw_a_link_from_the_list(desk: Desk, asked: Asked, invite: Invite, manager: Membership) -> None:
    guest = invite(asked())
    staff = factories.signed_in(manager, at=desk.agency.workspace)
    staff.post(reverse("approvals:link_revoke", args=[guest.link.pk]))

    assert guest.client.get(guest.home).status_code == 410
    assert desk.agency.events(guest.link) == ["approval.link_made", "approval.link_revoked"]
    assert staff.post(reverse("approvals:link_revoke", args=[new_id()])).status_code == 404


def test_members_of_another_workspace_know_of_no_link(desk: Desk, asked: Asked, invite: Invite) -> None:
    guest = invite(asked())
    elsewhere = factories.workspace(desk.agency.workspace.organization)
    other = factories.member(elsewhere.organization, Role.MANAGER, workspaces=[elsewhere])
    staff = factories.signed_in(other, at=elsewhere)

    assert staff.post(reverse("approvals:link_revoke", args=[guest.link.pk])).status_code == 404
    assert "Ingrid" not in staff.get(reverse("approvals:links")).content.decode()


# --- forgetting


def test_a_guest_is_forgotten_and_the_story_stays_readable(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership
) -> None:
    post = asked()
    guest = invite(post)
    guest.pressed(f"{post.pk}/comment/", text="Lovely")
    guest.says(desk.request(post), "approve")
    staff = factories.signed_in(manager, at=desk.agency.workspace)

    staff.post(reverse("approvals:guest_forget", args=[guest.link.guest_id]))

    assert guest.client.get(guest.home).status_code == 410
    with desk.agency.scope():
        row = GuestRow.objects.get()
        assert (row.name, row.email) == ("", "")
        assert services.records.broken_link(post.pk) is None
    page = staff.get(reverse("approvals:review", args=[desk.request(post).pk])).content.decode()
    assert "Ingrid" not in page
    assert "a guest who was forgotten: approved" in page
    assert desk.request(post).state == RequestState.APPROVED


def test_a_guest_has_a_name_until_they_are_forgotten(desk: Desk) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), desk.agency.scope():
        GuestRow.objects.create(workspace=desk.agency.workspace, name="")


def test_a_link_knows_its_state(desk: Desk, asked: Asked, invite: Invite) -> None:
    link, now = invite(asked()).link, system_clock.now()
    assert link.state(now) is LinkState.OPEN
    assert link.state(link.expires_at) is LinkState.EXPIRED
    link.tries = MOST_TRIES
    assert link.state(now) is LinkState.LOCKED
    link.revoked_at = now
    assert link.state(now) is LinkState.REVOKED


def _told(answer: object) -> str:
    """What the page says that a form leads to, for one that shows no post."""
    code = re.search(r"told=(\w+)", answer["Location"])  # type: ignore[index]
    assert code
    return render_to_string("review/_told.html", {"told": code[1], "counts": {}})
