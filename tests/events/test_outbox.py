"""The outbox: an event is written exactly when its change is, and every consumer gets it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from apps.core import tenancy
from apps.core.payloads import SecretInPayload
from apps.core.secrets import Secret
from apps.events import consumers, services
from apps.events.models import Consumption, Event
from apps.tenants.models import Workspace

pytestmark = pytest.mark.django_db


class Listener:
    """Remembers what it was handed, and fails as often as it was told to."""

    def __init__(self) -> None:
        self.seen: list[Event] = []
        self.failures_left = 0

    def __call__(self, event: Event) -> None:
        if self.failures_left:
            self.failures_left -= 1
            raise ConnectionError("the listener is away")
        self.seen.append(event)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    services.subscribe("workspace.*", "tests.listener", listener)
    yield listener
    consumers.unsubscribe("tests.listener")


def emit(workspace: Workspace, name: str = "workspace.updated", **data: object) -> Event:
    with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
        return services.emit(name, subject=workspace, data=data)


def all_events() -> list[Event]:
    with tenancy.across_tenants("a test looks"):
        return list(Event.across_tenants.order_by("id"))


def test_an_event_carries_its_tenant_and_a_sequence_of_its_subject(workspace, other_workspace):
    first, second, elsewhere = emit(workspace), emit(workspace), emit(other_workspace)

    assert (first.organization_id, first.workspace_id) == (workspace.organization_id, workspace.pk)
    assert (first.sequence, second.sequence, elsewhere.sequence) == (1, 2, 1)


def test_an_event_disappears_with_the_change_it_tells_about(workspace):
    def change_half_way() -> None:
        with transaction.atomic():
            emit(workspace)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_half_way()

    assert all_events() == []


def test_a_name_outside_the_catalogue_is_refused(workspace):
    with pytest.raises(services.UnknownEvent, match=r"workspace\.exploded"):
        emit(workspace, "workspace.exploded")


def test_a_secret_never_enters_a_payload(workspace):
    with pytest.raises(SecretInPayload):
        emit(workspace, token=Secret("sesame"))


def test_an_event_of_another_organization_cannot_be_emitted(workspace, stranger_workspace):
    with tenancy.scope(organization_id=workspace.organization_id), pytest.raises(tenancy.NoTenant):
        services.emit("workspace.updated", subject=stranger_workspace)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused(workspace):
    with pytest.raises(transaction.TransactionManagementError):
        services.emit("workspace.updated", subject=workspace)


def test_the_relay_hands_each_event_on_once(workspace, other_workspace, listener):
    emitted = {emit(workspace).pk, emit(other_workspace).pk}

    assert services.relay() == 2
    assert services.relay() == 0

    assert {event.pk for event in listener.seen} == emitted
    assert all(event.relayed_at for event in all_events())


def test_a_consumer_runs_in_the_tenant_of_the_event(workspace, stranger_workspace):
    seen: dict[str, list[str]] = {}

    def look(event: Event) -> None:
        seen[str(event.subject_id)] = [str(row.pk) for row in Workspace.objects.all()]

    services.subscribe("workspace.updated", "tests.looking", look)
    try:
        emit(workspace)
        emit(stranger_workspace)
        services.relay()
    finally:
        consumers.unsubscribe("tests.looking")

    assert str(stranger_workspace.pk) not in seen[str(workspace.pk)]
    assert seen[str(stranger_workspace.pk)] == [str(stranger_workspace.pk)]


def test_a_failing_consumer_holds_up_nobody_else_and_is_tried_again(workspace, other_workspace, listener, clock):
    failing = Listener()
    failing.failures_left = 2
    services.subscribe("workspace.*", "tests.failing", failing)
    try:
        emit(workspace)
        emit(other_workspace)

        assert services.relay() == 0
        assert len(listener.seen) == 2
        assert all("tests.failing" in event.problem for event in all_events())

        assert services.relay() == 0, "a pause comes before the next try"
        clock.advance(seconds=6)
        assert services.relay() == 2
    finally:
        consumers.unsubscribe("tests.failing")

    assert len(failing.seen) == 2
    assert len(listener.seen) == 2, "who has had an event is not handed it again"


def test_what_a_failing_consumer_wrote_is_undone(workspace, clock):
    def write_then_fail(event: Event) -> None:
        Workspace.objects.filter(pk=workspace.pk).update(name="half done")
        raise ValueError("too late")

    services.subscribe("workspace.updated", "tests.half", write_then_fail)
    try:
        emit(workspace)
        services.relay()
    finally:
        consumers.unsubscribe("tests.half")

    with tenancy.scope(organization_id=workspace.organization_id):
        assert Workspace.objects.get(pk=workspace.pk).name == workspace.name
        assert not Consumption.objects.filter(consumer__startswith="test").exists()


def test_who_takes_many_at_once_is_handed_all_of_them_and_leaves_no_mark(workspace, stranger_workspace):
    batches = []
    services.subscribe_to_all("tests.many", lambda events: batches.append(list(events)))
    try:
        written = [emit(workspace), emit(stranger_workspace)]
        assert services.relay() == 2
    finally:
        consumers.unsubscribe("tests.many")

    assert [sorted(event.pk for event in batch) for batch in batches] == [sorted(event.pk for event in written)]
    with tenancy.across_tenants("a test looks"):
        assert not Consumption.across_tenants.filter(consumer="tests.many").exists()


def test_one_bad_event_holds_up_no_other_that_is_handed_over_with_it(workspace, listener, clock):
    bad, had = [], []

    def take(events):
        if any(event.pk in bad for event in events):
            raise ValueError("this one")
        had.extend(event.pk for event in events)

    services.subscribe_to_all("tests.many", take)
    try:
        first, second, third = (emit(workspace) for _ in range(3))
        bad.append(second.pk)
        assert services.relay() == 2
        assert had == [first.pk, third.pk]
        assert [event.problem for event in all_events() if event.relayed_at is None] == ["Failed: tests.many"]
        bad.clear()
        clock.advance(seconds=6)
        assert services.relay() == 1
    finally:
        consumers.unsubscribe("tests.many")

    assert had == [first.pk, third.pk, second.pk]
    assert len(listener.seen) == 3, "others were served, and once"


def test_a_consumer_that_calls_the_network_does_so_outside_of_any_tenant(workspace):
    tenants = []
    services.subscribe(
        "workspace.updated", "tests.mail", lambda event: tenants.append(tenancy.current()), calls_network=True
    )
    try:
        emit(workspace)
        services.relay()
        services.relay()
    finally:
        consumers.unsubscribe("tests.mail")

    assert tenants == [tenancy.NOBODY]


def test_a_claimed_event_comes_back_when_its_relay_died(workspace, listener, clock):
    emit(workspace)
    services._claim(until=clock.now + services.LEASE)

    assert services.relay() == 0
    clock.advance(minutes=6)
    assert services.relay() == 1


def test_two_consumers_cannot_share_a_name(listener):
    with pytest.raises(ValueError, match=r"tests\.listener"):
        services.subscribe("post.*", "tests.listener", listener)


def test_a_pattern_that_matches_nothing_is_a_mistake(listener):
    with pytest.raises(ValueError, match=r"no\.such"):
        services.subscribe("no.such", "tests.nothing", listener)
