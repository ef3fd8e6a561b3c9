"""Somebody's server that is told, and what a test does to have it told."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import connection, transaction

from apps.core import tenancy
from apps.core.secrets import Secret
from apps.events import services as events
from apps.events.models import Event
from apps.tenants.members import Member
from apps.webhooks import services
from apps.webhooks.models import Delivery, Endpoint


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
