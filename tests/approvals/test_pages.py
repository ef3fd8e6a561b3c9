"""Staff decide in a browser: their queue, a post under review, and the policy that asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.approvals.models import Policy, Request, Thread
from apps.approvals.selectors import policy_in_force
from apps.approvals.states import RequestState
from apps.posts.models import Part
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.support import factories

pytestmark = pytest.mark.django_db


def browser(who: Membership, desk: Desk) -> Any:
    return factories.signed_in(who, at=desk.agency.workspace)


def pressed(client: Any, name: str, /, *ids: Any, **data: Any) -> str:
    answer = client.post(reverse(f"approvals:{name}", args=ids), data, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_queue_shows_what_waits_for_the_reader(desk: Desk, manager: Membership, approver: Membership) -> None:
    desk.policy(MANAGER, LEGAL)
    desk.submit(desk.post("Cardamom bun day"))

    assert "Cardamom bun day" in browser(manager, desk).get(reverse("approvals:index")).content.decode()
    assert "Nothing waits for you" in browser(approver, desk).get(reverse("approvals:index")).content.decode()
    board = browser(approver, desk).get(reverse("approvals:index"), {"view": "board"}).content.decode()
    assert "Cardamom bun day" in board


def test_a_reviewer_approves_on_the_page_of_the_post(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    request = desk.submit(post)
    client = browser(manager, desk)
    assert "Your decision" in client.get(reverse("approvals:review", args=[request.pk])).content.decode()

    assert "Approved." in pressed(client, "decide", request.pk, verdict="approve")
    assert desk.request(post).state == RequestState.APPROVED
    assert "Your decision" not in client.get(reverse("approvals:review", args=[request.pk])).content.decode()


def test_changes_are_asked_for_with_a_reason(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    request = desk.submit(post)
    client = browser(manager, desk)

    assert "Say what is to be changed" in pressed(client, "decide", request.pk, verdict="request_changes")
    pressed(client, "decide", request.pk, verdict="request_changes", note="Say what it costs")
    assert desk.request(post).state == RequestState.CHANGES_REQUESTED


def test_edits_are_approved_along_with_the_post(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    pressed(browser(manager, desk), "decide_with_edits", desk.submit(post).pk, text="Good morning, dear")

    assert desk.request(post).state == RequestState.APPROVED
    with desk.agency.scope():
        assert Part.objects.get(post=post).text == "Good morning, dear"


def test_a_page_that_was_opened_before_an_edit_decides_nothing(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    request = desk.submit(post)
    desk.edit(post, "Buy now")

    assert "was changed after you opened it" in pressed(browser(manager, desk), "decide", request.pk, verdict="approve")
    assert desk.request(post).state == RequestState.PENDING


def test_several_are_approved_at_once_by_whoever_says_to_have_read_them(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    posts = [desk.post(f"Post {number}") for number in range(3)]
    requests = [desk.submit(post) for post in posts]
    client = browser(manager, desk)
    ticked = [str(request.pk) for request in requests[:2]]

    assert "Say that you have read them" in pressed(client, "bulk", request=ticked)
    assert desk.request(posts[0]).state == RequestState.PENDING
    assert "Approved 2 posts." in pressed(client, "bulk", request=[*ticked, "nonsense"], read="yes")
    assert [desk.request(post).state for post in posts] == ["approved", "approved", "pending"]


def test_the_panel_of_a_post_submits_and_withdraws(desk: Desk, creator: Membership) -> None:
    post = desk.post(by=creator)
    client = browser(creator, desk)
    address = reverse("approvals:of_post", args=[post.pk])
    assert " hidden" in client.get(address).content.decode()
    desk.policy(MANAGER)
    assert "Submit for approval" in client.get(address).content.decode()

    pressed(client, "submit", post.pk)
    shown = client.get(address).content.decode()
    assert "Waiting for approval" in shown
    pressed(client, "withdraw", desk.request(post).pk)
    assert "Submit for approval" in client.get(address).content.decode()


def test_people_talk_on_the_page_and_resolve(desk: Desk, creator: Membership, manager: Membership) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post(by=creator))
    assert "Is it 27?" in pressed(browser(creator, desk), "comment", request.pk, text="Is it 27?")
    with desk.agency.scope():
        thread = Thread.objects.get()
    shown = pressed(browser(manager, desk), "comment", request.pk, text="It is", thread=str(thread.pk))
    assert shown.index("Is it 27?") < shown.index("It is</p>")
    assert "resolved" in pressed(browser(manager, desk), "resolve", thread.pk)


def test_a_comment_on_the_page_is_about_words_of_the_post(desk: Desk, creator: Membership) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post("We fold it 26 times", comment="At eight", by=creator))
    client = browser(creator, desk)

    pressed(client, "comment", request.pk, text="27!", quote="26 times")
    refused = client.post(reverse("approvals:comment", args=[request.pk]), {"text": "27!", "quote": "28 times"})
    assert (refused.status_code, "does not say these words" in refused.content.decode()) == (422, True)
    with desk.agency.scope():
        (thread,) = Thread.objects.all()
    assert (thread.anchor["start"], thread.anchor["quote"]) == (11, "26 times")
    pressed(client, "comment", request.pk, text="Nine", quote="eight")
    with desk.agency.scope():
        assert Thread.objects.order_by("id").last().anchor["part"] == 1


STEP = {
    "name": "Head of social", "roles": ["manager"], "needs": "any", "covers": ["text", "media"], "window": "any",
    "notice_hours": "4", "when_late": "move", "platforms": ["mastodon"],
}  # fmt: skip


def policy(desk: Desk) -> Policy:
    with desk.agency.scope():
        found = policy_in_force(desk.agency.workspace.pk)
        assert found is not None
        return found


def test_an_admin_builds_a_policy_step_by_step(desk: Desk) -> None:
    client = browser(desk.person(Role.ADMIN), desk)
    place = desk.agency.workspace.pk
    pressed(client, "policy", place, action="save:", version="0", **STEP)
    pressed(client, "policy", place, action="save:", version="1", **{**STEP, "name": "Legal", "platforms": []})
    pressed(client, "policy", place, action="up:legal", version="2")
    pressed(client, "policy", place, action="save:head-of-social", version="3", **{**STEP, "when_late": "hold"})

    now = policy(desk)
    assert now.version == 4
    assert [(step.key, step.when_late) for step in now.ordered_steps] == [("legal", "move"), ("head-of-social", "hold")]
    pressed(client, "policy", place, action="remove:legal", version="4")
    assert [step.key for step in policy(desk).ordered_steps] == ["head-of-social"]


def test_a_step_that_nobody_decides_is_refused_beside_the_field(desk: Desk) -> None:
    client = browser(desk.person(Role.ADMIN), desk)
    address = reverse("approvals:policy", args=[desk.agency.workspace.pk])

    answer = client.post(address, {**STEP, "roles": [], "action": "save:"})

    assert answer.status_code == 422
    assert "Say who decides" in answer.content.decode()


def test_two_admins_do_not_overwrite_each_other(desk: Desk) -> None:
    client = browser(desk.person(Role.ADMIN), desk)
    place = desk.agency.workspace.pk
    pressed(client, "policy", place, action="save:", version="0", **STEP)

    assert "Somebody else saved another version" in pressed(client, "policy", place, action="options", version="0")
    assert policy(desk).version == 1


def test_the_queue_takes_as_many_queries_for_many_posts_as_for_one(desk: Desk, manager: Membership) -> None:
    client = browser(manager, desk)

    def asked(**query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("approvals:index"), query).status_code == 200
        return len(queries)

    desk.policy(MANAGER)
    desk.submit(desk.post())
    asked()
    for_one, board_of_one = asked(), asked(view="board")
    for number in range(6):
        desk.submit(desk.post(f"Post {number}"))

    assert (asked(), asked(view="board")) == (for_one, board_of_one)
    with desk.agency.scope():
        assert Request.objects.count() == 7
