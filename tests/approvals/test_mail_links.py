"""The link of a mail: looking at it changes nothing, an answer counts once, and each way of being too late has its
words."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.approvals import services
from apps.approvals.models import Decision, MailLink, Request
from apps.approvals.states import RequestState, Verdict
from apps.core import tenancy
from apps.core.actors import SYSTEM, ActorKind
from apps.events.services import relay
from apps.posts.models import Part
from apps.tenants.models import Membership, WorkspaceAccess
from apps.tenants.permissions import Role
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.approvals.people import away, group
from tests.approvals.test_races import leave
from tests.support import factories
from tests.support.clock import Clock
from tests.support.mail import Mailbox

pytestmark = pytest.mark.django_db


class Post:
    """A post that somebody was asked about by mail, and the link in that mail."""

    def __init__(self, desk: Desk, mailbox: Mailbox, clock: Clock, who: Membership) -> None:
        self.desk, self.mailbox, self.clock, self.who = desk, mailbox, clock, who
        self.browser = Client()
        self.post = desk.post("Cardamom bun day")
        self.request = desk.submit(self.post)
        self.path = self.link_to(who)

    def link_to(self, who: Membership) -> str:
        relay()
        relay()  # What the first has brought about.
        services.send_letters(now=self.clock.now)
        (found,) = re.findall(r"http\S+(/approvals/mail/\S+)", self.mailbox.to(who.user.email)[-1].body)
        return str(found)

    def get(self, *, status: int = 200) -> str:
        return _read(self.browser.get(self.path), status)

    def say(self, verdict: str = "approve", *, status: int = 200, **said: str) -> str:
        return _read(self.browser.post(self.path, {"verdict": verdict, **said}), status)

    def state(self) -> str:
        return str(self.desk.request(self.post).state)


def _read(answer: Any, status: int) -> str:
    page = answer.content.decode()
    assert answer.status_code == status, page
    return str(page)


@pytest.fixture
def asked(desk: Desk, mailbox: Mailbox, clock: Clock, manager: Membership) -> Post:
    desk.policy(MANAGER)
    return Post(desk, mailbox, clock, manager)


def test_a_link_for_another_file_leaves_the_new_version_asked_about(
    desk: Desk, mailbox: Mailbox, clock: Clock, manager: Membership
) -> None:
    desk.policy(MANAGER)
    asked = Post(desk, mailbox, clock, manager)
    with tenancy.across_tenants("a test changes what a post goes out as, below it"):
        Part.plain.filter(post=asked.post).update(link="https://alder.example/")

    asked.say(status=409)

    assert desk.request(asked.post).number == asked.request.number + 1
    asked.path = asked.link_to(manager)
    asked.say()
    assert asked.state() == RequestState.APPROVED


def test_whoever_stands_in_is_told_for_whom_before_and_after(
    desk: Desk, mailbox: Mailbox, clock: Clock, manager: Membership
) -> None:
    stand_in = desk.person(Role.APPROVER)
    desk.policy({**MANAGER, "roles": ["manager"]})
    away(desk, manager, stand_in)
    asked = Post(desk, mailbox, clock, stand_in)

    assert f"You decide in place of {manager.user}, and the log says so." in unescape(asked.get())
    assert f"You decided in place of {manager.user}." in unescape(asked.say())
    (decision,) = desk.decisions(asked.post.pk)
    assert decision.on_behalf_of == [str(manager.user_id)]


def test_whoever_has_a_seat_of_their_own_decides_for_nobody_else(asked: Post) -> None:
    assert "in place of" not in asked.get()
    assert "in place of" not in asked.say()


def test_an_answer_counts_as_the_persons_own(asked: Post) -> None:
    page = asked.get()
    assert "Cardamom bun day" in page
    assert "You decide as Manager" in page
    assert "it may be planned as it is" in page

    assert "Thank you: approved" in asked.say()
    assert asked.state() == RequestState.APPROVED
    (decision,) = asked.desk.decisions(asked.post.pk)
    assert (decision.decider_kind, decision.decider_id) == (ActorKind.USER, asked.who.user_id)
    assert decision.address, "from where it came is written down"


@pytest.mark.parametrize("method", ["get", "head", "options", "put"])
def test_nothing_is_changed_by_opening_it(asked: Post, method: str) -> None:
    """Mail scanners open links, and some more than once."""

    def rows() -> list[Any]:
        with tenancy.across_tenants("a test looks"):
            return [
                *MailLink.across_tenants.values(),
                *Request.across_tenants.values(),
                *Decision.across_tenants.values(),
            ]

    before = rows()
    for _ in range(3):
        getattr(asked.browser, method)(asked.path)
    assert rows() == before
    assert "Thank you" in asked.say()


def test_the_token_is_kept_nowhere(asked: Post) -> None:
    token = asked.path.split("/")[-2]
    with tenancy.across_tenants("a test looks"):
        (row,) = MailLink.across_tenants.values()
    assert token.split(".")[0] not in str(row)
    assert len(row["token_hash"]) == 64


@pytest.mark.parametrize("verdict", ["request_changes", "reject"])
def test_an_objection_needs_a_reason_and_leaves_the_link_good(asked: Post, verdict: str) -> None:
    assert "Say what is to be changed" in asked.say(verdict, status=422)
    assert "Thank you" in asked.say(verdict, note="The year is wrong")
    assert asked.state() == ("rejected" if verdict == "reject" else "changes_requested")


def test_what_was_never_a_link_of_ours_leads_nowhere(asked: Post) -> None:
    for path in (
        asked.path[:-2] + "x/",
        reverse("approvals:mailed", args=["nonsense"]),
        asked.path.replace("mail/", "mail/x"),
    ):
        answer = asked.browser.get(path)
        assert answer.status_code == 404
        assert "leads nowhere" in answer.content.decode()


def test_other_origins_are_told_nothing_of_the_address(asked: Post) -> None:
    answer = asked.browser.get(asked.path)
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]


def test_a_form_of_another_site_is_not_believed(asked: Post) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.get(asked.path)
    assert strict.post(asked.path, {"verdict": "approve"}).status_code == 403
    assert asked.state() == RequestState.PENDING


# --- races: each has one outcome, with words and a way on


def test_a_link_that_was_used_is_used_up(asked: Post) -> None:
    asked.say()
    for page in (asked.get(status=410), asked.say("reject", note="No", status=410)):
        assert "This link was used" in page
        assert "What you said: Approved" in page
        assert "Open my approvals" in page
    assert asked.state() == RequestState.APPROVED


def test_a_link_ends_after_seven_days(asked: Post) -> None:
    asked.clock.advance(days=7)
    assert "This link has ended" in asked.get(status=410)
    assert "Sign in to decide" in asked.say(status=410)
    assert asked.state() == RequestState.PENDING


@pytest.mark.parametrize("followed", [True, False])
def test_a_link_for_other_words_decides_nothing(asked: Post, followed: bool) -> None:
    asked.desk.change(asked.post, asked.desk.agency.content("Buy now", [asked.desk.account]))
    if followed:
        relay()
    for page in (asked.get(status=409), asked.say(status=409)):
        assert "The post was changed since" in page
    assert asked.desk.decisions(asked.post.pk) == []
    asked.path = asked.link_to(asked.who)
    assert "Thank you" in asked.say(), "the new version came with a link of its own"


def test_an_edit_after_the_answer_undoes_what_it_touches(asked: Post) -> None:
    asked.say()
    asked.desk.edit(asked.post, "Buy now")
    assert asked.state() == RequestState.PENDING
    assert "This link was used" in asked.say(status=410)
    asked.path = asked.link_to(asked.who)
    assert "Thank you" in asked.say()


def test_nor_does_who_lost_the_role(asked: Post) -> None:
    with tenancy.scope(organization_id=asked.who.organization_id):
        WorkspaceAccess.objects.filter(membership=asked.who).update(role=Role.CREATOR)
    for page in (asked.get(status=403), asked.say(status=403)):
        assert "not yours to decide any more" in page
    assert asked.state() == RequestState.PENDING


def test_who_was_removed_decides_no_more_by_their_link(asked: Post) -> None:
    leave(asked.who)
    for page in (asked.get(status=403), asked.say(status=403)):
        assert "not yours to decide any more" in page
    assert asked.state() == RequestState.PENDING


def test_nor_does_who_was_taken_out_of_the_group(desk: Desk, mailbox: Mailbox, clock: Clock) -> None:
    first, second = desk.people(Role.APPROVER, 2)
    legal = group(desk, first, second)
    desk.policy({"key": "one", "name": "One", "groups": [str(legal.pk)]})
    asked = Post(desk, mailbox, clock, first)
    with desk.agency.scope():
        services.change_group(group=legal, name="Legal", people=[second.user_id], actor=SYSTEM)
    assert "not yours to decide any more" in asked.say(status=403)


def test_who_has_changed_it_since_does_not_approve_it(asked: Post) -> None:
    """Back to the same words, so that it is the same version: but the last hand on it is theirs."""
    asked.desk.edit(asked.post, "Buy now", by=asked.who)
    asked.desk.edit(asked.post, "Cardamom bun day", by=asked.who)
    assert "changed since" in asked.say(status=409)


def test_a_client_out_of_use_is_left_alone(asked: Post, clock: Clock) -> None:
    place = asked.desk.agency.workspace
    with tenancy.across_tenants("an admin archives it"):
        type(place).across_tenants.filter(pk=place.pk).update(archived_at=clock.now)
    assert "out of use" in asked.say(status=403)
    clock.advance(days=3)
    assert services.plan_digests(now=clock.now) == 0


def test_what_somebody_else_has_decided_is_decided(asked: Post) -> None:
    other = asked.desk.person(Role.MANAGER)
    asked.desk.decide(asked.request, other)
    for page in (asked.get(status=409), asked.say("reject", note="No", status=409)):
        assert "It was approved already" in page
    assert asked.state() == RequestState.APPROVED


def test_a_link_is_for_one_step(desk: Desk, mailbox: Mailbox, clock: Clock, manager: Membership) -> None:
    """Who sits in the next step too is asked again, by another mail."""
    desk.policy(MANAGER, {**MANAGER, "key": "again", "name": "Again"})
    asked = Post(desk, mailbox, clock, manager)
    desk.decide(asked.request, desk.person(Role.MANAGER))
    assert "This step is behind it" in asked.say(status=409)
    assert desk.steps(asked.request) == ["manager approved", "again open"]
    asked.path = asked.link_to(manager)
    assert "Thank you" in asked.say()


def test_where_more_are_needed_the_page_says_so(
    desk: Desk, mailbox: Mailbox, clock: Clock, manager: Membership
) -> None:
    desk.policy({**MANAGER, "needs": 2}, LEGAL)
    desk.person(Role.MANAGER)
    asked = Post(desk, mailbox, clock, manager)
    assert "others are asked in this step too" in asked.get()
    assert "It waits now for: Manager" in asked.say()


def test_a_withdrawn_request_is_nobodys_to_decide(asked: Post) -> None:
    with asked.desk.agency.scope():
        services.withdraw(request_id=asked.request.pk, actor=SYSTEM)
    assert "nobody is asked any more" in asked.say(status=409)


@pytest.mark.parametrize("noticed", [True, False])
@pytest.mark.parametrize(("when_late", "status"), [("publish", 409), ("hold", 200), ("move", 409)])
def test_after_the_time_ran_out(
    desk: Desk, mailbox: Mailbox, clock: Clock, manager: Membership, noticed: bool, when_late: str, status: int
) -> None:
    """Held it still counts; published anyway it is behind it. Whether a beat has noticed makes no difference."""
    desk.policy({**MANAGER, "notice_minutes": 30, "when_late": when_late})
    publication = desk.planned(minutes=60)
    asked = Post.__new__(Post)
    asked.desk, asked.mailbox, asked.clock, asked.who, asked.browser = desk, mailbox, clock, manager, Client()
    asked.path = asked.link_to(manager)
    clock.advance(minutes=31)
    if noticed:
        services.run_out_of_time(now=clock.now)
    asked.get(status=status)
    asked.say("reject", note="No", status=status)
    outcome = {"hold": "rejected", "publish": "approved", "move": "pending"}[when_late]
    assert desk.request(publication).state == outcome


def test_signed_in_as_somebody_else_one_is_told_so(asked: Post) -> None:
    other = asked.desk.person(Role.MANAGER)
    asked.browser = factories.signed_in(other, at=asked.desk.agency.workspace)
    for page in (asked.get(status=403), asked.say(status=403)):
        assert "This link is for Manager" in page
        assert "Sign out to use it as them" in page
    assert asked.state() == RequestState.PENDING
    asked.browser = factories.signed_in(asked.who, at=asked.desk.agency.workspace)
    assert "Thank you" in asked.say()


def test_by_mail_counts_like_any_other_answer(asked: Post) -> None:
    """Two of the same person, one by the page and one by the link, are one."""
    asked.desk.decide(asked.request, asked.who, Verdict.REQUEST_CHANGES, note="No")
    assert "Somebody has asked for changes already" in asked.say(status=409)
