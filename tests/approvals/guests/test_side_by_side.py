"""A guest and somebody else in the same instant, each in a transaction of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.approvals import services
from apps.approvals.errors import RequestClosed
from apps.approvals.link_errors import LinkOver, TimeSettled
from apps.approvals.models import Guest as Forgotten
from apps.approvals.services.records import broken_link
from apps.approvals.sharing import MOST_TRIES, LinkState
from apps.approvals.states import RequestState, Verdict
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.posts.models import Post
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import JONAS, Guest
from tests.approvals.guests.mailed import link_of
from tests.approvals.test_side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def approved_or_too_late(desk: Desk, post: Post, guest: Guest, close: Callable[[], None]) -> None:
    """The guest approves while `close` takes the way in from them: one comes first, and the other sees it."""
    reviewer, request = guest.reviewer(), desk.request(post)

    def approve() -> None:
        with reviewer.scope():
            services.decide_by_link(reviewer=reviewer, request_id=request.pk, verdict=Verdict.APPROVE)

    told = at_once(approve, close)

    assert told in ({"": 2}, {"": 1, LinkOver.__name__: 1})
    is_approved = told == {"": 2}
    assert len(guest.said(post.pk)) == is_approved
    assert desk.request(post).state == (RequestState.APPROVED if is_approved else RequestState.PENDING)


def test_a_decision_and_the_withdrawal_of_its_link_take_turns(
    desk: Desk, asked: Callable[..., Post], invite: Callable[..., Guest]
) -> None:
    post = asked()
    guest = invite(post)

    def revoke() -> None:
        with desk.agency.scope():
            services.revoke_link(link_id=guest.link.pk, actor=SYSTEM)

    approved_or_too_late(desk, post, guest, revoke)
    assert guest.client.get(guest.home).status_code == 410


def test_a_decision_and_the_forgetting_of_its_guest_take_turns(
    desk: Desk, asked: Callable[..., Post], invite: Callable[..., Guest]
) -> None:
    """The decision first: it stands, as that of somebody who was forgotten."""
    post = asked()
    guest = invite(post)

    def forget() -> None:
        with desk.agency.scope():
            services.forget_guest(guest_id=guest.link.guest_id, actor=SYSTEM)

    approved_or_too_late(desk, post, guest, forget)
    with desk.agency.scope():
        kept = Forgotten.objects.get(pk=guest.link.guest_id)
        assert broken_link(post.pk) is None
    assert (kept.name, kept.email) == ("", "")
    assert guest.client.get(guest.home).status_code == 410


def test_of_two_who_take_a_proposed_time_one_does(
    desk: Desk, asked: Callable[..., Post], invite: Callable[..., Guest]
) -> None:
    post = asked()
    (publication,) = desk.agency.schedule(post, minutes=60)
    reviewer = invite(post).reviewer()
    local = (clock.now() + timedelta(days=2)).replace(tzinfo=None)
    with reviewer.scope():
        thread = services.propose_time(reviewer=reviewer, post_id=post.pk, local=local).thread

    def take() -> None:
        with desk.agency.scope():
            services.take_proposed_time(thread=thread, actor=SYSTEM)

    assert at_once(take, take) == {"": 1, TimeSettled.__name__: 1}
    assert desk.agency.read(publication).due_at > publication.due_at


def test_a_link_and_the_forgetting_of_its_guest_take_turns(
    desk: Desk, asked: Callable[..., Post], invite: Callable[..., Guest]
) -> None:
    post = asked()
    guest = invite(post)
    made: list[Guest] = []

    def forget() -> None:
        with desk.agency.scope():
            services.forget_guest(guest_id=guest.link.guest_id, actor=SYSTEM)

    assert at_once(lambda: made.append(invite(post)), forget) == {"": 2}
    link = link_of(desk, made[0])
    is_forgotten = link.guest.forgotten_at is not None
    assert (is_forgotten, link.state(clock.now())) in ((False, LinkState.OPEN), (True, LinkState.REVOKED))


def test_tries_at_a_passcode_at_once_are_each_counted(asked: Callable[..., Post], invite: Callable[..., Guest]) -> None:
    """However many guess together, the right word among them is not looked at once there were ten."""
    guest = invite(asked(), passcode="rye bread")
    known: list[bool] = []

    def guess() -> None:
        known.append(services.knows_passcode(guest.reviewer(), "rye toast"))

    told = at_once(*[guess] * (MOST_TRIES + 2))

    assert told == {"": MOST_TRIES, LinkOver.__name__: 2}
    assert known == [False] * MOST_TRIES
    with pytest.raises(LinkOver):
        services.knows_passcode(guest.reviewer(), "rye bread")


def test_of_two_guests_where_one_is_enough_one_counts(
    desk: Desk, asked: Callable[..., Post], invite: Callable[..., Guest]
) -> None:
    post = asked()
    reviewers = [invite(post).reviewer(), invite(post, who=JONAS).reviewer()]
    request = desk.request(post)

    def approve(who: services.Reviewer) -> None:
        with who.scope():
            services.decide_by_link(reviewer=who, request_id=request.pk, verdict=Verdict.APPROVE)

    told = at_once(*[lambda who=who: approve(who) for who in reviewers])

    assert told == {"": 1, RequestClosed.__name__: 1}
    assert len(desk.decisions(post.pk)) == 1
    with desk.agency.scope():
        assert broken_link(post.pk) is None
