"""A breach is written down, told when it begins and when it ends, once each."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections

from apps.core.heartbeats import Heart
from apps.publishing.states import State
from apps.watch import operators, services
from apps.watch.lastlook import last_look
from apps.watch.models import Breach
from apps.watch.states import Invariant
from tests.support import factories
from tests.watch import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db):
    return factories.user("operator@example.org", is_superuser=True, is_staff=True)


@pytest.fixture
def look(clock, everybody, operator):
    def go(**span):
        if span:
            clock.advance(**span)
        return services.look(now=clock.now)

    return go


@pytest.fixture
def stuck(workspace, clock):
    """A post that nobody claims."""
    return ledger.publication(workspace, due_at=clock.now - timedelta(minutes=5))


def release(row):
    with ledger.tenancy.across_tenants(ledger.WHY):
        type(row).across_tenants.filter(pk=row.pk).update(state=State.CANCELED)


def subjects():
    return [message.subject for message in mail.outbox]


def test_a_quiet_look_writes_no_breach_and_is_remembered(look, clock):
    look()

    assert not Breach.objects.exists()
    assert last_look().at == clock.now
    assert set(last_look().counts.values()) == {0}
    assert mail.outbox == []


def test_a_breach_is_told_once_when_it_begins_and_once_when_it_ends(look, stuck, operator):
    look()
    look(seconds=30)
    look(seconds=30)
    assert subjects() == ["Postroom: publishing is not as it must be"]
    assert mail.outbox[0].to == [operator.email]
    assert "Nothing past due and unclaimed" in mail.outbox[0].body

    release(stuck)
    look(seconds=30)
    assert len(mail.outbox) == 1  # one quiet look ends nothing
    look(seconds=30)
    look(seconds=30)

    assert subjects()[1:] == ["Postroom: publishing is as it must be again"]
    (breach,) = Breach.objects.all()
    assert breach.invariant == Invariant.CLAIMED_IN_TIME
    assert breach.ended_at is not None


def test_a_breach_that_comes_again_within_a_minute_is_the_same(look, stuck, workspace, clock):
    look()
    release(stuck)
    look(seconds=30)
    ledger.publication(workspace, due_at=clock.now - timedelta(minutes=5))
    look(seconds=10)

    assert Breach.objects.count() == 1
    assert len(mail.outbox) == 1


def test_the_worst_is_kept(look, stuck, workspace, clock):
    ledger.publication(workspace, due_at=clock.now - timedelta(minutes=5))
    look()
    release(stuck)
    look(seconds=30)

    (breach,) = Breach.objects.all()
    assert (breach.count, breach.worst) == (1, 2)


def test_a_silent_lane_is_told_by_its_name(look, everybody):
    everybody.stop()
    Heart("worker", ["beat", "commit", "stage", "low", "hooks"]).beat()

    look()

    assert subjects() == ["Postroom: a part is silent"]
    assert "Silent: media" in mail.outbox[0].body


def test_the_operator_may_name_other_addresses(look, stuck, settings):
    settings.OPERATOR_MAIL = ("night@example.org", "day@example.org")

    look()

    assert mail.outbox[0].to == ["night@example.org", "day@example.org"]


def test_a_mail_server_that_is_away_is_tried_again(look, stuck, monkeypatch, caplog):
    send = operators.mail_begin
    monkeypatch.setattr(operators, "mail_begin", lambda breach: 1 / 0)
    look()
    assert mail.outbox == []
    monkeypatch.setattr(operators, "mail_begin", send)

    look(seconds=30)
    look(seconds=30)

    assert len(mail.outbox) == 1


def test_a_watchdog_watches_on_without_the_queue(clock, no_queue, operator, stuck):
    services.look(now=clock.now)

    assert set(Breach.objects.values_list("invariant", flat=True)) == {Invariant.CLAIMED_IN_TIME, Invariant.ALIVE}


@pytest.mark.django_db(transaction=True)
def test_two_watchdogs_at_the_same_time_tell_once(clock, everybody, operator, stuck):
    together = threading.Barrier(4)

    def watch():
        together.wait(10)
        try:
            services.look(now=clock.now)
        finally:
            connections.close_all()

    watchdogs = [threading.Thread(target=watch) for _ in range(4)]
    for one in watchdogs:
        one.start()
    for one in watchdogs:
        one.join(60)

    assert Breach.objects.count() == 1
    assert len(mail.outbox) == 1
