"""Two beats started by mistake do no harm: whatever they wake twice is done once.

Each task of the schedule either claims its rows one by one, so that a second run finds nothing to do, or runs alone. A
new task has to be named here, or be made to run alone.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django_celery_beat.models import PeriodicTask

from apps.core import clock, heartbeats
from apps.core.alone import alone, one_at_a_time
from apps.core.liveness import Scheduler

AT_MOST = timedelta(minutes=1)
CLAIMS = {
    "publishing.leave": "one conditional UPDATE for each row, with a lease and a fence",
    "publishing.publish_due": "one conditional UPDATE for each row, with a lease and a fence",
    "publishing.reconcile": "the same, of lost answers",
    "events.relay": "SKIP LOCKED and a lease; each consumer has its own mark",
    "webhooks.deliver": "SKIP LOCKED and a lease for each delivery",
    "webhooks.handle_notices": "SKIP LOCKED and a lease for each notice",
    "analytics.open_nights": "a run for each workspace and day, made while its workspace is held",
    "analytics.read": "SKIP LOCKED, a lease and a fence for each reading; each row has a key of its own",
    "analytics.work_imports": "SKIP LOCKED, a lease and a fence for each import",
    "reports.open_due": "whoever moves the hour of a schedule on has its run",
    "reports.make": "SKIP LOCKED and a lease for each report; what was frozen is frozen once",
    "reports.send": "whoever moves the hour of a mail has it",
    "analytics.work_history": "SKIP LOCKED, a lease and a fence for each upload",
    "compliance.work": "whoever moves the hour of a request or an export has it",
    "social_accounts.refresh_expiring": "one refresher for each grant, by a version and an intent",
    "media.make_renditions": "SKIP LOCKED, a fence, and so many at a time on each machine",
    "media.take_in": "SKIP LOCKED and a fence for each upload",
    "approvals.run_out_of_time": "the post is held, and a step that was found to be late is looked for no more",
    "approvals.escalate": "the post is held, and a constraint lets each rule act once in a step",
    "approvals.plan_digests": "one digest for each person, rule and day: a constraint decides",
    "approvals.send_letters": "SKIP LOCKED, a lease and a fence for each letter",
    "watch.look": "one open breach of each invariant; a conditional UPDATE decides who tells",
}


def test_each_task_of_the_schedule_claims_its_rows_or_runs_alone():
    current_app.loader.import_default_modules()
    woken = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    run_alone = {name for name in woken if getattr(current_app.tasks[name].run, "runs_alone", False)}

    assert woken - run_alone - CLAIMS.keys() == set(), "a task that two beats would run twice at once"
    assert CLAIMS.keys() - woken == set(), "a task that nobody wakes any more"
    assert run_alone & CLAIMS.keys() == set()


def test_a_task_is_left_out_while_it_runs_elsewhere_and_runs_again_after(valkey):
    began, go_on, runs = threading.Event(), threading.Event(), []

    @one_at_a_time(at_most=AT_MOST)
    def round_():
        runs.append(1)
        began.set()
        go_on.wait(10)

    first = threading.Thread(target=round_)
    first.start()
    assert began.wait(10)

    round_()
    assert len(runs) == 1

    go_on.set()
    first.join(10)
    round_()
    assert len(runs) == 2


def test_a_round_that_breaks_off_gives_its_place_back(valkey):
    with pytest.raises(ZeroDivisionError), alone("round", at_most=AT_MOST):
        raise ZeroDivisionError

    with alone("round", at_most=AT_MOST) as is_mine:
        assert is_mine


def test_a_place_that_ran_out_is_not_taken_from_the_next(valkey):
    with alone("round", at_most=AT_MOST):
        valkey.delete("postroom:alone:round")  # it ran out
        with alone("round", at_most=AT_MOST) as is_mine:
            assert is_mine
            with alone("round", at_most=AT_MOST) as is_mine_too:
                assert not is_mine_too
    assert valkey.get("postroom:alone:round") is None


def test_different_rounds_do_not_wait_for_each_other(valkey):
    with alone("one", at_most=AT_MOST) as first, alone("other", at_most=AT_MOST) as second:
        assert first
        assert second


def test_without_a_queue_everybody_runs(no_queue):
    with alone("round", at_most=AT_MOST) as first, alone("round", at_most=AT_MOST) as second:
        assert first
        assert second


@pytest.mark.django_db(transaction=True)
def test_two_beats_on_one_schedule_wake_twice_and_spoil_nothing(valkey, monkeypatch):
    """The schedulers of the real beat: both send what is due, and the rows stay one for each task."""
    Scheduler(app=current_app, lazy=False)  # writes the schedule down
    PeriodicTask.objects.update(last_run_at=clock.now() - timedelta(days=1))
    beats = [Scheduler(app=current_app, lazy=False) for _ in range(2)]
    woken: list[str] = []
    for beat in beats:
        monkeypatch.setattr(beat, "apply_async", lambda entry, **_: woken.append(entry.task))

    for _ in range(len(settings.CELERY_BEAT_SCHEDULE) + 3):
        for beat in beats:
            beat.tick()

    assert Counter(woken) >= Counter(2 * [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()])
    rows = PeriodicTask.objects.filter(name__in=settings.CELERY_BEAT_SCHEDULE)
    assert rows.count() == len(settings.CELERY_BEAT_SCHEDULE)
    assert [process.name for process in heartbeats.look().processes] == ["beat"]  # one process, two schedules
    for beat in beats:
        beat.close()
    assert heartbeats.look().processes == ()
