"""The sandbox's fast mode as a process, and what it is asked and told at its control address."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from apps.core.running.supervisor import ending_with_us

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Accepted:
    account: str
    text: str
    at: float


class Stub:
    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/_control", trust_env=False, timeout=30)

    def counts(self) -> dict[str, Any]:
        return self._said(self._http.get("/counts"))

    def accepted(self) -> list[Accepted]:
        """Every post in the order of its acceptance, repeated ones included."""
        found: list[Accepted] = []
        while page := self._said(self._http.get("/accepted", params={"after": len(found)}))["accepted"]:
            found += [Accepted(*line) for line in page]
        return found

    def compared(self, expected: list[tuple[str, str]]) -> dict[str, Any]:
        return self._said(self._http.post("/compared", json={"expected": expected}))

    def fault(self, kind: str, **how: Any) -> None:
        self._said(self._http.post("/faults", json={"kind": kind, **how}))

    def clear_faults(self) -> None:
        self._said(self._http.delete("/faults"))

    def hits(self) -> int:
        """How often faults have struck."""
        return sum(int(fault["hits"]) for fault in self._said(self._http.get("/faults"))["faults"])

    def set(self, **settings: Any) -> None:
        self._said(self._http.post("/settings", json=settings))

    def reset(self) -> None:
        self._said(self._http.post("/reset"))

    def close(self) -> None:
        self._http.close()

    @staticmethod
    def _said(answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code != 200:
            raise AssertionError(f"The stub refused: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def running(*, latency_ms: float) -> Iterator[tuple[str, int]]:
    """Its address and the id of its process."""
    command = [sys.executable, "-m", "apps.sandbox", "--fast", "--latency-ms", str(latency_ms), "--port", "0"]
    process = subprocess.Popen(
        ending_with_us(command), cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1], process.pid
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
