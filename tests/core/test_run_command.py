"""`manage.py run` says in one sentence why it cannot start, and keeps what it makes to its owner."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from apps.core.running import ports, queue
from apps.core.running.errors import CannotStart

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def refusal(var: Path, **variables: object) -> str:
    """What `manage.py run` says on standard error when it does not start."""
    env = {
        name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DATABASE_URL", "POSTROOM_VAR")
    }
    env |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "POSTROOM_VAR": str(var),
        "PORT": str(ports.free()),
    }
    env |= {name: str(value) for name, value in variables.items()}
    done = subprocess.run(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_a_taken_port_is_named_with_the_way_out(tmp_path, taken_port):
    said = refusal(tmp_path, PORT=taken_port)
    assert said == f"Port {taken_port} is taken by another program: stop that one, or choose another port with PORT."


def test_a_file_that_is_no_database_is_named(tmp_path):
    file = tmp_path / "postroom.sqlite3"
    file.write_bytes(b"These are not the bytes of a database. " * 100)

    said = refusal(tmp_path, SANDBOX_URL="")
    assert said == f"The database file {file} cannot be used: file is not a database"


def test_an_unreachable_database_is_named_without_its_password(tmp_path):
    port = ports.free()

    said = refusal(
        tmp_path, SANDBOX_URL="", DATABASE_URL=f"postgresql://somebody:open-sesame@127.0.0.1:{port}/postroom"
    )
    assert said.startswith(f"The database postroom at 127.0.0.1:{port} cannot be used: ")
    assert len(said.splitlines()) == 1
    assert "open-sesame" not in said


def test_an_unreachable_queue_is_named_without_its_password():
    port = ports.free()
    with pytest.raises(CannotStart) as refused:
        queue.require(f"redis://:open-sesame@127.0.0.1:{port}/0")
    assert f"127.0.0.1:{port} (REDIS_URL)" in str(refused.value)
    assert "open-sesame" not in str(refused.value)


def test_the_private_queue_keeps_its_password_to_itself_and_strangers_out(tmp_path):
    plan = queue.prepare(tmp_path, port=ports.free())
    password = plan.url.split(":")[2].split("@")[0]

    assert stat.S_IMODE((tmp_path / "queue.conf").stat().st_mode) == 0o600
    assert password not in " ".join(plan.command)


def test_the_queue_of_the_tests_refuses_a_caller_without_its_password(valkey):
    facts = valkey.connection_pool.connection_kwargs
    with redis.Redis(host=facts["host"], port=facts["port"]) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_a_lingering_connection_does_not_make_a_port_taken(taken_port):
    assert ports.is_taken(taken_port)
    assert not ports.is_taken(ports.free())
