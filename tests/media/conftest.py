"""A workspace that files go into, files, and a web server that hands some out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from apps.core.actors import Actor
from apps.media.models import Asset, Upload
from apps.media.services import Destination
from apps.tenants.models import Membership, Workspace
from tests.support import factories

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def media_root(tmp_path: Path, settings: Settings) -> Path:
    """Files of each test lie in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return settings.MEDIA_ROOT


@pytest.fixture
def to(owner: Membership, workspace: Workspace) -> Destination:
    return Destination(workspace.organization_id, workspace.pk, Actor.user(owner.user_id))


@pytest.fixture
def browser(owner: Membership, workspace: Workspace) -> Client:
    return factories.signed_in(owner, at=workspace)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the corpus lie once they were made."""
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture
def cup() -> bytes:
    """A picture of some size."""
    return factories.picture(size=(300, 200), form="JPEG")


def now(upload: Upload) -> Upload:
    """The upload as it stands."""
    with Destination.of(upload).scope():
        return Upload.objects.get(pk=upload.pk)


def assets(to: Destination) -> list[Asset]:
    with to.scope():
        return list(Asset.objects.all())


def stored(*found: Asset) -> list[str]:
    """Where the files of these assets lie on the disk, the small pictures among them."""
    return sorted(file.path for asset in found for file in (asset.file, asset.thumbnail) if file)


@contextmanager
def web_server(answer: Answer) -> Iterator[str]:
    """Answers every GET by `answer`; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def hand_out(content: bytes, *, mime_type: str = "image/jpeg", **headers: str) -> Answer:
    """An answer with this content."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", mime_type)
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer
