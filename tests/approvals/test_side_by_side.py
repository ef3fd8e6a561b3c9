"""People who press in the same instant, each in a transaction of their own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from apps.approvals.errors import ContentChanged, RequestClosed
from apps.approvals.models import Request
from apps.approvals.services.records import broken_link
from apps.approvals.states import RequestState
from apps.events.services import relay
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> Counter[str]:
    """Do all of these together, each in a thread; how often which error was raised, "" for none."""
    gate, outcomes = threading.Barrier(len(deeds)), []

    def run(deed: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=30)
            deed()
            outcomes.append("")
        except BaseException as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return Counter(outcomes)


def test_of_many_approvers_where_one_is_enough_one_counts(desk: Desk) -> None:
    desk.policy(MANAGER)
    people = desk.people(Role.MANAGER, 4)
    post = desk.post()
    request = desk.submit(post)

    told = at_once(*[lambda who=who: desk.decide(request, who) for who in people])

    assert told == {"": 1, RequestClosed.__name__: 3}
    assert len(desk.decisions(post.pk)) == 1
    assert desk.request(post).state == RequestState.APPROVED


def test_where_all_are_needed_each_counts(desk: Desk) -> None:
    desk.policy({**MANAGER, "needs": "all"})
    people = desk.people(Role.MANAGER, 4)
    post = desk.post()
    request = desk.submit(post)

    assert at_once(*[lambda who=who: desk.decide(request, who) for who in people]) == {"": 4}
    assert desk.request(post).state == RequestState.APPROVED
    with desk.agency.scope():
        assert broken_link(post.pk) is None


def test_an_edit_and_an_approval_leave_the_new_words_unapproved(desk: Desk) -> None:
    desk.policy(MANAGER)
    manager = desk.person(Role.MANAGER)
    post = desk.post()
    request = desk.submit(post)
    content = desk.agency.content("Buy now", [desk.account])

    told = at_once(lambda: desk.decide(request, manager), lambda: desk.change(post, content))

    assert told in ({"": 2}, {"": 1, ContentChanged.__name__: 1})
    relay()
    now = desk.request(post)
    assert (now.state, now.snapshot["parts"][0]["text"]) == (RequestState.PENDING, "Buy now")


def test_a_post_that_is_submitted_twice_at_once_is_asked_about_once(desk: Desk) -> None:
    desk.policy(MANAGER)
    post = desk.post()

    assert at_once(*[lambda: desk.submit(post)] * 3) == {"": 1, "AlreadyAsked": 2}
    with desk.agency.scope():
        assert Request.objects.filter(post=post).count() == 1
