"""An endpoint that does not answer is never in the way of others."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from apps.webhooks import services
from apps.webhooks.services import delivering
from tests.support.waiting import wait_until
from tests.webhooks.telling.receiving import another_worker, happen, listen

pytestmark = pytest.mark.django_db(transaction=True)


def in_turn(hand_on: Any = lambda: None) -> None:
    try:
        services.deliver_in_turn(hand_on=hand_on)
    finally:
        connection.close()


def test_one_that_does_not_answer_holds_up_nobody_else(admin, workspace, receivers, settings):
    slow, quick = receivers
    listen(admin, slow)
    listen(admin, quick)
    slow.holds.clear()
    for _ in range(6):
        happen(workspace)
    worker = another_worker()
    worker.start()
    wait_until(lambda: len(quick.letters) == 6)

    assert len(slow.letters) == slow.most_at_once == settings.WEBHOOK_AT_ONCE
    happen(workspace)  # while all of its hands are busy with the one that hangs
    wait_until(lambda: len(quick.letters) == 7)
    assert slow.answered == 0
    slow.holds.set()
    worker.join(30)
    assert len(slow.letters) == 7
    assert slow.most_at_once == settings.WEBHOOK_AT_ONCE


def test_however_many_do_not_answer_there_are_hands_for_others(admin, workspace, receivers, settings):
    slow, quick = receivers
    settings.WEBHOOK_CONCURRENCY = settings.WEBHOOK_MAX_ENDPOINTS = 4
    for _ in range(3):
        listen(admin, slow)
    slow.holds.clear()
    for _ in range(3):
        happen(workspace)
    worker = another_worker()
    worker.start()
    wait_until(lambda: len(slow.letters) >= 4)
    listen(admin, quick)
    happen(workspace)
    wait_until(lambda: len(quick.letters) == 1)

    assert slow.answered == 0
    slow.holds.set()
    worker.join(30)


def test_one_round_at_a_time_begins_deliveries_and_a_wake_up_during_it_is_not_lost(admin, workspace, receiver):
    listen(admin, receiver)
    happen(workspace)
    receiver.holds.clear()
    worker = threading.Thread(target=in_turn)
    worker.start()
    wait_until(lambda: len(receiver.letters) == 1)
    happen(workspace)
    services.deliver_in_turn(hand_on=lambda: None)  # it returns at once, for somebody is at it
    wait_until(lambda: len(receiver.letters) == 2)

    receiver.holds.set()
    worker.join(30)


def test_a_round_whose_time_is_up_hands_on_before_it_waits_for_the_slow(admin, workspace, receiver, monkeypatch):
    monkeypatch.setattr(delivering, "SECONDS", 0.5)
    listen(admin, receiver)
    happen(workspace)
    receiver.holds.clear()
    handed_on = threading.Event()
    worker = threading.Thread(target=in_turn, args=(handed_on.set,))
    worker.start()

    assert handed_on.wait(10)
    assert worker.is_alive()
    happen(workspace)
    other = threading.Thread(target=in_turn)
    other.start()
    wait_until(lambda: len(receiver.letters) == 2)
    receiver.holds.set()
    for thread in (worker, other):
        thread.join(30)


def test_two_workers_send_each_delivery_once(admin, workspace, receiver):
    listen(admin, receiver)
    for _ in range(8):
        happen(workspace)
    workers = [another_worker() for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert len(receiver.letters) == len({headers["webhook-id"] for _, headers in receiver.letters}) == 8
