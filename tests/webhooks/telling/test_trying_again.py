"""What is not taken is tried again, and given up in the end."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest

from apps.webhooks import services
from apps.webhooks.models import DeliveryAttempt
from apps.webhooks.states import DeliveryState
from tests.support.clock import Clock
from tests.webhooks.telling.receiving import happen, listen, rows

pytestmark = pytest.mark.django_db(transaction=True)


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
