"""Hosted OAuth clients of the simulated Bluesky: metadata at an address, requests signed with a published key."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from tests.sandbox.bluesky_client import SCOPE, Key, OAuthClient, answer_of, error_of
from tests.support.sandbox import Sandbox


@pytest.fixture
def handle(sandbox: Sandbox) -> str:
    created: str = sandbox.create_account("bluesky", "shop")["handle"]
    return created


class HostedApp:
    """An application with metadata and a key set at addresses of its own."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.client_id = f"{self.origin}/oauth/client-metadata.json"
        self.redirect_uri = f"{self.origin}/oauth/callback"
        self.key = Key()
        self.documents["/oauth/jwks.json"] = {"keys": [{**self.key.public, "kid": "one", "use": "sig"}]}
        self.documents["/oauth/client-metadata.json"] = {
            "client_id": self.client_id,
            "application_type": "web",
            "client_name": "An Agency",
            "redirect_uris": [self.redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": SCOPE,
            "dpop_bound_access_tokens": True,
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES256",
            "jwks_uri": f"{self.origin}/oauth/jwks.json",
        }
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        documents = self.documents

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                document = documents.get(self.path)
                content = json.dumps(document).encode()
                self.send_response(404 if document is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        return Handler


@pytest.fixture(scope="module")
def app() -> Iterator[HostedApp]:
    app = HostedApp()
    yield app
    app.stop()


@pytest.fixture
def hosted(sandbox: Sandbox, app: HostedApp) -> Iterator[OAuthClient]:
    client = OAuthClient(sandbox.origin("bluesky"), client_id=app.client_id, signer=app.key, kid="one")
    yield client
    client.close()


def connect_hosted(sandbox: Sandbox, client: OAuthClient, app: HostedApp, handle: str) -> httpx.Response:
    location = sandbox.consent(client.authorize_url(redirect_uri=app.redirect_uri), handle)
    return client.exchange(answer_of(location)["code"], redirect_uri=app.redirect_uri)


def test_a_hosted_client_signs_its_way_through(sandbox, hosted, app, handle):
    tokens = connect_hosted(sandbox, hosted, app, handle)

    assert tokens.status_code == 200
    assert hosted.call("com.atproto.server.getSession", method="GET").json()["handle"] == handle
    sandbox.advance(days=30)
    assert hosted.renew().status_code == 200, "a confidential session outlives the two weeks of a public one"


def test_a_hosted_client_that_signs_nothing_or_wrongly_is_refused(hosted, app):
    def push() -> httpx.Response:
        return hosted.push(redirect_uri=app.redirect_uri)

    hosted._signer = Key()
    assert error_of(push())[:2] == (401, "invalid_client")
    hosted._signer = None
    assert error_of(push())[:2] == (401, "invalid_client")
    hosted._signer, hosted._kid = app.key, "two"
    assert error_of(push())[:2] == (401, "invalid_client")


def test_a_session_ends_with_the_client_key_that_opened_it(sandbox, hosted, app, handle):
    connect_hosted(sandbox, hosted, app, handle)
    keys = app.documents["/oauth/jwks.json"]["keys"]
    second = Key()
    keys.append({**second.public, "kid": "two"})

    hosted._signer, hosted._kid = second, "two"
    answer = hosted.renew()
    keys.pop()

    assert error_of(answer)[:2] == (400, "invalid_grant")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "https://elsewhere.test/metadata.json"},
        {"dpop_bound_access_tokens": False},
        {"redirect_uris": ["https://elsewhere.test/callback"]},
        {"application_type": "native"},
        {"jwks": {"keys": []}},
        {"scope": "transition:generic"},
    ],
    ids=str,
)
def test_metadata_that_breaks_a_rule_is_refused(hosted, app, change):
    path = "/oauth/client-metadata.json"
    good = app.documents[path]
    app.documents[path] = good | change
    try:
        answer = hosted.push(redirect_uri=app.redirect_uri)
    finally:
        app.documents[path] = good

    assert error_of(answer)[:2] == (400, "invalid_client_metadata")


def test_metadata_that_is_not_there_is_refused(hosted, app):
    hosted.client_id = f"{app.origin}/nothing.json"

    assert error_of(hosted.push(redirect_uri=app.redirect_uri))[:2] == (400, "invalid_client_metadata")
