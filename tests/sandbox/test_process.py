"""The process: it starts quickly, keeps its state, stops when told, and says plainly why it cannot start."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import httpx
import pytest

from tests.sandbox.clients import Mastodon
from tests.sandbox.gallery import picture
from tests.support.sandbox import HOST, PORTS, ROOT, SandboxNotStarted, SandboxServer, free_ports


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "apps.sandbox", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def test_posts_tokens_pictures_and_the_hour_survive_a_restart(tmp_path):
    state = tmp_path / "deeper" / "sandbox.sqlite3"
    with SandboxServer(state=state) as sandbox, Mastodon(sandbox, "harbourcoffee") as mastodon:
        token = mastodon.token
        media = mastodon.upload(picture()).json()["id"]
        id = mastodon.post("Still here", media_ids=[media]).json()["id"]
        sandbox.advance(days=3)

    with SandboxServer(state=state) as sandbox, Mastodon(sandbox, "harbourcoffee", token=token) as mastodon:
        status = mastodon.get(f"/api/v1/statuses/{id}").json()
        assert status["content"] == "<p>Still here</p>"
        assert httpx.get(status["media_attachments"][0]["url"]).content == picture()
        assert mastodon.post("And again").json()["id"] > id
        assert status["created_at"] < sandbox.health()["now"]
        assert len(sandbox.accounts) == len({(one["platform"], one["handle"]) for one in sandbox.accounts})


def test_a_killed_sandbox_has_lost_nothing(tmp_path):
    server = SandboxServer(state=tmp_path / "sandbox.sqlite3")
    with Mastodon(server.start(), "harbourcoffee") as mastodon:
        mastodon.post("Just before")
        subprocess.run(["kill", "-9", str(server.pid)], check=True)
    server.stop()

    with SandboxServer(state=tmp_path / "sandbox.sqlite3") as sandbox:
        assert sandbox.texts("mastodon", "harbourcoffee") == ["Just before"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_stops_at_once_even_with_a_request_under_way(number):
    port = free_ports(PORTS)
    command = [sys.executable, "-m", "apps.sandbox", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        with ExitStack() as stack:
            assert process.stdout is not None
            assert process.stdout.readline() == f"The sandbox is at http://{HOST}:{port}\n"
            waiting = stack.enter_context(socket.create_connection((HOST, port + 2)))
            waiting.sendall(b"GET /api/v2/instance HTTP/1.1\r\nHost: x\r\nX-Sandbox-Fault: latency; seconds=60\r\n\r\n")
            until = time.monotonic() + 10
            while time.monotonic() < until:
                if httpx.get(f"http://{HOST}:{port}/_control/health").status_code == 200:
                    break
            start = time.monotonic()
            process.send_signal(number)
            said, _ = process.communicate(timeout=15)

        assert process.returncode == 0
        assert time.monotonic() - start < 5
        assert "Traceback" not in said


def test_a_taken_port_is_named_in_one_sentence():
    port = free_ports(PORTS)
    with socket.socket() as taken:
        taken.bind((HOST, port))
        taken.listen()
        result = run("--port", str(port))

    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert f"Port {port} on {HOST} cannot be used" in line


def test_a_state_that_is_no_database_is_named_in_one_sentence(tmp_path):
    broken = tmp_path / "sandbox.sqlite3"
    broken.write_text("This is a shopping list, not a database.\n" * 100)

    with pytest.raises(SandboxNotStarted, match=r"its state .*sandbox.sqlite3 cannot be used"):
        SandboxServer(state=broken).start()
