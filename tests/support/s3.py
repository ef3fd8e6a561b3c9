"""A real S3 server on a free port of loopback: rclone, which enforces signatures, expiry and what was signed.

def test_...(bucket):       # settings point at a bucket of this test's own; its files lie below `bucket.folder`
"""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from apps.core.running import ports
from apps.core.running.supervisor import ending_with_us
from config import media

START_SECONDS = 20
STOP_SECONDS = 10
STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"


@dataclass(frozen=True, slots=True)
class S3Server:
    url: str
    access_key: str
    secret_key: str
    root: Path

    def bucket(self, **options: str) -> media.BucketSettings:
        """The name of a bucket that is not there yet, and how to reach it."""
        name = f"files-{secrets.token_hex(6)}"
        return media.BucketSettings(
            name, endpoint=self.url, access_key=self.access_key, secret_key=self.secret_key, **options
        )


@dataclass(frozen=True, slots=True)
class FreshBucket:
    settings: media.BucketSettings
    folder: Path

    @property
    def files(self) -> list[str]:
        """Names of all objects."""
        found = (path for path in self.folder.rglob("*") if path.is_file() and not path.name.startswith(".rclone"))
        return sorted(path.relative_to(self.folder).as_posix() for path in found)


@contextmanager
def server() -> Iterator[S3Server]:
    with tempfile.TemporaryDirectory(prefix="postroom-s3-") as folder:
        root, port = Path(folder) / "buckets", ports.free()
        root.mkdir()
        found = S3Server(f"http://127.0.0.1:{port}", secrets.token_hex(10), secrets.token_hex(20), root)
        program = str(Path(sys.executable).with_name("rclone"))
        command = [
            program, "serve", "s3", "--addr", urlsplit(found.url).netloc,
            "--auth-key", f"{found.access_key},{found.secret_key}", "--config", "", str(root),
        ]  # fmt: skip
        with open(Path(folder) / "log", "wb") as log:
            process = subprocess.Popen(ending_with_us(command), stdout=log, stderr=log, start_new_session=True)
            try:
                _wait_for_answer(process, port)
                yield found
            finally:
                process.terminate()
                process.wait(STOP_SECONDS)


def _wait_for_answer(process: subprocess.Popen[bytes], port: int) -> None:
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError("The S3 server did not start") from None
            time.sleep(0.02)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    with server() as running:
        yield running


@pytest.fixture
def bucket(s3_server: S3Server, settings: Settings) -> FreshBucket:
    """Files lie in a new bucket from here on."""
    place = s3_server.bucket(prefix="postroom")
    settings.MEDIA_BUCKET = place
    settings.STORAGES = media.storages(place, static=STATIC)
    default_storage.connection.create_bucket(Bucket=place.name)  # type: ignore[attr-defined]
    return FreshBucket(place, s3_server.root / place.name)
