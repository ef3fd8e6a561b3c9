"""Domains of clients, the names and the server that they lead to, and a visitor."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.links import proving, services
from apps.links.models import LinkDomain

HOST = "go.client.example"
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


class Internet:
    """Names that lead somewhere, and one server that answers for all of them."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.answers_all_below: set[str] = set()
        self.silent: set[str] = set()
        self.status, self.body = 200, b""
        self.asked: list[str] = []

    def knows(self, name: str) -> bool:
        if any(one in name for one in self.silent):
            raise proving.NotLookedUp
        return name in self.names or any(name.endswith(f".{one}") for one in self.answers_all_below)

    def points(self, domain: LinkDomain) -> None:
        """Both records are set, and whoever follows them comes to us."""
        self.names |= {domain.host, proving.proof_name(domain)}
        answer = Client().get(f"{proving.PATH}{domain.token}", headers={"host": domain.host})
        self.status, self.body = answer.status_code, answer.content


@contextmanager
def serving(internet):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            internet.asked.append(self.path)
            self.send_response(internet.status)
            self.send_header("content-length", str(len(internet.body)))
            self.end_headers()
            self.wfile.write(internet.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def internet(monkeypatch, settings):
    found = Internet()
    with serving(found) as origin:
        settings.OUTBOUND_TRUSTED_ORIGINS = (origin,)
        monkeypatch.setattr(proving, "is_known", found.knows)
        monkeypatch.setattr(proving, "address_of", lambda domain: f"{origin}{proving.PATH}{domain.token}")
        yield found


def inside(workspace):
    return tenancy.scope(organization_id=workspace.organization_id)


def added(workspace, host=HOST) -> LinkDomain:
    with inside(workspace):
        return services.add_domain(workspace=workspace, host=host, actor=SYSTEM)


def looked_at(domain: LinkDomain) -> LinkDomain:
    with inside(domain):
        LinkDomain.objects.filter(pk=domain.pk).update(next_check_at=system_clock.now())
    assert services.check_domains() == 1
    return again(domain)


def ask(domain: LinkDomain) -> LinkDomain:
    with inside(domain):
        return services.ask_check(domain=domain, actor=SYSTEM)


def again(domain: LinkDomain) -> LinkDomain:
    with tenancy.across_tenants("a test looks"):
        return LinkDomain.across_tenants.select_related("workspace").get(pk=domain.pk)


def follow(path, host) -> int:
    return Client().get(path, headers={"host": host, "user-agent": BROWSER}).status_code
