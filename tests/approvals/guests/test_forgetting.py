"""Guests whom nothing needs any more are forgotten by name and address; what they decided is still proved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from apps.approvals import services
from apps.approvals.models import Comment, Decision, Request
from apps.approvals.services import forgetting
from apps.approvals.services.records import broken_link
from apps.compliance import services as compliance
from apps.compliance.retention import RULES, What
from apps.compliance.services import keeping
from apps.posts.models import Post
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.models import Workspace
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import CLIENT, MINA, Guest
from tests.approvals.guests.mailed import link_of
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db
Invite, Asked = Callable[..., Guest], Callable[..., Post]
AFTER = next(rule.after for rule in RULES if rule.what is What.GUESTS)


def name(desk: Desk, guest: Guest) -> str:
    return str(link_of(desk, guest).guest.name)


def forget(clock: Clock, **span: float) -> int:
    return services.forget_old_guests(now=clock.advance(**span), after=AFTER)


def test_they_go_once_their_last_link_is_long_over_and_their_decisions_stay(
    desk: Desk, asked: Asked, invite: Invite, clock: Clock
) -> None:
    post = asked()
    guest = invite(post, days=10)
    guest.send(f"{post.pk}/comment/", text="Lovely")
    guest.says(desk.request(post), "approve")
    before = [one.hash for one in desk.decisions(post.pk)]

    assert forget(clock, days=AFTER.days + 9) == 0
    assert name(desk, guest) == "Ingrid Solheim"
    assert forget(clock, days=2) == 1
    assert forget(clock, days=1) == 0
    gone = link_of(desk, guest).guest
    assert (gone.name, gone.email, gone.forgotten_at is not None) == ("", "", True)

    assert [one.hash for one in desk.decisions(post.pk)] == before
    with desk.agency.scope():
        assert broken_link(post.pk) is None
        (decided,) = Decision.objects.all()
        assert (decided.decider_id, decided.decider_name) == (guest.link.guest_id, "")
        assert Comment.objects.get(author_id=guest.link.guest_id).author_name == ""


def test_another_link_keeps_them(desk: Desk, asked: Asked, invite: Invite, clock: Clock) -> None:
    post = asked()
    guest = invite(post, days=1)
    guest.says(desk.request(post), "reject", "No")
    clock.advance(days=600)
    other = desk.post("Another")
    desk.submit(other)
    again, colleague = invite(other, days=10), invite(other, days=10, who=MINA)
    colleague.says(desk.request(other), "reject", "No")
    assert again.link.guest_id == guest.link.guest_id

    assert forget(clock, days=600) == 0
    assert forget(clock, days=600) == 2


def test_a_link_that_was_withdrawn_ended_then(desk: Desk, asked: Asked, invite: Invite, clock: Clock) -> None:
    post = asked()
    guest = invite(post, days=180)
    clock.advance(days=100)
    guest.says(desk.request(post), "approve")
    with desk.agency.scope():
        services.revoke_link(link_id=guest.link.pk, actor=guest.reviewer().actor)
    assert forget(clock, days=AFTER.days - 1) == 0
    assert forget(clock, days=2) == 1


def test_nobody_is_forgotten_while_a_post_of_theirs_waits(desk: Desk, invite: Invite, clock: Clock) -> None:
    desk.policy({**CLIENT, "needs": "all"})
    post = desk.post()
    desk.submit(post)
    first, second = invite(post, days=1), invite(post, days=1, who=MINA)
    first.says(desk.request(post), "approve")

    assert forget(clock, days=AFTER.days * 2) == 0
    assert desk.steps(desk.request(post)) == ["client open"], "nobody's silence becomes an approval"
    assert name(desk, second) == "Mina Berg"


def test_nobody_is_forgotten_while_a_post_of_theirs_is_on_the_plan(desk: Desk, invite: Invite, clock: Clock) -> None:
    desk.policy(CLIENT)
    planned = desk.planned(minutes=60 * 24 * (AFTER.days + 100))
    guest = invite(planned.post, days=1)
    guest.says(desk.request(planned), "approve")

    assert forget(clock, days=AFTER.days + 50) == 0
    assert desk.request(planned).state == "approved"


def test_what_has_failed_for_good_keeps_nobody(desk: Desk, invite: Invite, clock: Clock) -> None:
    desk.policy(CLIENT)
    planned = desk.planned()
    guest = invite(planned.post, days=1)
    guest.says(desk.request(planned), "approve")
    with desk.agency.scope():
        Publication.objects.filter(pk=planned.pk).update(state=State.FAILED)

    assert forget(clock, days=AFTER.days + 2) == 1


def test_what_waits_in_an_archived_workspace_keeps_nobody_and_is_withdrawn(
    desk: Desk, invite: Invite, clock: Clock
) -> None:
    desk.policy({**CLIENT, "needs": "all"})
    post = desk.post()
    request = desk.submit(post)
    decided, silent = invite(post, days=30), invite(post, days=1, who=MINA)
    decided.says(request, "approve")
    with desk.agency.scope():
        Workspace.objects.filter(pk=desk.agency.workspace.pk).update(archived_at=clock.now)

    assert forget(clock, days=AFTER.days + 2) == 1
    assert (name(desk, silent), name(desk, decided)) == ("", "Ingrid Solheim")
    with desk.agency.scope():
        assert Request.objects.get().state == "withdrawn", "nobody's silence becomes an approval"


def test_whoever_cannot_be_forgotten_stands_before_nobody(
    desk: Desk, asked: Asked, invite: Invite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = asked()
    first, second = invite(post, days=1), invite(post, days=1, who=MINA)
    second.says(desk.request(post), "approve")
    forget_guest = forgetting.forget_guest

    def failing(**said: Any) -> object:
        if said["guest_id"] == first.link.guest_id:
            raise RuntimeError("something is wrong with this one")
        return forget_guest(**said)

    monkeypatch.setattr(forgetting, "forget_guest", failing)
    monkeypatch.setattr(forgetting, "BATCH", 1)
    assert forget(clock, days=AFTER.days + 2) == 1
    assert (name(desk, first), name(desk, second)) == ("Ingrid Solheim", "")


def test_whoever_is_invited_anew_meanwhile_is_kept(
    desk: Desk, asked: Asked, invite: Invite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, other = asked(), asked("Another")
    first, second = invite(post, days=1), invite(post, days=1, who=MINA)
    first.says(desk.request(post), "approve")
    forget_guest = forgetting.forget_guest

    def meanwhile(**said: Any) -> object:
        invite(other, who=MINA)
        return forget_guest(**said)

    monkeypatch.setattr(forgetting, "forget_guest", meanwhile)
    assert forget(clock, days=AFTER.days + 2) == 1
    assert (name(desk, first), name(desk, second)) == ("", "Mina Berg")


def test_the_hourly_round_of_rules_forgets_them(desk: Desk, asked: Asked, invite: Invite, clock: Clock) -> None:
    post = asked()
    guest = invite(post, days=1)
    guest.says(desk.request(post), "approve")
    compliance.keep_rules(now=clock.advance(days=AFTER.days - 10))
    assert name(desk, guest) == "Ingrid Solheim"
    compliance.keep_rules(now=clock.advance(days=12))
    assert name(desk, guest) == ""


def test_without_a_span_they_are_kept(
    desk: Desk, asked: Asked, invite: Invite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tuple(replace(rule, after=timedelta(0)) for rule in RULES if rule.what is What.GUESTS)
    monkeypatch.setattr(keeping, "RULES", rules)
    post = asked()
    guest = invite(post, days=1)
    guest.says(desk.request(post), "approve")
    compliance.keep_rules(now=clock.advance(days=5000))
    assert name(desk, guest) == "Ingrid Solheim"
