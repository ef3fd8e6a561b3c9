"""The bare loop: the same requests from as many threads with nothing in between, which is all that could be had.

As many processes as there are workers, each with one client and as many threads as a worker has.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time

import httpx

from tests.benchmarks.harness.stub import ROOT

ROUNDS = 12  # requests of each thread


def per_second(url: str, *, platform: str, processes: int, threads: int) -> float:
    """Posts a second that the loop makes public."""
    command = [sys.executable, "-m", "tests.benchmarks.harness.bare", url, platform, str(threads)]
    started = [
        subprocess.Popen([*command, str(number)], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE)
        for number in range(processes)
    ]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()  # it is ready
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    said = [json.loads(process.communicate()[0]) for process in started]
    seconds = max(one["ends"] for one in said) - min(one["begins"] for one in said)
    return float(sum(one["posts"] for one in said) / seconds)


def main(url: str, platform: str, threads: int, name: str) -> None:
    publish = {"mastodon": _toot, "threads": _thread}[platform]
    numbers = itertools.count()
    limits = httpx.Limits(max_connections=threads, max_keepalive_connections=threads)
    with httpx.Client(base_url=url, trust_env=False, timeout=60, limits=limits) as client:

        def work() -> None:
            for _ in range(ROUNDS):
                number = next(numbers)
                publish(client, f"bare{name}x{number % (4 * threads)}", f"Post {number} of the bare loop")

        crew = [threading.Thread(target=work) for _ in range(threads)]
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()
        begins = time.monotonic()
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()
    print(json.dumps({"begins": begins, "ends": time.monotonic(), "posts": threads * ROUNDS}))  # noqa: T201


def _toot(client: httpx.Client, account: str, text: str) -> None:
    headers = {"Authorization": f"Bearer {account}", "Idempotency-Key": text}
    client.post("/api/v1/statuses", json={"status": text, "visibility": "public"}, headers=headers).raise_for_status()


def _thread(client: httpx.Client, account: str, text: str) -> None:
    """The requests that a text cannot do without; a careful sender makes more."""
    headers = {"Authorization": f"Bearer {account}"}
    made = client.post(
        "/v1.0/me/threads", data={"media_type": "TEXT", "text": text}, headers=headers
    ).raise_for_status()
    said = {"creation_id": made.json()["id"]}
    client.post("/v1.0/me/threads_publish", data=said, headers=headers).raise_for_status()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
