"""Everything that a measurement runs on: a database, a queue and a platform of its own, on free ports of loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from tests.benchmarks.harness import stub, usage
from tests.benchmarks.harness.stub import ROOT

# What a person has set up for other purposes is not what is measured.
FOREIGN: Final = (
    "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SANDBOX_URL", "POSTROOM_DATABASE_OWNER", "POSTROOM_VAR",
    "SECRET_KEY", "KEYRING", "OUTBOUND_TRUSTED_ORIGINS",
)  # fmt: skip
# As in production: what is committed is on the disk. The connections are those of several workers' threads.
DURABLE: Final = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "500",
    "shared_buffers": "256MB", "shared_preload_libraries": "pg_stat_statements",
}  # fmt: skip
# After a fault nobody waits for minutes: the order of the spans is that of production.
SHORT: Final = {
    "PUBLISH_LEASE_SECONDS": "12", "PUBLISH_REQUEST_SECONDS": "5", "PUBLISH_MARGIN_SECONDS": "1",
    "PUBLISH_RETRY_SECONDS": "1,1,2,2,4,4,8", "PUBLISH_SEARCH_SECONDS": "1,2,4,8,16",
    "BREAKER_FIRST_SECONDS": "1", "BREAKER_LONGEST_SECONDS": "4",
}  # fmt: skip
# The options that every measurement tells along with its figures.
SHOWN: Final = (
    "count", "workspaces", "accounts", "platform", "latency_ms", "workers", "threads", "fault", "database",
)  # fmt: skip
ALONE: Final = ("none", "timeouts", "lost", "5xx", "blind")  # what platforms do meets each worker by itself
GRACE_SECONDS: Final = 240  # beyond what the measurement itself may take: planting and starting


@dataclass(frozen=True, slots=True)
class Stand:
    environment: dict[str, str]
    pids: dict[str, int]
    stub_url: str
    folder: Path


class Unmeasured(RuntimeError):
    """The measurement broke off; the message ends with its last words."""


def measure(what: str, options: dict[str, Any]) -> dict[str, Any]:
    """Run the course named `what` in a process that knows the stand's database, and give its figures."""
    if options["workers"] is None:  # most faults strike one, to see what the others make of it
        options = {**options, "workers": 1 if options["fault"] in ALONE else 2}
    with standing(options) as stand:
        said = {**options, "what": what, "pids": stand.pids, "stub": stand.stub_url, "folder": str(stand.folder)}
        return told_by("tests.benchmarks.harness.course", said, environment=stand.environment)


def told_by(module: str, options: dict[str, Any], *, environment: dict[str, str]) -> dict[str, Any]:
    """What a process of this module says last; it is given the options, and knows the stand's database."""
    done = subprocess.run(
        [sys.executable, "-m", module, json.dumps(options)], cwd=ROOT, env=environment, stdout=subprocess.PIPE,
        text=True, check=False, timeout=options["most_seconds"] + GRACE_SECONDS,
    )  # fmt: skip
    if done.returncode:
        raise Unmeasured(f"{module} ended with exit code {done.returncode}; its words are above")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


@contextmanager
def standing(options: dict[str, Any]) -> Iterator[Stand]:
    from tests.support import valkey

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postroom-bench-")))
        pids: dict[str, int] = {}
        url, pids["stub"] = stack.enter_context(stub.running(latency_ms=options["latency_ms"]))
        queue, pids["redis"] = _with_pid(lambda: stack.enter_context(valkey.server()))
        environment = _environment(folder, queue, url, options)
        if options["database"] == "postgres":
            address, pids["postgres"] = _with_pid(lambda: stack.enter_context(_postgres()))
            environment["DATABASE_URL"] = _new_database(address)
        _migrate(environment)
        yield Stand(environment, pids, url, folder)


def _postgres() -> Any:
    from tests.support import postgres, programs

    folder = programs.postgres()
    if folder is None:
        raise Unmeasured("PostgreSQL's server programs were not found")
    return postgres.cluster(folder, settings=DURABLE, extensions=("pg_stat_statements",))


def _new_database(address: str) -> str:
    """The owner makes it, and so owns what is in it."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute("CREATE DATABASE measured")
    return urlunsplit(urlsplit(address)._replace(path="/measured"))


def _environment(folder: Path, queue: str, url: str, options: dict[str, Any]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in FOREIGN}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.harness.settings",
        "POSTROOM_VAR": str(folder / "var"),
        "DATABASE_URL": f"sqlite:///{folder}/measured.sqlite3",
        "REDIS_URL": queue,
        "SANDBOX_URL": "",
        "OUTBOUND_TRUSTED_ORIGINS": url,
        "THREADS_GRAPH_URL": url,
        "DEBUG": "no",
        "LOG_LEVEL": "WARNING",
        "PUBLISH_CONCURRENCY": str(options["threads"]),
        "PUBLISH_STAGE_CONCURRENCY": str(options["threads"]),
        "BENCH_NOTES": str(folder),
        "BENCH_FAULT": options["fault"],
        "BENCH_PLATFORM": options["platform"],
        "BENCH_PROFILE": "yes" if options["profile"] else "",
        **(SHORT if options["fault"] != "none" else {}),
        **options.get("settings", {}),
    }


def _migrate(environment: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env={**environment, "POSTROOM_DATABASE_OWNER": "yes"}, check=True)


def _with_pid(start: Callable[[], str]) -> tuple[str, int]:
    """What `start` gives, and the process that it has started."""
    before = usage.children(os.getpid())
    address = start()
    (pid,) = usage.children(os.getpid()) - before
    return address, pid
