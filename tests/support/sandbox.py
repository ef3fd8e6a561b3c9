"""The sandbox for tests: a process of its own on free ports, and a client of its control API.

with SandboxServer() as sandbox:                    # a Sandbox, ready to be used
    sandbox.fault("lost_after", platform="mastodon", account="harbourcoffee", path="commit")
    sandbox.origin("mastodon")                      # http://127.0.0.1:....
    sandbox.texts("mastodon", "harbourcoffee")      # what has been published, oldest first
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from urllib.parse import urlsplit

import httpx

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
PORTS = 12  # the hub and the platforms
START_SECONDS = 20.0


class SandboxNotStarted(Exception):
    pass


class Sandbox:
    """A client of the control API of the sandbox at `url`, its hub."""

    def __init__(self, url: str) -> None:
        self.url = url
        # Plain HTTP: to load certificates would take longer than all requests together.
        self._http = httpx.Client(base_url=f"{url}/_control", timeout=30, trust_env=False, verify=False)
        self.origins: dict[str, str] = {}

    def close(self) -> None:
        self._http.close()

    def origin(self, name: str) -> str:
        """Where "hub" or a platform is to be found."""
        if not self.origins:
            self.origins = self.health()["origins"]
        return self.origins[name]

    def health(self) -> dict[str, Any]:
        return self._get("/health")

    # Accounts and tokens

    @property
    def accounts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get("/accounts")["accounts"]
        return found

    def account(self, platform: str, handle: str) -> dict[str, Any]:
        found = [one for one in self.accounts if (one["platform"], one["handle"]) == (platform, handle)]
        return found[0]

    def create_account(self, platform: str, handle: str, **details: Any) -> dict[str, Any]:
        """A new account, or fresh credentials for one that exists; details: name, scopes.

        The answer has id, handle, name, feed and `credentials` (of which "token" is the bearer token, if any).
        """
        return self._post("/accounts", platform=platform, handle=handle, **details)

    def create_accounts(self, accounts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Many at once, each as {"platform": ..., "handle": ..., "name": ...}."""
        created: list[dict[str, Any]] = self._post("/accounts", accounts=accounts)["accounts"]
        return created

    def revoke_tokens(self, platform: str, handle: str) -> int:
        return int(self._post("/tokens", action="revoke", platform=platform, handle=handle)["changed"])

    def expire_token(self, platform: str, token: str) -> int:
        """Let one token end; 0 where the platform does not know it."""
        return int(self._post("/tokens", action="expire", platform=platform, token=token)["changed"])

    def expire_tokens(self, platform: str, handle: str) -> int:
        return int(self._post("/tokens", action="expire", platform=platform, handle=handle)["changed"])

    # Posts

    def posts(self, platform: str = "", handle: str = "", *, kind: str = "") -> list[dict[str, Any]]:
        """Everything published, oldest first; `kind` is post or reply. Deleted posts have `deleted_at`."""
        found: list[dict[str, Any]] = self._get("/posts", platform=platform, handle=handle, kind=kind)["posts"]
        return found

    def texts(self, platform: str, handle: str, *, kind: str = "") -> list[str]:
        return [post["text"] for post in self.posts(platform, handle, kind=kind)]

    def counts(self, platform: str = "", handle: str = "", *, kind: str = "") -> dict[str, Any]:
        """total, deleted, repeated (published beyond the first time), and the same by account with each text."""
        return self._get("/posts/counts", platform=platform, handle=handle, kind=kind)

    def remove_post(self, platform: str, id: str) -> None:
        """Its owner deletes it on the platform itself; webhooks of that are sent."""
        self._post("/posts/remove", platform=platform, id=id)

    # Faults, time, settings

    def fault(self, kind: str, **details: Any) -> dict[str, Any]:
        """Switch a fault on; details: platform, account, path (operation or regex), times, probability, seconds.

        It strikes once unless `times` says otherwise (None: until cleared).
        """
        return self._post("/faults", kind=kind, **details)

    def faults(self) -> list[dict[str, Any]]:
        """The faults that were set, with how often each has struck (`hits`)."""
        found: list[dict[str, Any]] = self._get("/faults")["faults"]
        return found

    def clear(self) -> None:
        """Take all faults away."""
        self._answer(self._http.delete("/faults"))

    def advance(self, **span: float) -> None:
        """Move the sandbox's clock: seconds=, minutes=, hours=, days=."""
        self._post("/clock", **span)

    def set(self, platform: str, **settings: Any) -> dict[str, Any]:
        return self._post("/settings", platform=platform, **settings)

    def things(self, platform: str, kind: str) -> list[dict[str, Any]]:
        """What a platform remembers of one kind, oldest first: "delivery" (of webhooks), uploads and so on."""
        found: list[dict[str, Any]] = self._get("/things", platform=platform, kind=kind)["things"]
        return found

    def ahead(self) -> timedelta:
        """How far its clock is before the machine's."""
        return timedelta(seconds=self._get("/clock")["ahead_seconds"])

    def stats(self, *, recent: int = 0) -> dict[str, Any]:
        return self._get("/stats", recent=recent)

    def limits(self) -> dict[str, dict[str, int]]:
        """By limit what was `allowed`, `counted` and `refused`, and the most that was in one window (`fullest`)."""
        return {line.pop("limit"): line for line in self._get("/limits")["limits"]}

    def count(self, platform: str, operation: str) -> int:
        """How many requests of this operation the platform has had."""
        lines = self.stats()["requests"]
        return sum(line["count"] for line in lines if (line["platform"], line["operation"]) == (platform, operation))

    def reset(self) -> None:
        """Forget everything, and go back to the machine's hour; the seed accounts are planted anew."""
        self._post("/reset", clock=True)

    # The browser's part

    def consent(self, authorize_url: str, handle: str, *, allow: bool = True) -> str:
        """Open the consent page, choose the account, press Allow or Deny; the address that the browser is sent to."""
        with httpx.Client(timeout=30, trust_env=False, verify=False) as browser:
            page = browser.get(authorize_url)
            if page.status_code != 200:
                raise AssertionError(f"No consent page: {page.status_code} {page.text}")
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(authorize_url))
            form = consent_form(page.text, handle)
            answer = browser.post(origin + form.pop("action"), data=form | {"decision": "allow" if allow else "deny"})
            return answer.headers["location"]

    def _get(self, path: str, /, **query: Any) -> dict[str, Any]:
        return self._answer(self._http.get(path, params={key: value for key, value in query.items() if value}))

    def _post(self, path: str, /, **body: Any) -> dict[str, Any]:
        return self._answer(self._http.post(path, json=body))

    @staticmethod
    def _answer(response: httpx.Response) -> dict[str, Any]:
        if response.status_code != 200:
            raise AssertionError(f"The sandbox refused: {response.status_code} {response.text}")
        answer: dict[str, Any] = response.json()
        return answer


def consent_form(page: str, handle: str) -> dict[str, str]:
    """The fields of the consent form with `handle` chosen, and its `action`."""
    choices = re.findall(r'name="account" value="([^"]+)"[^>]*>(?:(?!</label>).)*@([^<]+)<', page, re.S)
    accounts = {unescape(name): unescape(id) for id, name in choices}
    ticket, action = re.search(r'name="ticket" value="([^"]+)"', page), re.search(r'action="([^"]+)"', page)
    if not ticket or not action or handle not in accounts:
        raise AssertionError(f"This is no consent page with {handle!r} on it: {page}")
    return {"action": unescape(action[1]), "ticket": ticket[1], "account": accounts[handle]}


class SandboxServer:
    """The process: started on free ports, stopped by its id. Use it as a context manager, or start and stop it."""

    def __init__(self, *, state: Path | None = None, port: int | None = None) -> None:
        self._state, self._wanted_port = state, port
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None
        self._client: Sandbox | None = None

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> Sandbox:
        """Start it and wait until it answers; a range of ports that somebody took meanwhile is tried again."""
        for _ in range(5):
            self.port = self._wanted_port or free_ports(PORTS)
            command = [sys.executable, "-m", "apps.sandbox", "--port", str(self.port)]
            if self._state:
                command += ["--state", str(self._state)]
            # Into a file: a pipe that nobody reads would stop a talkative process.
            self._said = tempfile.TemporaryFile()  # noqa: SIM115 - stop() closes it
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=self._said, stderr=subprocess.STDOUT)
            self._client = Sandbox(f"http://{HOST}:{self.port}")
            if self._is_up(self._client):
                return self._client
            said = self.stop()
            if self._wanted_port or "Port" not in said:
                raise SandboxNotStarted(said)
        raise SandboxNotStarted("no free ports")

    def stop(self) -> str:
        """End the process, and tell what it said."""
        if self._client:
            self._client.close()
            self._client = None
        process, self._process = self._process, None
        if process is None:
            return ""
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return self._what_it_said()

    def _what_it_said(self) -> str:
        if self._said is None:
            return ""
        with self._said:
            self._said.seek(0)
            return self._said.read().decode(errors="replace")

    def _is_up(self, client: Sandbox) -> bool:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                client.health()
            except httpx.TransportError:
                if self._process is None or self._process.poll() is not None:
                    return False
                time.sleep(0.02)
            else:
                return True
        return False


def free_ports(count: int) -> int:
    """The first of `count` free ports in a row."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            first = probe.getsockname()[1]
        if first + count < 65536 and all(_is_free(port) for port in range(first, first + count)):
            return int(first)
    raise SandboxNotStarted("no free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
