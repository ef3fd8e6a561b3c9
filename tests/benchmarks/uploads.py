"""A large file on its way in: what the web process grows by, and what of it passes there at all.

The web process is started as `manage.py run web` starts it, on a database of its own. Its memory is read every few
milliseconds; what it is sent is counted where it is sent, and what it writes to files by the system.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
MEBIBYTE = 1024 * 1024
EVERY = 0.02  # seconds between two looks at the memory
CLIENTS = 4  # parts that the browser sends at a time
WARM_UP = 20 * MEBIBYTE


def run(*, size: int) -> dict[str, Any]:
    """Figures by way in; `size` in bytes."""
    found = {}
    for way in ("form", "pieces", "one_piece", "presigned"):
        with tempfile.TemporaryDirectory(prefix="postroom-bench-") as folder:
            command = [sys.executable, "-m", "tests.benchmarks.uploads", way, str(size), folder]
            env = {**os.environ, **_environment(Path(folder))}
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        figures = done.stdout.strip().splitlines()
        found[way] = json.loads(figures[-1]) if done.returncode == 0 else {"failed": done.stderr.strip()[-600:]}
    return {"mib": size // MEBIBYTE, "ways": found}


def _environment(folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.development", "DEBUG": "no", "POSTROOM_VAR": str(folder / "var"),
        "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3", "MEDIA_TEMP": str(folder), "SANDBOX_URL": "",
    }  # fmt: skip


def measure(way: str, size: int, folder: Path) -> dict[str, Any]:
    """One upload of `size` bytes, after a small one that loads what is loaded once."""
    from apps.core.running import ports
    from tests.support import valkey
    from tests.support.s3 import server as s3_server

    with contextlib.ExitStack() as stack:
        extra = {"REDIS_URL": stack.enter_context(valkey.server()), "PORT": str(ports.free())}
        if way == "presigned":
            extra |= _bucket_environment(stack.enter_context(s3_server()))
        os.environ.update(extra)
        session = _signed_in()
        process = stack.enter_context(_web(folder))
        url = f"http://127.0.0.1:{extra['PORT']}"
        client = stack.enter_context(_browser(url, session))
        send = {"form": _form, "pieces": _pieces, "one_piece": _one_piece, "presigned": _presigned}[way]
        send(client, WARM_UP)
        with _Meter(process) as meter:
            client.event_hooks = {"request": [meter.count]}
            began = time.monotonic()
            send(client, size)
            seconds = time.monotonic() - began
    return {
        "seconds": round(seconds, 1),
        "mib_per_second": round(size / MEBIBYTE / seconds, 1),
        "memory_grew_mib": round(meter.grown / MEBIBYTE, 1),
        "sent_to_web_process_kib": round(meter.sent / 1024, 1),
        "web_process_wrote_mib": round(meter.written / MEBIBYTE, 1),
    }


def _bucket_environment(running: Any) -> dict[str, str]:
    place = running.bucket()
    (running.root / place.name).mkdir()
    return {
        "MEDIA_S3_BUCKET": place.name, "MEDIA_S3_ENDPOINT": place.endpoint, "MEDIA_S3_ACCESS_KEY": place.access_key,
        "MEDIA_S3_SECRET_KEY": place.secret_key,
    }  # fmt: skip


def _signed_in() -> str:
    """Make the tables, an agency and its owner; the session of a browser that has signed in."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.support import factories

    call_command("migrate", verbosity=0)
    workspace = factories.workspace()
    owner = factories.member(workspace.organization)
    return str(factories.signed_in(owner, at=workspace).cookies["sessionid"].value)


@contextlib.contextmanager
def _web(folder: Path) -> Iterator[int]:
    """The web role; yields the id of the process that answers."""
    with (folder / "web.log").open("wb") as log:
        web = subprocess.Popen([sys.executable, "manage.py", "run", "web"], cwd=ROOT, stdout=log, stderr=log)
        try:
            yield _answering_child(web.pid)
        finally:
            web.terminate()
            web.wait(20)


def _answering_child(master: int) -> int:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{os.environ['PORT']}/healthz")
            if children:
                return int(children[0])
        time.sleep(0.05)
    raise RuntimeError("The web process did not answer")


@contextlib.contextmanager
def _browser(url: str, session: str) -> Iterator[httpx.Client]:
    token = "a" * 32
    cookies = {"sessionid": session, "csrftoken": token}
    headers = {"X-CSRFToken": token, "Referer": url}
    with httpx.Client(base_url=url, cookies=cookies, headers=headers, timeout=600, trust_env=False) as client:
        yield client


class _Meter:
    """Memory and traffic of a process until it is closed."""

    def __init__(self, process: int) -> None:
        self._process, self._stop = process, threading.Event()
        self._before, self._wrote = _memory(process), _written(process)
        self.grown = self.sent = self.written = 0
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Meter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.written = _written(self._process) - self._wrote

    def count(self, request: httpx.Request) -> None:
        self.sent += int(request.headers.get("Content-Length", 0))

    def _look(self) -> None:
        while not self._stop.wait(EVERY):
            self.grown = max(self.grown, _memory(self._process) - self._before)


def _memory(process: int) -> int:
    status = Path(f"/proc/{process}/statm").read_text().split()
    return int(status[1]) * os.sysconf("SC_PAGE_SIZE")


def _written(process: int) -> int:
    lines = dict(line.split(": ") for line in Path(f"/proc/{process}/io").read_text().splitlines())
    return int(lines["wchar"])


def _zeros(size: int) -> Iterator[bytes]:
    piece = bytes(256 * 1024)
    while size > 0:
        yield piece[: min(len(piece), size)]
        size -= len(piece)


def _form(client: httpx.Client, size: int) -> None:
    head = (
        b'--bound\r\nContent-Disposition: form-data; name="files"; filename="film.mp4"\r\n'
        b"Content-Type: video/mp4\r\n\r\n"
    )
    tail = b"\r\n--bound--\r\n"

    def body() -> Iterator[bytes]:
        yield head
        yield from _zeros(size)
        yield tail

    length = str(len(head) + size + len(tail))
    headers = {"Content-Type": "multipart/form-data; boundary=bound", "Content-Length": length}
    answer = client.post("/media/add/", content=body(), headers=headers)
    _expect(answer, 302)


def _begun(client: httpx.Client, size: int) -> dict[str, Any]:
    answer = client.post("/media/uploads/", json={"name": "film.mp4", "size": size})
    _expect(answer, 201)
    told: dict[str, Any] = answer.json()
    return told


def _pieces(client: httpx.Client, size: int) -> None:
    told = _begun(client, size)
    for start in range(0, size, told["part_size"]):
        _put(client, told, start, min(told["part_size"], size - start))
    _expect(client.post(f"{told['url']}complete/"), 200)


def _one_piece(client: httpx.Client, size: int) -> None:
    told = _begun(client, size)
    _put(client, told, 0, size)
    _expect(client.post(f"{told['url']}complete/"), 200)


def _put(client: httpx.Client, told: dict[str, Any], start: int, length: int) -> None:
    headers = {"Upload-Offset": str(start), "Content-Length": str(length), "Content-Type": "video/mp4"}
    _expect(client.put(told["url"], content=_zeros(length), headers=headers), 200)


def _presigned(client: httpx.Client, size: int) -> None:
    told = _begun(client, size)
    count = -(-size // told["part_size"])
    numbers = list(range(1, count + 1))
    with httpx.Client(timeout=600, trust_env=False) as line, ThreadPoolExecutor(CLIENTS) as hands:
        for start in range(0, count, 100):
            answer = client.post(told["parts_url"], json={"numbers": numbers[start : start + 100]})
            urls = answer.json()["urls"]

            def send(number: int, urls: dict[str, str] = urls) -> None:
                length = min(told["part_size"], size - (number - 1) * told["part_size"])
                headers = {"Content-Length": str(length)}
                _expect(line.put(urls[str(number)], content=_zeros(length), headers=headers), 200)

            list(hands.map(send, numbers[start : start + 100]))
    _expect(client.post(f"{told['url']}complete/"), 200)


def _expect(answer: httpx.Response, status: int) -> None:
    if answer.status_code != status:
        raise RuntimeError(f"{answer.request.url.path} answered {answer.status_code}: {answer.text[:300]}")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))) + "\n")
