"""Writers and relays side by side, as workers are."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from apps.core import tenancy
from apps.events import consumers, services
from apps.events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def side_by_side(work: Callable[[], None], *, workers: int) -> None:
    """Run `work` in that many threads at once, and pass on what any of them raised."""
    gate, errors = threading.Barrier(workers), []

    def run() -> None:
        try:
            gate.wait(timeout=10)
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if errors:
        raise errors[0]


def test_events_of_one_subject_are_numbered_without_gaps_by_many_writers(workspace):
    def write() -> None:
        for _ in range(10):
            with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
                services.emit("workspace.updated", subject=workspace)

    side_by_side(write, workers=4)

    with tenancy.across_tenants("a test looks"):
        numbers = sorted(Event.across_tenants.values_list("sequence", flat=True))
    assert numbers == list(range(1, 41))


def test_many_relays_hand_each_event_on_once(workspace, other_workspace, stranger_workspace):
    for subject in (workspace, other_workspace, stranger_workspace):
        with tenancy.scope(organization_id=subject.organization_id), transaction.atomic():
            for _ in range(40):
                services.emit("workspace.updated", subject=subject)
    seen: list[object] = []
    services.subscribe("workspace.updated", "tests.counting", lambda event: seen.append(event.pk))
    try:
        side_by_side(lambda: services.relay(), workers=4)
        services.relay()
    finally:
        consumers.unsubscribe("tests.counting")

    assert len(seen) == 120
    assert len(set(seen)) == 120
