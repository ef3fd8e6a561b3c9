"""How soon a platform has its answer: signed deliveries at a steady rate to a web server as production runs it.

The clock of each request starts when it was due, not when a thread was free for it: a server that falls behind cannot
hide it. Every delivery tells of something new, so that each is a row.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
SECRET = "the secret of a measurement"
HOST = "127.0.0.1"
THREADS = 32
START_SECONDS = 60.0


def run(*, rate: int, seconds: int, batch: int = 1) -> dict[str, Any]:
    """Milliseconds until the answer, at `rate` requests a second; `batch` notices in each."""
    from apps.core.running import ports
    from tests.support.valkey import server

    with tempfile.TemporaryDirectory(prefix="postroom-bench-") as folder, server() as queue:
        environment, port = _environment(folder, queue), ports.free()
        subprocess.run(_manage("migrate", "--verbosity", "0"), cwd=ROOT, env=environment, check=True)
        web = subprocess.Popen(_web(port), cwd=ROOT, env=environment, start_new_session=True)
        try:
            _wait_until_up(f"http://{HOST}:{port}/healthz")
            _Load(port, count=rate, batch=batch).send(rate=rate)  # what is cold at first is not what is measured
            load = _Load(port, count=rate * seconds, batch=batch)
            took = load.send(rate=rate)
            return {"rate": rate, "seconds": seconds, "notices_in_each": batch, **load.figures(took)}
        finally:
            web.terminate()
            web.wait(30)


class _Load:
    def __init__(self, port: int, *, count: int, batch: int) -> None:
        run = os.urandom(4).hex()
        self._port, self._count = port, count
        self._letters = [_letter(f"{run}-{number}", batch) for number in range(count)]
        self._milliseconds: list[float] = []
        self._statuses: Counter[int] = Counter()
        self._lock, self._next = threading.Lock(), 0

    def send(self, *, rate: int) -> float:
        """Send them, one every 1 / `rate` seconds; how many seconds that took."""
        begins = time.monotonic() + 0.2
        threads = [threading.Thread(target=self._work, args=(begins, rate)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - begins

    def figures(self, took: float) -> dict[str, Any]:
        ordered = sorted(self._milliseconds)
        shares = {f"p{share}_ms": ordered[min(len(ordered) - 1, len(ordered) * share // 100)] for share in (50, 95, 99)}
        return {
            "requests": len(ordered), "statuses": dict(self._statuses), "per_second": round(len(ordered) / took, 1),
            **{name: round(value, 1) for name, value in shares.items()}, "worst_ms": round(ordered[-1], 1),
        }  # fmt: skip

    def _work(self, begins: float, rate: int) -> None:
        # The plainest client there is: it shares the cores with what it measures.
        line = http.client.HTTPConnection(HOST, self._port, timeout=30)
        while (number := self._take()) is not None:
            due = begins + number / rate
            body, headers = self._letters[number]
            time.sleep(max(0.0, due - time.monotonic()))
            line.request("POST", "/inbound/facebook/", body, headers)
            answer = line.getresponse()
            answer.read()
            with self._lock:
                self._milliseconds.append((time.monotonic() - due) * 1000)
                self._statuses[answer.status] += 1
        line.close()

    def _take(self) -> int | None:
        with self._lock:
            number, self._next = self._next, self._next + 1
        return number if number < self._count else None


def _letter(name: str, batch: int) -> tuple[bytes, dict[str, str]]:
    changes = [
        {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": f"{name}-{i}", "post_id": "1_2",
                                    "message": "How long are you open on Sundays?", "from": {"id": "777"}}}
        for i in range(batch)
    ]  # fmt: skip
    said = {"object": "page", "entry": [{"id": "111", "time": 1790000000, "changes": changes}]}
    body = json.dumps(said).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return body, {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}


def _environment(folder: str, queue: str) -> dict[str, str]:
    """A Postroom of its own; PostgreSQL where BENCH_DATABASE_URL names an empty database of it."""
    own = {
        "DJANGO_SETTINGS_MODULE": "config.settings.development", "POSTROOM_VAR": folder, "REDIS_URL": queue,
        "DEBUG": "no", "SANDBOX_URL": "", "LOG_LEVEL": "ERROR",
        "FACEBOOK_CLIENT_ID": "1", "FACEBOOK_CLIENT_SECRET": SECRET,
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY", "KEYRING")}
    if url := os.environ.get("BENCH_DATABASE_URL"):
        own["DATABASE_URL"] = url
    return {**kept, **own}


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def _web(port: int) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"{HOST}:{port}", "--log-level",
        "warning", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket",
    ]  # fmt: skip


def _wait_until_up(url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(url, trust_env=False, verify=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("The web server did not start.")
