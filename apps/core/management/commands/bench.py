"""`manage.py bench`: how fast, and in how much memory. Figures as JSON; no test depends on them."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final, NoReturn

from django.core.management.base import BaseCommand, CommandParser

MEBIBYTE: Final = 1024 * 1024


def mebibytes(text: str) -> int:
    return int(text) * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Measurement:
    """A module of tests/benchmarks; `options` are the keywords of its `run`, by the flag that sets each."""

    about: str
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


SIZE: Final = {"dest": "size", "type": mebibytes, "default": 1024 * MEBIBYTE, "help": "of the file (1024)"}

FAULTS: Final = (
    "none", "timeouts", "lost", "5xx", "blind", "kill", "points", "mixed", "freeze", "clock-back", "broker-flush",
    "redis-down", "postgres-restart",
)  # fmt: skip


def engine(**defaults: int) -> dict[str, Mapping[str, Any]]:
    """The options of what is measured of the publishing engine, with these defaults for numbers."""
    numbers = {
        "count": (2_000, "publications"),
        "workspaces": (40, "clients they are spread over"),
        "accounts": (400, "accounts they are spread over, each of which publishes one thing at a time"),
        "latency_ms": (200, "how long the platform takes to answer"),
        "threads": (100, "hands of each worker"),
        "strikes": (4, "times that each marked point is struck, with --fault points or mixed"),
        "most_seconds": (300, "give up then, with what is known"),
    }
    found: dict[str, Mapping[str, Any]] = {}
    for name, (usual, about) in numbers.items():
        default = defaults.get(name, usual)
        found[f"--{name.replace('_', '-')}"] = {
            "dest": name, "type": int, "default": default, "help": f"{about} ({default:,})",
        }  # fmt: skip
    return found | {
        "--workers": {"type": int, "help": "worker processes (1; 2 where a fault strikes one of them)"},
        "--fault": {"choices": FAULTS, "default": "none", "help": "what goes wrong meanwhile (none)"},
        "--database": {"choices": ("postgres", "sqlite"), "default": "postgres", "help": "one of its own (postgres)"},
        "--platform": {
            "choices": ("mastodon", "threads"), "default": "mastodon",
            "help": "published in one step, or in two (mastodon)",
        },
        "--profile": {"default": "", "metavar": "PATH", "help": "write there where the workers' time went; slows them"},
    }  # fmt: skip


def ahead(seconds: int) -> Mapping[str, Any]:
    return {"type": int, "default": seconds, "help": f"seconds from the plan to the hour ({seconds})"}


MEASUREMENTS: Final[Mapping[str, Measurement]] = {
    "videos": Measurement(
        "a large video to every platform that is sent one",
        {
            "--size-mib": SIZE,
            "--platform": {"dest": "platforms", "action": "append", "default": [], "help": "only this one"},
        },
    ),
    "media": Measurement(
        "files converted for platforms, and how much longer that takes than the bare program",
        {"--rounds": {"type": int, "default": 3, "help": "how often each is made (3)"}},
    ),
    "uploads": Measurement(
        "a large file on its way in, through the web process and past it",
        {"--size-mib": SIZE},
    ),
    "refresh": Measurement(
        "a day of refreshes and health reads, against each platform's limits",
        {
            "--accounts": {"type": int, "default": 10_000, "help": "so many are kept alive (10,000)"},
            "--hours": {"type": int, "default": 4, "help": "of refreshes in the simulated day (4)"},
        },
    ),
    "governor": Measurement(
        "ten simulated minutes of more work than three platforms allow, by the sandbox's count",
        {
            "--workers": {"type": int, "default": 20, "help": "that ask at the same time (20)"},
            "--minutes": {"type": int, "default": 10, "help": "of simulated time (10)"},
            "--unchecked": {
                "dest": "checked",
                "action": "store_false",
                "default": True,
                "help": "send whatever the governor says, so that the sandbox has to refuse",
            },
        },
    ),
    "publish": Measurement(
        "publications a second, against a bare loop with as many threads",
        {
            **engine(),
            "--unprepared": {
                "dest": "prepared",
                "action": "store_false",
                "default": True,
                "help": "planned at the last moment",
            },
            "--comments": {"type": int, "default": 0, "help": "written below them afterwards, with the same fault (0)"},
        },
    ),
    "burst": Measurement(
        "everything due at one instant: when the last is out, and who has waited",
        {**engine(count=10_000, accounts=2_000), "--ahead": ahead(5)},
    ),
    "lone": Measurement(
        "how late a single post is while another organization's burst runs",
        {
            **engine(),
            "--ahead": ahead(30),
            "--trials": {"type": int, "default": 200, "help": "single posts (200)"},
            "--gap-ms": {"dest": "gap_ms", "type": int, "default": 100, "help": "from one to the next (100)"},
        },
    ),
    "snapshots": Measurement(
        "a night of many accounts and the posts that are due, while posts go out",
        {
            **engine(count=50_000, accounts=10_000, workspaces=2_000, most_seconds=1_800),
            "--fault": {"choices": ("none", "kill"), "default": "none", "help": "whoever reads is killed half-way"},
            "--lone": {"type": int, "default": 200, "help": "posts that are published meanwhile (200)"},
            "--gap-ms": {"dest": "gap_ms", "type": int, "default": 500, "help": "from one to the next (500)"},
            "--one-by-one": {
                "dest": "batches",
                "action": "store_false",
                "default": True,
                "help": "a platform that tells figures of one post at a time",
            },
            "--pressure": {
                "type": int,
                "default": 0,
                "metavar": "REQUESTS",
                "help": "a second are all that the platform takes, of figures and posts together; ends with the posts",
            },
        },
    ),
    "dashboards": Measurement(
        "how soon dashboards of 90 days are there, with millions of snapshots behind them",
        {
            "--rows": {"type": int, "default": 10_000_000, "help": "snapshots, more or less (10,000,000)"},
            "--pages": {"type": int, "default": 60, "help": "that are fetched of each dashboard (60)"},
            "--most-seconds": {"dest": "most_seconds", "type": int, "default": 3_600, "help": "give up then (3,600)"},
        },
    ),
    "api": Measurement(
        "posts that the API makes a second, one by one and in bulk, and how soon it tells a page of a long list",
        {
            "--posts": {"type": int, "default": 1_000_000, "help": "in the table before (1,000,000)"},
            "--seconds": {"type": int, "default": 20, "help": "of each kind of request (20)"},
            "--clients": {"type": int, "default": 8, "help": "that ask at the same time (8)"},
            "--processes": {"type": int, "default": 2, "help": "of the web server (2)"},
            "--threads": {"type": int, "default": 2, "help": "of each (2)"},
            "--pages-per-second": {
                "dest": "pages_per_second",
                "type": int,
                "default": 20,
                "help": "that are read with a pause (20)",
            },
            "--only": {"default": "", "metavar": "WHAT", "help": "create, bulk or list, with commas between (all)"},
            "--profile": {"default": "", "metavar": "PATH", "help": "write there where the server's time went"},
        },
    ),
    "review": Measurement(
        "a month of posts that a client's guest reviews on one page, and approves at once",
        {
            "--posts": {"type": int, "default": 60, "help": "in the month (60)"},
            "--rounds": {"type": int, "default": 100, "help": "how often the page is opened (100)"},
        },
    ),
    "webhooks": Measurement(
        "deliveries a second to webhook endpoints, and how long others wait when some of them are dead",
        {
            "--count": {"type": int, "default": 3_000, "help": "deliveries that are due at one instant (3,000)"},
            "--endpoints": {"type": int, "default": 10, "help": "they are for (10)"},
            "--dead": {"type": int, "default": 1, "help": "of these that never answer (1)"},
            "--latency-ms": {"dest": "latency_ms", "type": int, "default": 50, "help": "of the others (50)"},
            "--rate": {"type": int, "default": 50, "help": "deliveries a second afterwards, whose delay counts (50)"},
            "--seconds": {"type": int, "default": 30, "help": "how long these come (30)"},
            "--workers": {"type": int, "default": 1, "help": "processes of the role hooks (1)"},
            "--most-seconds": {"dest": "most_seconds", "type": int, "default": 300, "help": "give up then (300)"},
        },
    ),
    "report": Measurement(
        "a report of a month with every section: from the claim to the stored PDF, and the memory that it takes",
        {
            "--posts": {"type": int, "default": 160, "help": "published in the month, or so (160)"},
            "--rounds": {"type": int, "default": 3, "help": "how often it is made (3)"},
        },
    ),
    "inbound": Measurement(
        "how soon platforms are answered that tell us something",
        {
            "--rate": {"type": int, "default": 200, "help": "deliveries a second (200)"},
            "--seconds": {"type": int, "default": 20, "help": "how long they come (20)"},
            "--batch": {"type": int, "default": 1, "help": "notices in each (1)"},
        },
    ),
}


class Command(BaseCommand):
    help = "Measures, and prints figures as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="what", required=True, metavar="what")
        for name, measurement in MEASUREMENTS.items():
            own = kinds.add_parser(name, help=measurement.about, description=measurement.about)
            for flag, how in measurement.options.items():
                own.add_argument(flag, **how)

    def handle(self, *, what: str, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _stop)
        wanted = [how.get("dest", flag.lstrip("-")) for flag, how in MEASUREMENTS[what].options.items()]
        measurement = import_module(f"tests.benchmarks.{what}")
        figures = measurement.run(**{name: options[name] for name in wanted})
        self.stdout.write(json.dumps({what: figures}, indent=2))


def _stop(_number: int, _frame: object) -> NoReturn:
    """Unwind, so that servers which a measurement has started are stopped on the way out."""
    raise SystemExit(143)
