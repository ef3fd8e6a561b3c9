"""Endpoints of organizations: signed as Standard Webhooks has it, tried again, given up, disabled, and never in the way
of others."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from standardwebhooks import Webhook, WebhookVerificationError

from apps.core import tenancy
from apps.core.secrets import Secret
from apps.events import services as events
from apps.events.models import Consumption, Event
from apps.tenants.members import Member, member_of
from apps.tenants.permissions import Role
from apps.webhooks import services
from apps.webhooks.errors import EndpointRefused
from apps.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from apps.webhooks.services import delivering
from apps.webhooks.states import DeliveryState, EndpointState
from tests.support import factories
from tests.support.clock import Clock
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class Receiver:
    """Somebody's server: remembers what came, and answers as it is told, 200 by default."""

    def __init__(self) -> None:
        self.letters: list[tuple[bytes, dict[str, str]]] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.most_at_once = self.answered = 0
        self._now, self._lock, self.holds = 0, threading.Lock(), threading.Event()
        self.holds.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, text = receiver.take(
                    body, {name.lower(): value for name, value in self.headers.items()}
                )
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self.letters.append((body, headers))
            answer = self.answers.pop(0) if self.answers else (200, {}, b"thanks")
        self.holds.wait(10)
        with self._lock:
            self._now -= 1
            self.answered += 1
        return answer

    def says(self, status: int, text: bytes = b"no", **headers: str) -> None:
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, text))


@pytest.fixture
def receivers(settings) -> Iterator[list[Receiver]]:
    made = [Receiver(), Receiver()]
    settings.OUTBOUND_TRUSTED_ORIGINS = tuple(one.url for one in made)
    yield made
    for one in made:
        one.holds.set()
        one.server.shutdown()
        one.server.server_close()


@pytest.fixture
def receiver(receivers) -> Receiver:
    return receivers[0]


@pytest.fixture
def admin(organization) -> Member:
    membership = factories.member(organization, Role.ADMIN)
    found = member_of(membership.user, organization.pk)
    assert found is not None
    return found


def listen(by: Member, receiver: Receiver, **fields) -> tuple[Endpoint, Secret]:
    with by.scope():
        return services.make_endpoint(by=by, url=f"{receiver.url}/hook", **fields)


def happen(workspace, name: str = "workspace.updated") -> Event:
    with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
        event = events.emit(name, subject=workspace, data={"words": "Grüße"})
    events.relay()
    return event


def rows(of: Endpoint, model: Any = Delivery) -> list[Any]:
    with tenancy.scope(organization_id=of.organization_id):
        return list(model.objects.order_by("id"))


def another_worker() -> threading.Thread:
    def deliver() -> None:
        try:
            services.deliver_due()
        finally:
            connection.close()

    return threading.Thread(target=deliver)


def read(endpoint: Endpoint) -> Endpoint:
    with tenancy.scope(organization_id=endpoint.organization_id):
        return Endpoint.objects.get(pk=endpoint.pk)


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_the_verifier_of_the_standard_takes_what_is_sent(admin, workspace, receiver):
    endpoint, secret = listen(admin, receiver)
    event = happen(workspace)

    assert services.deliver_due() == 1
    ((body, headers),) = receiver.letters
    told = Webhook(secret.reveal()).verify(body, headers)
    assert told["id"] == headers["webhook-id"] == f"evt_{event.pk.hex}"
    assert (told["type"], told["workspace"], told["data"]) == (
        "workspace.updated", f"ws_{workspace.pk.hex}", {"words": "Grüße"},
    )  # fmt: skip
    assert headers["content-type"] == "application/json"
    assert body == json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    (delivery,), (attempt,) = rows(endpoint), rows(endpoint, DeliveryAttempt)
    assert delivery.state == DeliveryState.DELIVERED
    assert (attempt.status, attempt.answer, attempt.number) == (200, "thanks", 1)


def test_the_verifier_refuses_what_was_changed_and_what_is_stale(admin, workspace, receiver, clock: Clock):
    _, secret = listen(admin, receiver)
    happen(workspace)
    services.deliver_due()
    happen(workspace)
    clock.set(datetime.now(UTC) - timedelta(minutes=10))
    with tenancy.across_tenants("a test makes it due"):
        Delivery.across_tenants.update(next_try_at=clock.now)
    services.deliver_due()
    (body, headers), (late_body, late_headers) = receiver.letters
    verifier = Webhook(secret.reveal())

    with pytest.raises(WebhookVerificationError):
        verifier.verify(body.replace(b"workspace", b"workplace"), headers)
    with pytest.raises(WebhookVerificationError):
        verifier.verify(body, {**headers, "webhook-id": "evt_1"})
    with pytest.raises(WebhookVerificationError):
        verifier.verify(late_body, late_headers)


def test_both_secrets_sign_during_the_overlap_and_the_old_one_no_longer(admin, workspace, receiver, clock: Clock):
    endpoint, old = listen(admin, receiver)
    with admin.scope():
        _, new = services.rotate_secret(endpoint=endpoint, by=admin)
    happen(workspace)
    services.deliver_due()
    body, headers = receiver.letters[-1]
    for secret in (old, new):
        Webhook(secret.reveal()).verify(body, headers)

    with admin.scope():
        Endpoint.objects.update(overlaps_until=clock.now)
    happen(workspace)
    services.deliver_due()
    body, headers = receiver.letters[-1]
    Webhook(new.reveal()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old.reveal()).verify(body, headers)


def test_a_test_says_that_it_is_one(admin, receiver):
    endpoint, secret = listen(admin, receiver)
    with admin.scope():
        services.send_test(endpoint=endpoint)

    services.deliver_due()
    body, headers = receiver.letters[0]
    assert Webhook(secret.reveal()).verify(body, headers)["type"] == "webhook.test"


# --- to whom ----------------------------------------------------------------------------------------------------------


def test_each_endpoint_is_told_what_it_wants_and_nothing_of_others(
    admin, workspace, other_workspace, stranger_workspace, receivers
):
    one, two = receivers
    listen(admin, one, events=["workspace.deleted"])
    listen(admin, two, workspace=workspace)
    for place in (workspace, other_workspace, stranger_workspace):
        happen(place)
    happen(other_workspace, "workspace.deleted")

    services.deliver_due()
    assert [json.loads(body)["type"] for body, _ in one.letters] == ["workspace.deleted"]
    assert [json.loads(body)["workspace"] for body, _ in two.letters] == [f"ws_{workspace.pk.hex}"]


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://user:pass@example.com/", "nowhere", "https://example.com:25/"]
)
def test_an_address_that_may_not_be_called_is_refused(admin, url):
    with admin.scope(), pytest.raises(EndpointRefused):
        services.make_endpoint(by=admin, url=url)


def test_an_address_inside_is_not_called_either(admin, workspace, receiver, settings):
    endpoint, _ = listen(admin, receiver)
    settings.OUTBOUND_TRUSTED_ORIGINS = ()
    happen(workspace)

    services.deliver_due()
    assert receiver.letters == []
    (attempt,) = rows(endpoint, DeliveryAttempt)
    assert (attempt.status, bool(attempt.problem)) == (0, True)


def test_there_are_so_many_endpoints(admin, receiver, settings):
    settings.WEBHOOK_MAX_ENDPOINTS = 1
    listen(admin, receiver)

    with pytest.raises(EndpointRefused):
        listen(admin, receiver)


# --- again ------------------------------------------------------------------------------------------------------------


def test_what_is_not_taken_is_tried_again_and_given_up_in_the_end(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    for _ in range(3):
        receiver.says(500)
    happen(workspace)
    pauses = []
    for _ in range(3):
        services.deliver_due()
        (delivery,) = rows(endpoint)
        pauses.append((delivery.next_try_at - clock.now).total_seconds())
        clock.set(max(clock.now, delivery.next_try_at))

    assert 24 <= pauses[0] <= 36
    assert 240 <= pauses[1] <= 360
    assert delivery.state == DeliveryState.FAILED
    assert [attempt.status for attempt in rows(endpoint, DeliveryAttempt)] == [500, 500, 500]
    assert len({headers["webhook-id"] for _, headers in receiver.letters}) == 1
    services.deliver_due()
    assert len(receiver.letters) == 3


@pytest.mark.parametrize(
    ("status", "headers", "least", "most"),
    [
        (429, {}, 60, 60),
        (503, {"Retry_After": "1"}, 24, 36),
        (503, {"Retry_After": "9999"}, 48, 72),
        (503, {"Retry_After": "Fri, 31 Dec 2126 23:59:59 GMT"}, 48, 72),
        (503, {"Retry_After": "soon"}, 24, 36),
        (301, {}, 24, 36),
    ],
)
def test_a_receiver_says_when_within_reason(admin, workspace, receiver, clock: Clock, status, headers, least, most):
    endpoint, _ = listen(admin, receiver)
    receiver.says(status, **headers)
    happen(workspace)

    services.deliver_due()
    (delivery,) = rows(endpoint)
    assert least <= (delivery.next_try_at - clock.now).total_seconds() <= most


def test_the_beginning_of_an_answer_is_kept(admin, workspace, receiver):
    endpoint, _ = listen(admin, receiver)
    receiver.says(500, b"\0x" * 50_000)
    happen(workspace)

    services.deliver_due()
    (attempt,) = rows(endpoint, DeliveryAttempt)
    assert attempt.answer == "x" * 10_000


class Forgetful(threading.Thread):
    """A server that promises to keep its connections, and closes each as a second request comes by it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.taken = 0

    def run(self) -> None:
        with contextlib.suppress(OSError):  # It is closed in the end.
            while True:
                with self._socket.accept()[0] as line:
                    self._read(line)
                    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                    self.taken += 1
                    line.recv(1)

    @staticmethod
    def _read(line: socket.socket) -> None:
        said = line.makefile("rb")
        head = iter(lambda: said.readline().strip(), b"")
        headers = dict(one.lower().split(b": ", 1) for one in head if b": " in one)
        said.read(int(headers[b"content-length"]))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def test_a_connection_that_was_closed_meanwhile_is_no_failure(admin, workspace, settings):
    server = Forgetful()
    server.start()
    settings.OUTBOUND_TRUSTED_ORIGINS, settings.WEBHOOK_AT_ONCE = (server.url,), 1
    with admin.scope():
        endpoint, _ = services.make_endpoint(by=admin, url=server.url)
    for _ in range(3):
        happen(workspace)
    services.deliver_due()
    server.close()

    assert server.taken == 3
    assert [attempt.status for attempt in rows(endpoint, DeliveryAttempt)] == [200, 200, 200]


def test_what_was_given_up_is_sent_again_by_hand(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    began = clock.now
    happen(workspace)
    happen(workspace)
    with admin.scope():
        Delivery.objects.filter(pk=rows(endpoint)[0].pk).update(state=DeliveryState.FAILED, spent=3)
    services.deliver_due()
    assert len(receiver.letters) == 1

    clock.advance(seconds=1)
    with admin.scope():
        assert services.redeliver(endpoint=endpoint, since=began) == 1
    services.deliver_due()
    with admin.scope():
        assert services.redeliver(endpoint=endpoint, since=began, until=began, only_failed=False) == 0
        services.redeliver_one(delivery=rows(endpoint)[1])
    services.deliver_due()
    assert len(receiver.letters) == 3


def test_a_range_is_sent_again_and_nothing_around_it(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    happened = []
    for _ in range(4):
        clock.advance(minutes=1)
        happened.append(happen(workspace))
    services.deliver_due()
    receiver.letters.clear()

    since, until = happened[1].created_at, happened[3].created_at
    with admin.scope():
        assert services.redeliver(endpoint=endpoint, since=since, until=until) == 0
        assert services.redeliver(endpoint=endpoint, since=since, until=until, only_failed=False) == 2
    services.deliver_due()

    assert {headers["webhook-id"] for _, headers in receiver.letters} == {
        f"evt_{event.pk.hex}" for event in happened[1:3]
    }


def test_what_happened_while_it_was_disabled_is_sent_when_it_is_asked_for(
    admin, workspace, other_workspace, receiver, clock
):
    endpoint, _ = listen(admin, receiver, workspace=workspace, events=["workspace.updated"])
    with admin.scope():
        services.change_endpoint(endpoint=endpoint, by=admin, state=EndpointState.DISABLED)
    began, missed = clock.now, happen(workspace)
    happen(workspace, "workspace.deleted")
    happen(other_workspace)
    clock.advance(seconds=1)
    with admin.scope(), pytest.raises(EndpointRefused):
        services.redeliver(endpoint=endpoint, since=began)
    with admin.scope():
        enabled = services.change_endpoint(endpoint=endpoint, by=admin, state=EndpointState.ACTIVE)
    services.deliver_due()
    assert receiver.letters == []

    for expected in (1, 0):  # once: it is known by then
        with admin.scope():
            assert services.redeliver(endpoint=enabled, since=began) == expected
        services.deliver_due()
    assert [headers["webhook-id"] for _, headers in receiver.letters] == [f"evt_{missed.pk.hex}"]


def test_what_happens_while_it_is_paused_is_sent_when_it_is_resumed(admin, workspace, receiver):
    endpoint, _ = listen(admin, receiver)
    with admin.scope():
        paused = services.change_endpoint(endpoint=endpoint, by=admin, state=EndpointState.PAUSED)
        with pytest.raises(EndpointRefused):
            services.send_test(endpoint=paused)
    happen(workspace)
    services.deliver_due()
    assert receiver.letters == []

    with admin.scope():
        services.change_endpoint(endpoint=endpoint, by=admin, state=EndpointState.ACTIVE)
    services.deliver_due()
    assert len(receiver.letters) == 1


def test_an_event_is_handed_on_once_however_often_it_is_relayed(admin, workspace, receiver):
    endpoint, _ = listen(admin, receiver)
    event = happen(workspace)
    with tenancy.across_tenants("a relay does it again"):
        services.fan_out([event])
    assert len(rows(endpoint)) == 1


def test_what_is_relayed_after_deliveries_are_forgotten_is_told_nobody(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
        events.emit("workspace.updated", subject=workspace)
    clock.advance(days=31)
    events.relay()

    assert rows(endpoint) == []


def test_events_of_which_nobody_is_told_cost_no_row_for_it(workspace):
    happen(workspace)

    with tenancy.across_tenants("a test looks"):
        assert not Consumption.across_tenants.filter(consumer="webhooks.fan_out").exists()


# --- disabled ---------------------------------------------------------------------------------------------------------


def test_whoever_is_gone_is_told_nothing_more_and_its_people_hear_of_it(admin, workspace, receiver):
    endpoint, _ = listen(admin, receiver)
    receiver.says(410)
    happen(workspace)
    services.deliver_due()
    happen(workspace)
    services.deliver_due()

    assert read(endpoint).state == EndpointState.DISABLED
    assert len(receiver.letters) == 1
    assert [message.to for message in mail.outbox] == [[admin.user.email]]
    assert receiver.url in mail.outbox[0].body
    with admin.scope():
        assert Event.objects.filter(name="webhook.disabled").count() == 1
        services.change_endpoint(endpoint=endpoint, by=admin, state=EndpointState.ACTIVE)
    services.deliver_due()
    assert (read(endpoint).failures, read(endpoint).reason) == (0, "")


def failed_before(endpoint: Endpoint, times: int, *, now: datetime, hours: int = 1) -> None:
    """So many failures in a row, all of them so long ago."""
    with tenancy.scope(organization_id=endpoint.organization_id):
        seconds = [int((now - timedelta(hours=hours)).timestamp())] * times
        Endpoint.objects.update(failures=times, failed_at=seconds)


def test_one_that_fails_for_long_is_disabled_and_one_success_begins_anew(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    failed_before(endpoint, 48, now=clock.now)
    receiver.says(500)
    happen(workspace)
    services.deliver_due()
    assert (read(endpoint).failures, read(endpoint).state) == (49, EndpointState.ACTIVE)
    clock.advance(minutes=2)
    services.deliver_due()
    assert (read(endpoint).failures, read(endpoint).failed_at, read(endpoint).rests_until) == (0, [], None)

    failed_before(endpoint, 49, now=clock.now)
    receiver.says(500)
    happen(workspace)
    services.deliver_due()
    assert read(endpoint).state == EndpointState.DISABLED


def test_failures_of_more_than_a_day_ago_do_not_count(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    failed_before(endpoint, 49, now=clock.now, hours=25)
    receiver.says(500)
    happen(workspace)
    services.deliver_due()

    found = read(endpoint)
    assert (found.failures, len(found.failed_at), found.state) == (50, 1, EndpointState.ACTIVE)


def test_a_minute_of_a_restart_disables_nobody_however_much_there_is_to_tell(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    for _ in range(60):
        receiver.says(503)
        happen(workspace)
    for _ in range(12):
        services.deliver_due()
        clock.advance(seconds=5)

    assert read(endpoint).state == EndpointState.ACTIVE
    assert len(receiver.letters) < 12


# --- side by side -----------------------------------------------------------------------------------------------------


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


def test_what_was_told_long_ago_is_forgotten(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    happen(workspace)
    services.deliver_due()
    happen(workspace)
    clock.advance(days=31)

    assert services.forget_deliveries(now=clock.now) == 2  # a delivery and its attempt
    assert [delivery.state for delivery in rows(endpoint)] == [DeliveryState.WAITING]
