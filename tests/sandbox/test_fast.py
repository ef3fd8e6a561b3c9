"""The fast mode: what it accepts and counts, how long it takes, and what can go wrong. Nothing here waits: the line is
handed a clock that the test moves."""

from __future__ import annotations

import asyncio
import heapq
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from apps.sandbox.fast.stub import Stub
from apps.sandbox.fast.wire import Line
from tests.support.sandbox import ROOT

ORIGIN = "http://127.0.0.1:8010"
NOW = 1_790_000_000.0


class Loop:
    """Time as the line and the stub have it."""

    def __init__(self) -> None:
        self.now = NOW
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        heapq.heappush(self._waiting, (self.now + seconds, next(self._numbers), callback))

    def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while self._waiting and self._waiting[0][0] <= until:
            self.now, _, callback = heapq.heappop(self._waiting)
            callback()
        self.now = until


class Wire(asyncio.Transport):
    """The other end of a connection: what came back, and whether it was closed."""

    def __init__(self, stub: Stub, loop: Loop) -> None:
        super().__init__()
        self.received, self.is_closed = b"", False
        self._line = Line(stub, loop.later)
        self._line.connection_made(self)

    def write(self, data: Any) -> None:
        self.received += data

    def close(self) -> None:
        self.is_closed = True
        self._line.connection_lost(None)

    def send(self, data: bytes) -> None:
        self._line.data_received(data)

    @property
    def status(self) -> int:
        return int(self.received.split()[1])

    @property
    def body(self) -> Any:
        return json.loads(self.received.partition(b"\r\n\r\n")[2])


class Bench:
    """A stub, its hours, and short ways to ask it."""

    def __init__(self, latency: float = 0.2) -> None:
        self.loop = Loop()
        self.stub = Stub(ORIGIN, latency=latency, clock=lambda: self.loop.now)

    def begin(self, method: str, target: str, *, account: str = "ada", body: Any = None, **headers: str) -> Wire:
        """Send a request and wait for nothing."""
        wire = Wire(self.stub, self.loop)
        content = b"" if body is None else json.dumps(body).encode()
        lines = {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
        if account:
            lines["Authorization"] = f"Bearer {account}"
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
        wire.send(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + content)
        return wire

    def ask(self, method: str, target: str, **said: Any) -> Any:
        """Send a request, and its answer once it is there."""
        wire = self.begin(method, target, **said)
        self.loop.advance(60)
        return wire.body

    def toot(self, text: str, *, account: str = "ada", key: str = "") -> Wire:
        return self.begin(
            "POST", "/api/v1/statuses", account=account, body={"status": text}, **{"Idempotency-Key": key or text}
        )

    def form(self, target: str, *, account: str = "ada", **fields: str) -> Wire:
        wire = Wire(self.stub, self.loop)
        content = urlencode(fields).encode()
        wire.send(
            f"POST {target} HTTP/1.1\r\nAuthorization: Bearer {account}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        self.loop.advance(1)
        return wire

    def counts(self) -> Any:
        return self.ask("GET", "/_control/counts", account="")


@pytest.fixture
def bench() -> Bench:
    return Bench()


# --- time -------------------------------------------------------------------------------------------------------------


def test_a_post_is_accepted_at_once_and_answered_after_the_latency(bench):
    wire = bench.toot("Fresh beans")

    assert [post.at for post in bench.stub.tally.posts] == [NOW]
    bench.loop.advance(0.199)
    assert wire.received == b""
    bench.loop.advance(0.002)
    assert wire.status == 200


def test_a_request_that_comes_in_pieces_is_met_once(bench):
    wire = Wire(bench.stub, bench.loop)
    for piece in (b"POST /api/v1/statuses HTTP/1.1\r\nAuthorization: Bearer ada\r\nCon", b"tent-Length: 12\r\n",
                  b"\r\n", b"status", b"=Beans"):  # fmt: skip
        wire.send(piece)
        assert not bench.stub.tally.posts or piece == b"=Beans"

    assert [post.text for post in bench.stub.tally.posts] == ["Beans"]


def test_a_connection_serves_one_request_after_the_other(bench):
    wire = Wire(bench.stub, bench.loop)
    for _ in range(2):
        wire.send(b"GET /api/v1/accounts/verify_credentials HTTP/1.1\r\nAuthorization: Bearer ada\r\n\r\n")
        bench.loop.advance(1)

    assert wire.received.count(b"HTTP/1.1 200 OK") == 2


# --- counting ---------------------------------------------------------------------------------------------------------


def test_posts_are_counted_by_account_and_text(bench):
    for account, text in (("ada", "One"), ("ada", "Two"), ("ben", "One"), ("ada", "One")):
        bench.toot(text, account=account, key=f"{account}{text}{bench.loop.now}")
        bench.loop.advance(1)

    assert {name: bench.counts()[name] for name in ("accepted", "distinct", "repeated", "accounts")} == {
        "accepted": 4, "distinct": 3, "repeated": 1, "accounts": 2,
    }  # fmt: skip
    told = bench.ask("POST", "/_control/compared", body={"expected": [["ada", "One"], ["ben", "One"], ["ben", "Two"]]})
    assert told == {"missing": [["ben", "Two"]], "repeated": [["ada", "One", 2]], "unexpected": [["ada", "Two"]]}


def test_what_was_accepted_is_listed_with_its_time(bench):
    bench.toot("One")
    bench.loop.advance(5)
    bench.toot("Two", account="ben")

    assert bench.ask("GET", "/_control/accepted?after=0")["accepted"] == [["ada", "One", NOW], ["ben", "Two", NOW + 5]]
    assert bench.ask("GET", "/_control/accepted?after=2")["accepted"] == []


def test_a_repeated_key_makes_no_second_post_where_keys_are_honoured(bench):
    first, second = bench.toot("One", key="k"), bench.toot("One", key="k")
    bench.loop.advance(1)

    assert first.body["id"] == second.body["id"]
    assert (bench.counts()["accepted"], bench.counts()["replayed"]) == (1, 1)

    bench.ask("POST", "/_control/settings", body={"honours_keys": False})
    bench.toot("One", key="k")
    assert (bench.counts()["accepted"], bench.counts()["repeated"]) == (2, 1)


def test_a_server_that_is_ill_below_publishes_and_lists_nothing(bench):
    bench.ask("POST", "/_control/settings", body={"lists": False})

    posted = bench.toot("One", key="k")
    listed = bench.begin("GET", "/api/v1/accounts/ada/statuses")
    bench.loop.advance(1)

    assert (posted.status, listed.status) == (200, 503)


def test_a_reset_forgets_posts_and_faults_and_keeps_settings(bench):
    bench.ask("POST", "/_control/settings", body={"honours_keys": False, "latency_ms": 50})
    bench.ask("POST", "/_control/faults", body={"kind": "lost_before", "times": None})
    bench.ask("POST", "/_control/reset")
    for _ in range(2):
        bench.toot("One", key="k")

    assert bench.counts()["accepted"] == 2
    assert bench.stub.latency == 0.05


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "accepted", "status"),
    [("lost_before", 0, None), ("lost_after", 1, None), ("error_before", 0, 500), ("error_after", 1, 500)],
)
def test_an_answer_is_lost_or_a_failure_before_or_after_acceptance(bench, kind, accepted, status):
    bench.ask("POST", "/_control/faults", body={"kind": kind})
    struck, spared = bench.toot("One"), bench.toot("Two")
    bench.loop.advance(1)

    assert struck.is_closed == (status is None)
    assert status is None or struck.status == status
    assert [post.text for post in bench.stub.tally.posts] == ["One"] * accepted + ["Two"]
    assert spared.status == 200


def test_who_stops_waiting_has_still_sent_it(bench):
    bench.ask("POST", "/_control/faults", body={"kind": "latency", "seconds": 6})
    wire = bench.toot("One")
    bench.loop.advance(5)
    wire.close()
    assert not bench.stub.tally.posts

    bench.loop.advance(2)
    assert [post.text for post in bench.stub.tally.posts] == ["One"]
    assert wire.received == b""


def test_the_same_seed_strikes_the_same_requests():
    def struck(seed: int) -> list[str]:
        bench = Bench(latency=0)
        fault = {"kind": "lost_before", "probability": 0.3, "seed": seed, "times": None}
        bench.ask("POST", "/_control/faults", body=fault)
        wires = {f"Post {number}": bench.toot(f"Post {number}") for number in range(200)}
        return [text for text, wire in wires.items() if wire.is_closed]

    assert struck(1) == struck(1) != struck(2)
    assert 30 < len(struck(1)) < 90


def test_only_what_makes_something_public_is_struck(bench):
    bench.ask("POST", "/_control/faults", body={"kind": "lost_after", "times": None})

    assert bench.ask("GET", "/api/v1/accounts/ada/statuses") == []
    assert bench.form("/v1.0/me/threads", media_type="TEXT", text="One").status == 200


@pytest.mark.parametrize(
    "said", [{"kind": "earthquake"}, {"kind": "latency", "seconds": "long"}, {"kind": "latency", "acount": "ada"}, []]
)
def test_a_fault_that_makes_no_sense_is_refused_in_words(bench, said):
    wire = bench.begin("POST", "/_control/faults", body=said)

    assert wire.status == 400
    assert wire.body["error"].endswith(".")


# --- the platforms ----------------------------------------------------------------------------------------------------


def test_mastodon_lists_an_accounts_posts_the_newest_first(bench):
    made = [bench.toot(f"Post {number}") for number in range(3)]
    bench.toot("Somebody else's", account="ben")
    bench.loop.advance(1)
    ids = [wire.body["id"] for wire in made]

    listed = bench.ask("GET", "/api/v1/accounts/ada/statuses?limit=2")
    assert [status["id"] for status in listed] == [ids[2], ids[1]]
    listed = bench.ask("GET", f"/api/v1/accounts/ada/statuses?limit=2&max_id={ids[1]}")
    assert [status["content"] for status in listed] == ["<p>Post 0</p>"]
    assert bench.ask("GET", f"/api/v1/statuses/{ids[0]}/source")["text"] == "Post 0"


def test_a_container_of_threads_becomes_a_post_once(bench):
    container = bench.form("/v1.0/me/threads", media_type="TEXT", text="Beans").body["id"]
    assert bench.ask("GET", f"/v1.0/{container}?fields=status")["status"] == "FINISHED"
    assert not bench.stub.tally.posts

    post = bench.form("/v1.0/me/threads_publish", creation_id=container)
    again = bench.form("/v1.0/me/threads_publish", creation_id=container)

    assert (post.status, again.status) == (200, 400)
    assert bench.ask("GET", f"/v1.0/{container}?fields=status")["status"] == "PUBLISHED"
    (listed,) = bench.ask("GET", "/v1.0/me/threads?limit=25")["data"]
    assert (listed["id"], listed["text"]) == (post.body["id"], "Beans")


def test_a_container_of_somebody_else_is_not_there(bench):
    container = bench.form("/v1.0/me/threads", media_type="TEXT", text="Beans").body["id"]

    assert bench.form("/v1.0/me/threads_publish", account="ben", creation_id=container).status == 400
    assert not bench.stub.tally.posts


@pytest.mark.parametrize(
    ("target", "account", "status"),
    [("/api/v1/accounts/verify_credentials", "", 401), ("/api/v1/nothing", "ada", 404), ("/elsewhere", "ada", 404)],
)
def test_what_is_not_there_is_refused(bench, target, account, status):
    wire = bench.begin("GET", target, account=account)
    bench.loop.advance(1)

    assert wire.status == status


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"x" * 100_000], ids=["no request", "no end"])
def test_who_speaks_no_http_is_hung_up_on(bench, sent):
    wire = Wire(bench.stub, bench.loop)
    wire.send(sent)

    assert wire.is_closed


# --- the process ------------------------------------------------------------------------------------------------------


@pytest.fixture
def process() -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "apps.sandbox", "--fast", "--latency-ms", "0", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        yield running, running.stdout.readline().split()[-1]
        running.kill()


def test_the_process_answers_a_real_client_and_ends_when_told(process):
    running, url = process
    with httpx.Client(base_url=url, trust_env=False) as client:
        headers = {"Authorization": "Bearer ada"}
        for number in range(3):
            client.post("/api/v1/statuses", json={"status": f"Post {number}"}, headers=headers).raise_for_status()
        counts = client.get("/_control/counts").json()
    running.terminate()

    assert (counts["accepted"], counts["requests"]) == (3, 3)
    assert running.wait(10) == 0
