"""Comments at a place of a post stay with what they are about, and a client's guest reads what is shared."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from apps.approvals import services
from apps.approvals.anchors import AnchorMalformed
from apps.approvals.deciders import Decider
from apps.approvals.errors import ReasonMissing
from apps.approvals.models import Comment, Thread
from apps.approvals.selectors import Talk, talks
from apps.core import ids
from apps.core.actors import SYSTEM, Actor, ActorKind
from apps.posts.models import Post
from apps.tenants.models import Membership
from tests.approvals.conftest import MANAGER, Desk, actor
from tests.support import factories

pytestmark = pytest.mark.django_db

GUEST = Decider(Actor(ActorKind.GUEST, ids.new_id()), "Mira Holt")


def say(desk: Desk, post: Post, text: str = "Is it?", by: Decider = Decider(SYSTEM), **said: Any) -> Comment:  # noqa: B008
    with desk.agency.scope():
        return services.comment(post=Post.objects.get(pk=post.pk), text=text, by=by, **said)


def talk(desk: Desk, post: Post, **said: Any) -> list[Talk]:
    with desk.agency.scope():
        return talks(Post.objects.get(pk=post.pk), **said)


def test_words_are_found_again_where_they_have_moved_to(desk: Desk) -> None:
    post = desk.post("We fold it 27 times")
    say(desk, post, anchor={"kind": "text", "part": 0, "start": 8, "end": 19})
    desk.edit(post, "Good morning! We fold it 27 times")

    (found,) = talk(desk, post)
    assert (found.place.anchor["quote"], found.place.anchor["start"], found.place.is_lost) == ("it 27 times", 22, False)
    assert found.thread.revision == 1


@pytest.mark.parametrize(
    ("local", "zone"),
    [
        ("9999-12-31T23:59", "America/New_York"),
        ("9999-12-31T23:59", "UTC"),
        ("0001-01-01T00:00", "Asia/Tokyo"),
    ],
)
def test_an_hour_that_no_clock_tells_is_no_place_and_breaks_no_page_where_it_is_one_already(
    desk: Desk, manager: Membership, local: str, zone: str
) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    asked = desk.submit(post)
    anchor = {"kind": "time", "local": local, "zone": zone}
    with pytest.raises(AnchorMalformed, match="no such hour"):
        say(desk, post, anchor=anchor)

    said = say(desk, post, "Then?")
    with desk.agency.scope():
        Thread.objects.filter(pk=said.thread_id).update(anchor=anchor)

    assert talk(desk, post)[0].proposed_at is None
    staff = factories.signed_in(manager, at=desk.agency.workspace)
    assert "Then?" in staff.get(reverse("approvals:review", args=[asked.pk])).content.decode()


def test_of_the_same_words_twice_those_nearest_are_meant(desk: Desk) -> None:
    post = desk.post("buns and buns and buns")
    say(desk, post, anchor={"kind": "text", "start": 9, "end": 13})
    desk.edit(post, "our buns and buns and buns")

    assert talk(desk, post)[0].place.anchor["start"] == 13


def test_words_that_are_gone_are_said_to_be(desk: Desk) -> None:
    post = desk.post("We fold it 27 times")
    say(desk, post, anchor={"kind": "text", "start": 8, "end": 19})
    desk.edit(post, "Good morning")

    assert talk(desk, post)[0].place.is_lost


def test_a_point_of_a_picture_goes_where_the_picture_goes(desk: Desk) -> None:
    first, second = (factories.asset(desk.agency.workspace) for _ in range(2))
    post = desk.post(assets=[first, second])
    say(desk, post, anchor={"kind": "image", "file": 1, "x": 0.25, "y": 1})
    desk.edit(post, assets=[second])
    assert (talk(desk, post)[0].place.anchor["file"], talk(desk, post)[0].place.anchor["x"]) == (0, 0.25)

    desk.edit(post, assets=[first])
    assert talk(desk, post)[0].place.is_lost


@pytest.mark.parametrize(
    "anchor",
    [
        {"kind": "weather"},
        {"kind": "text", "start": 5, "end": 5},
        {"kind": "text", "start": 0, "end": 99},
        {"kind": "text", "part": 7, "start": 0, "end": 1},
        {"kind": "image", "x": 0.5, "y": 0.5},
        {"kind": "video", "second": -1},
    ],
)
def test_a_place_that_the_post_does_not_have_is_refused(desk: Desk, anchor: dict[str, Any]) -> None:
    with pytest.raises(AnchorMalformed):
        say(desk, desk.post(), anchor=anchor)


def test_a_guest_reads_what_is_shared_and_speaks_to_everybody(desk: Desk) -> None:
    post = desk.post()
    say(desk, post, "For us alone")
    say(desk, post, "Can you do Friday?", by=GUEST)

    assert [one.comments[0][1].text for one in talk(desk, post, only_shared=True)] == ["Can you do Friday?"]
    assert [one.comments[0][0] for one in talk(desk, post)] == ["The policy", "Mira Holt"]


def test_an_answer_opens_what_was_resolved(desk: Desk) -> None:
    post = desk.post()
    thread = say(desk, post).thread
    desk.agency.do(services.resolve, thread=thread)
    assert talk(desk, post)[0].thread.resolved_at

    with desk.agency.scope():
        again = Thread.objects.get(pk=thread.pk)
    say(desk, post, "It is not", thread=again)
    assert talk(desk, post)[0].thread.resolved_at is None


def test_a_thread_says_who_found_it_settled(desk: Desk, manager: Membership) -> None:
    thread = say(desk, desk.post()).thread
    with desk.agency.scope():
        settled = services.resolve(thread=thread, actor=actor(manager))
        assert (settled.resolved_by, settled.resolved_at is None) == (manager.user_id, False)
        again = services.resolve(thread=thread, actor=actor(manager), resolved=False)
    assert (again.resolved_by, again.resolved_at) == (None, None)


def test_who_is_mentioned_may_see_it(desk: Desk, manager: Membership) -> None:
    stranger = factories.user()
    made = say(desk, desk.post(), by=Decider.of(actor(manager)), mentions=[manager.user_id, stranger.pk])

    assert made.mentions == [str(manager.user_id)]
    assert desk.agency.events(made) == ["approval.commented"]


def test_saying_nothing_is_refused(desk: Desk) -> None:
    with pytest.raises(ReasonMissing):
        say(desk, desk.post(), "  ")
