"""Clients of the API, each on a connection of its own that it keeps: the plainest there are, for they share the cores
with what they measure."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

HOST: Final = "127.0.0.1"
IN_BULK: Final = 200
PAGES: Final = 50  # that a client reads of the list before it begins anew
FIRST_DUE: Final = 1_830_000_000  # an instant that lies ahead
Answer = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of request: `begin` gives a client's own sender; each request is about `size` things."""

    begin: Callable[[], Callable[[], Answer]]
    size: int = 1


class Ways:
    """The requests that are measured. No two posts have the same words, nor the same hour."""

    def __init__(self, port: int, *, key: str, accounts: Sequence[str]) -> None:
        self._port, self._accounts, self._run = port, list(accounts), os.urandom(4).hex()
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._numbers = itertools.count()
        self.create = Way(self._creator)
        self.bulk = Way(self._creator_of_many, size=IN_BULK)
        self.list = Way(self._reader)

    def _creator(self) -> Callable[[], Answer]:
        line = self._line()

        def send() -> Answer:
            number = next(self._numbers)
            headers = {**self._headers, "Idempotency-Key": f"{self._run}-{number}"}
            return _asked(line, "POST", "/api/v1/posts", json.dumps(self._post(number)).encode(), headers)

        return send

    def _creator_of_many(self) -> Callable[[], Answer]:
        line = self._line()

        def send() -> Answer:
            numbers = [next(self._numbers) for _ in range(IN_BULK)]
            body = json.dumps({"posts": [self._post(number) for number in numbers]}).encode()
            headers = {**self._headers, "Idempotency-Key": f"{self._run}-{numbers[0]}"}
            status, answer = _asked(line, "POST", "/api/v1/posts/bulk", body, headers)
            return (status if status != 200 or b'"refused":0' in answer.replace(b" ", b"") else 422), answer

        return send

    def _reader(self) -> Callable[[], Answer]:
        line, place = self._line(), {"cursor": "", "page": 0}

        def send() -> Answer:
            asked = f"/api/v1/posts?limit=100{place['cursor']}"
            status, answer = _asked(line, "GET", asked, None, self._headers)
            place["page"] += 1
            place["cursor"] = f"&cursor={json.loads(answer)['next_cursor']}" if place["page"] % PAGES else ""
            return status, answer

        return send

    def _post(self, number: int) -> dict[str, Any]:
        due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(FIRST_DUE + number * 7 % 2_000_000))
        return {
            "text": f"Post {number} of {self._run}: fresh from the roaster, until noon. Come by while it is warm.",
            "accounts": self._accounts, "action": "schedule", "scheduled_at": due,
        }  # fmt: skip

    def _line(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(HOST, self._port, timeout=60)


class Load:
    """So many clients at once, for a while or so many times altogether. With `per_second` they ask so often together,
    and the clock of each request starts when it was due; without, each asks again as soon as it is answered."""

    def __init__(self, way: Way, *, clients: int, per_second: float = 0.0) -> None:
        self._way, self._clients = way, clients
        self._pause = clients / per_second if per_second else 0.0
        self.milliseconds: list[float] = []
        self.statuses: Counter[int] = Counter()
        self._failed: list[BaseException] = []

    @property
    def done(self) -> int:
        return len(self.milliseconds)

    def run(self, *, seconds: float = 3600.0, times: int | None = None) -> Self:
        ends_at = time.monotonic() + seconds
        left = itertools.repeat(None) if times is None else itertools.repeat(None, times)
        begins = time.monotonic() + 0.1
        firsts = [begins + self._pause * number / self._clients for number in range(self._clients)]
        threads = [threading.Thread(target=self._work, args=(ends_at, left, first)) for first in firsts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failed:
            raise self._failed[0]
        return self

    def _work(self, ends_at: float, left: Any, due: float) -> None:
        send = self._way.begin()
        try:
            for _ in left:
                due = due + self._pause if self._pause else time.monotonic()
                if due >= ends_at:
                    return
                time.sleep(max(0.0, due - time.monotonic()))
                status, _answer = send()
                self.milliseconds.append((time.monotonic() - due) * 1000)
                self.statuses[status] += 1
        except BaseException as error:  # Told by `run`: a client that is silent measures nothing.
            self._failed.append(error)


def _asked(
    line: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> Answer:
    line.request(method, path, body, headers)
    answer = line.getresponse()
    return answer.status, answer.read()
