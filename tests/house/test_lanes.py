"""Messages wake and say nothing else: losing, doubling or delaying one changes nothing that is in a row."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from celery import Task
from django.conf import settings

from config.celery import app

ROOT = Path(__file__).resolve().parents[2]
LANES = {"commit", "stage", "media", "hooks", "low"}
NOT_BEFORE = re.compile(r"\b(eta|countdown)\s*=|\.apply_async\(|\.delay\(")


def own_tasks() -> list[Task]:
    app.loader.import_default_modules()
    return [task for name, task in sorted(app.tasks.items()) if not name.startswith("celery.")]


def lane_of(name: str) -> str:
    route = app.amqp.router.route({}, name)
    return str(route["queue"].name)


def test_a_message_is_taken_again_when_its_worker_dies_and_only_then() -> None:
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    # Longer than the longest round or conversion that one message begins.
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] >= 3600


@pytest.mark.parametrize("task", own_tasks(), ids=lambda task: task.name)
def test_no_task_acknowledges_before_it_has_done_its_work(task: Task) -> None:
    assert task.acks_late
    assert task.reject_on_worker_lost


@pytest.mark.parametrize("task", own_tasks(), ids=lambda task: task.name)
def test_a_message_carries_ids_at_most(task: Task) -> None:
    parameters = inspect.signature(task.run).parameters.values()

    assert {one.name for one in parameters if one.kind is not one.VAR_KEYWORD} <= {
        name for name in (one.name for one in parameters) if name.endswith("_id")
    }


@pytest.mark.parametrize("task", own_tasks(), ids=lambda task: task.name)
def test_every_task_has_a_lane(task: Task) -> None:
    assert lane_of(task.name) in LANES


def test_what_leaves_at_its_hour_has_a_lane_of_its_own() -> None:
    alone = [task.name for task in own_tasks() if lane_of(task.name) == "commit"]

    assert alone == ["publishing.leave"]


def test_what_tells_endpoints_has_a_lane_of_its_own() -> None:
    alone = [task.name for task in own_tasks() if lane_of(task.name) == "hooks"]

    assert alone == ["webhooks.deliver"]


def test_wake_ups_of_beat_are_worth_nothing_later() -> None:
    assert [name for name, entry in settings.CELERY_BEAT_SCHEDULE.items() if not entry["options"].get("expires")] == []
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= {task.name for task in own_tasks()}


def test_no_message_is_sent_for_later() -> None:
    sources = [path for path in (ROOT / "apps").rglob("*.py") if "sandbox" not in path.parts]

    assert [path.name for path in sources if NOT_BEFORE.search(path.read_text(encoding="utf-8"))] == []
