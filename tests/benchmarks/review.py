"""A month that a client's guest reviews by link: how soon the page is there, in how many queries and how large, and how
long it takes to approve all of it at once.

The web server is started as production runs it, on a database of its own. The page is asked for as a telephone does,
one request after the other. Queries, and the work (`cpu_ms`, which other programs do not lengthen), are of the same
page in this process.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.inbound import HOST, ROOT, _manage, _wait_until_up, _web

COLD = 5  # requests that load what is loaded once
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ASKED = re.compile(r'name="request" value="([^"]+)"')


def run(*, posts: int, rounds: int) -> dict[str, Any]:
    """Milliseconds until the page is there, its queries and bytes; of `posts` posts with a picture on two networks."""
    with tempfile.TemporaryDirectory(prefix="postroom-bench-") as folder:
        command = [sys.executable, "-m", "tests.benchmarks.review", str(posts), str(rounds)]
        env = {**os.environ, **_environment(folder)}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-1500:])
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def _environment(folder: str) -> dict[str, str]:
    """A Postroom of its own; PostgreSQL where BENCH_DATABASE_URL names an empty database of it."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.development", "DEBUG": "no", "POSTROOM_VAR": f"{folder}/var",
        "DATABASE_URL": os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite3",
        "SANDBOX_URL": "", "LOG_LEVEL": "ERROR",
    }  # fmt: skip


def measure(posts: int, rounds: int) -> dict[str, Any]:
    from apps.core.running import ports
    from tests.support import valkey

    with contextlib.ExitStack() as stack:
        os.environ["REDIS_URL"] = stack.enter_context(valkey.server())
        subprocess.run(_manage("migrate", "--verbosity", "0"), cwd=ROOT, check=True)
        address, queries, worked = _plant(posts)
        port = ports.free()
        stack.enter_context(_serving(port))
        times, size = _read(port, address, rounds)
        ordered = sorted(times)
        seconds = _sign_off(port, address)
    return {
        "posts": posts, "rounds": rounds, "queries": queries, "bytes": size, "cpu_ms": worked,
        "p50_ms": ordered[len(ordered) // 2], "p95_ms": ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)],
        "worst_ms": ordered[-1], "approve_all_s": seconds, "load_average": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _plant(posts: int) -> tuple[str, int, float]:
    """A month before a guest: the path of their link, the queries that its page takes, and the milliseconds of work."""
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    address = _month(posts)
    browser = Client(headers={"host": HOST})
    browser.get(address)
    began = time.process_time()
    for _ in range(COLD):
        browser.get(address)
    worked = (time.process_time() - began) / COLD * 1000
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    assert answer.content.count(b"review-one") == posts
    return address, len(asked), round(worked, 1)


def _month(posts: int) -> str:
    from apps.approvals import services
    from apps.core import clock, tenancy
    from apps.core.actors import SYSTEM, Actor
    from apps.tenants.members import member_of
    from tests.support import factories

    place = factories.workspace(factories.organization("Northlight Agency"), "Alder & Rye")
    owner = factories.member(place.organization)
    seat = member_of(owner.user, place.organization_id, actor=Actor.user(owner.user_id))
    assert seat is not None
    accounts = [factories.account(place, name, handle="alderandrye") for name in ("instagram", "linkedin")]
    words, due_at = "One long table, forty chairs, five courses from the rye harvest. " * 4, clock.now() + timedelta(1)
    rows = [
        factories.post(
            place, f"Post {number}. {words}", accounts=accounts, assets=[factories.asset(place, alt="A rye field")],
            due_at=due_at,
        )
        for number in range(posts)
    ]  # fmt: skip
    guests = [services.Invited("Ingrid Solheim")]
    with tenancy.scope(organization_id=place.organization_id):
        step = {"key": "client", "name": "The client", "guests": True}
        services.set_policy(workspace_id=place.pk, steps=[step], actor=SYSTEM)
        for row in rows:
            services.submit(post=row, actor=SYSTEM)
        ((_, token),) = services.make_links(
            seat=seat, workspace_id=place.pk, post_ids=[row.pk for row in rows], guests=guests,
            expires_at=clock.now() + timedelta(days=14), month=f"{clock.now():%Y-%m}",
        )  # fmt: skip
    return f"/review/{token.reveal()}/"


@contextlib.contextmanager
def _serving(port: int) -> Iterator[None]:
    web = subprocess.Popen(_web(port), cwd=ROOT, start_new_session=True)
    try:
        _wait_until_up(f"http://{HOST}:{port}/healthz")
        yield
    finally:
        web.terminate()
        web.wait(30)


def _read(port: int, address: str, rounds: int) -> tuple[list[float], int]:
    line, times, size = http.client.HTTPConnection(HOST, port, timeout=60), [], 0
    for number in range(COLD + rounds):
        began = time.monotonic()
        line.request("GET", address)
        answer = line.getresponse()
        size = len(answer.read())
        assert answer.status == 200, answer.status
        if number >= COLD:
            times.append(round((time.monotonic() - began) * 1000, 1))
    line.close()
    return times, size


def _sign_off(port: int, address: str) -> float:
    """Seconds until all posts are approved, as the page for that does it."""
    line = http.client.HTTPConnection(HOST, port, timeout=120)
    line.request("GET", f"{address}rest/")
    answer = line.getresponse()
    page, cookie = answer.read().decode(), answer.headers["Set-Cookie"].partition(";")[0]
    token = TOKEN.search(page)
    assert token
    fields = [("csrfmiddlewaretoken", token[1]), *(("request", pk) for pk in ASKED.findall(page))]
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    began = time.monotonic()
    line.request("POST", f"{address}rest/", urlencode(fields), headers)
    told = line.getresponse()
    told.read()
    assert f"done={len(fields) - 1}&missed=0" in told.headers["Location"], told.headers["Location"]
    return round(time.monotonic() - began, 2)


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))  # noqa: T201
