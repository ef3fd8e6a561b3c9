"""Signs of life: who is there, who fell silent, and what a look costs."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from types import SimpleNamespace as It

import pytest
from celery.app import app_or_default
from kombu import Queue

from apps.core import heartbeats, liveness
from apps.core.heartbeats import BEAT, LANES, Heart


def lanes_silent() -> list[str]:
    return [silence.lane for silence in heartbeats.look().silences()]


def test_a_process_that_beats_is_seen_with_its_lanes(valkey):
    Heart("media", ["media"]).beat()

    (process,) = heartbeats.look().living()
    assert (process.name, process.lanes) == ("media", ("media",))
    assert abs(process.clock_ahead) < timedelta(seconds=5)


def test_every_lane_without_a_process_is_silent(valkey):
    assert lanes_silent() == [BEAT, "low", "commit", "stage", "media", "hooks"]

    Heart("worker", ["commit", "stage"]).beat()

    assert lanes_silent() == [BEAT, "low", "media", "hooks"]


def test_a_lane_is_silent_once_its_last_sign_is_stale_and_says_since_when(everybody, age, settings):
    assert heartbeats.look().silences() == []
    age(everybody, seconds=settings.HEARTBEAT_STALE.total_seconds() + 1)

    signs = heartbeats.look()

    assert {silence.lane for silence in signs.silences()} == set(heartbeats.wanted_lanes())
    for silence in signs.silences():
        assert signs.at - silence.since == pytest.approx(timedelta(seconds=31), abs=timedelta(seconds=5))
    assert [process.name for process in signs.lost()] == ["worker"]


def test_it_is_over_with_the_next_sign(everybody, age):
    age(everybody, minutes=5)
    assert lanes_silent()

    everybody.beat()

    assert lanes_silent() == []


def test_another_process_of_a_lane_is_enough(everybody, age):
    age(everybody, minutes=5)
    Heart("second", heartbeats.wanted_lanes()).beat()

    signs = heartbeats.look()

    assert signs.silences() == []
    assert [process.name for process in signs.lost()] == ["worker"]


def test_who_takes_leave_is_not_missed_and_its_lane_is(everybody):
    everybody.stop()

    signs = heartbeats.look()

    assert signs.processes == ()
    assert {silence.lane for silence in signs.silences()} == set(heartbeats.wanted_lanes())
    assert all(silence.since is not None for silence in signs.silences())


def test_who_is_silent_for_an_hour_is_forgotten(everybody, age):
    Heart("second", ["media"]).beat()
    age(everybody, minutes=59)
    assert heartbeats.forget_long_lost() == 0
    age(everybody, minutes=2)

    assert heartbeats.forget_long_lost() == 1
    assert [process.name for process in heartbeats.look().processes] == ["second"]


def test_a_clock_that_is_off_makes_nobody_look_dead(valkey, clock):
    clock.advance(hours=-1)
    Heart("worker", ["commit"]).beat()

    (process,) = heartbeats.look().living()
    assert process.clock_ahead == pytest.approx(timedelta(hours=-1), abs=timedelta(seconds=60))


def test_each_queue_that_a_task_is_sent_to_is_a_wanted_lane():
    app = app_or_default()
    sent_to = {app.amqp.router.route({}, name)["queue"].name for name in app.tasks if not name.startswith("celery.")}

    assert sent_to <= set(heartbeats.wanted_lanes())


def test_requests_share_one_look(everybody, monkeypatch):
    looks = []
    look = heartbeats.look
    monkeypatch.setattr(heartbeats, "look", lambda: looks.append(1) or look())

    for _ in range(50):
        heartbeats.current()

    assert len(looks) == 1


def test_while_one_looks_nobody_waits(everybody, monkeypatch):
    heartbeats.current()
    heartbeats.look_again()
    looking, go_on = threading.Event(), threading.Event()
    look = heartbeats.look

    def slow_look():
        looking.set()
        go_on.wait(10)
        return look()

    monkeypatch.setattr(heartbeats, "look", slow_look)
    slow = threading.Thread(target=heartbeats.current)
    slow.start()
    assert looking.wait(10)

    assert heartbeats.current().silences() == []  # what was known before

    go_on.set()
    slow.join(10)


def test_a_queue_that_is_away_is_said_once_and_remembered_since_when(no_queue, caplog):
    began = time.monotonic()
    first = heartbeats.current()
    heartbeats.look_again()
    again = heartbeats.current()

    assert time.monotonic() - began < 5
    assert first.unreachable_since is not None
    assert again.unreachable_since == first.unreachable_since
    assert [record.message for record in caplog.records].count("The queue does not answer: ConnectionError") == 1
    assert again.silences() == []  # nothing is known of them


def test_a_sign_that_the_queue_does_not_take_stops_nobody(no_queue):
    assert Heart("worker", ["commit"]).beat() is False


def test_a_worker_beats_from_the_loop_that_takes_its_messages(valkey, monkeypatch):
    called = []

    class Timer:
        def call_repeatedly(self, seconds, beat):
            called.append((seconds, beat))
            return It(cancel=lambda: called.pop(0))

    queues = [Queue("media"), Queue("low")]
    consumer = It(hostname="media@host", timer=Timer(), task_consumer=It(queues=queues))
    monkeypatch.setattr(liveness, "_hearts", {})
    monkeypatch.setattr(liveness, "_timers", {})

    liveness.worker_begins(sender=consumer)
    liveness.worker_begins(sender=consumer)  # a connection was lost and is there again

    (process,) = heartbeats.look().processes
    assert process.lanes == ("low", "media")
    assert [seconds for seconds, _ in called] == [heartbeats.EVERY]
    liveness.worker_ends()
    assert heartbeats.look().processes == ()


def test_the_version_is_that_of_the_project(settings):
    import tomllib

    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    assert project["version"] == settings.VERSION


def test_lanes_keep_their_last_sign_by_the_clock_of_the_queue(everybody, valkey):
    seconds, _ = valkey.time()

    assert abs(float(valkey.hget(LANES, "media")) - seconds) < 5
