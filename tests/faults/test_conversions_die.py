"""A worker of the media lane is killed in the middle of a conversion; another takes it up, and FFmpeg does not stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.core.files.storage import default_storage

from apps.core import tenancy
from apps.media import waking
from apps.media.services import renditions
from apps.media.states import RenditionState
from apps.tenants.models import Workspace
from tests.faults.workers import ROOT, wait_until
from tests.media import library
from tests.media.films import film
from tests.media.test_renditions import conversions

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

WORKER = [
    sys.executable, "-W", "ignore::Warning:celery.platforms", "-m", "celery", "--app", "config", "--quiet", "worker",
    "--pool", "prefork", "--concurrency", "2", "--queues", "media", "--loglevel", "WARNING",
    "--without-gossip", "--without-mingle", "--without-heartbeat",
]  # fmt: skip


@contextmanager
def lane(environment: Mapping[str, str], said: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the lane, in a group of its own."""
    with said.open("ab") as log:
        process = subprocess.Popen(
            WORKER, cwd=ROOT, env=dict(environment), stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Without a word, all of its processes at once, as when a machine runs out of memory."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait(10)


def test_a_conversion_outlives_its_worker(
    workspace: Workspace, database_environment: dict[str, str], valkey: redis.Redis, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    environment = {
        **database_environment, "DJANGO_SETTINGS_MODULE": "config.settings.test", "MEDIA_LEASE_SECONDS": "3",
        "MEDIA_ROOT": settings.MEDIA_ROOT, "POSTROOM_VAR": str(tmp_path / "var"),
        "SECRET_KEY": django_settings.SECRET_KEY, "KEYRING": django_settings.KEYRING,
    }  # fmt: skip
    asset = library.a_film(workspace, film(tmp_path / "film.mp4", seconds=4, rate=10))
    with tenancy.scope(organization_id=workspace.organization_id, workspace_ids=[workspace.pk]):
        rendition = renditions.request(asset=asset, recipe=library.slow())

    with lane(environment, tmp_path / "said") as first:
        wait_until(lambda: library.read(rendition).percent > 0, seconds=60)
        assert conversions(tmp_path)
        kill(first)
    wait_until(lambda: not conversions(tmp_path), seconds=5)
    assert library.read(rendition).state == RenditionState.MAKING, "nobody could say that it was over"

    with lane(environment, tmp_path / "said"):
        wait_until(lambda: is_ready(rendition), seconds=120)

    made = library.read(rendition)
    assert (made.fence, made.tries, made.video_codec) == (2, 2, "h264")
    folder = f"assets/{workspace.organization_id}/{workspace.pk}"
    assert len(default_storage.listdir(folder)[1]) == 2, "the film and one rendition of it"


def is_ready(rendition: Any) -> bool:
    """As beat does, remind the worker first."""
    waking.wake_makers()
    return library.read(rendition).state == RenditionState.READY
