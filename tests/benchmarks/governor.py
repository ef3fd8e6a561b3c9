"""Ten simulated minutes of three platforms that are asked for more than they allow, by twenty workers at once.

What the governor grants goes over HTTP to the sandbox, through the real adapters, and the sandbox counts: it shares no
line with them. Its clock and Postroom's are moved in step (tests/benchmarks/harness/minutes).
"""

from __future__ import annotations

import os
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.benchmarks.harness import usage

if TYPE_CHECKING:
    from apps.governor.decisions import Request
    from tests.benchmarks.harness.minutes.asked import Asked
    from tests.benchmarks.harness.minutes.course import Course


def run(*, workers: int = 20, minutes: int = 10, checked: bool = True) -> dict[str, Any]:
    """Figures: what the sandbox refused, how much was used of what it allows, and by which lanes; decisions in a second
    and how long one takes. With `checked` False everything leaves whatever the governor says."""
    from django.test import override_settings

    from tests.benchmarks.harness.minutes import demand
    from tests.benchmarks.harness.minutes.asked import Asked
    from tests.benchmarks.harness.minutes.course import Course
    from tests.support import valkey
    from tests.support.sandbox import SandboxServer

    with ExitStack() as stack:
        stack.enter_context(override_settings(REDIS_URL=stack.enter_context(valkey.server())))
        sandbox = stack.enter_context(SandboxServer())
        course = Course(sandbox, demand.ALL, workers, minutes, Asked(is_heeded=checked))
        began, own, busy = time.monotonic(), usage.cpu_seconds(os.getpid()), usage.machine_busy_seconds()
        course.run()
        seconds = time.monotonic() - began
        elsewhere = usage.machine_busy_seconds() - busy - (usage.cpu_seconds(os.getpid()) - own)
        return {
            "seconds": round(seconds, 1),
            "busy_elsewhere": round(max(elsewhere, 0.0) / seconds, 2),
            "requests": sandbox.stats()["total"],
            **_by_the_sandbox(course),
            **_by_the_governor(course.asked, minutes),
            "decisions": _speed(course.asked.waits, seconds),
            "decisions_alone": _bare_decisions(),
        }


def _by_the_sandbox(course: Course) -> dict[str, Any]:
    from tests.benchmarks.harness.minutes.verdict import Verdict, least

    limits = course.sandbox.limits()
    verdict = Verdict(course, limits)
    full, units = verdict.kept_full(), course.asked.units
    return {
        "over_limit": verdict.over_limit,
        "refused_by_platform": verdict.refused,
        "told_by_platform": dict(course.told),
        "least_utilisation": least(full),
        "limits": full,
        "youtube_units": {
            "by_sandbox": limits["youtube units"]["counted"], "by_governor": units.total(), "by_lane": dict(units),
        },
    }  # fmt: skip


def _by_the_governor(asked: Asked, minutes: int) -> dict[str, Any]:
    return {
        "calls_by_lane": asked.by_lane(),
        "tiktok_lists_by_minute": asked.by_minute("tiktok", "list_videos", minutes),
        "youtube_reads_by_minute": asked.by_minute("youtube", "channel", minutes),
        "youtube_comments_by_minute": asked.by_minute("youtube", "comment", minutes),
        "worst_fair_share": _worst_share(asked.organizations["tiktok", "list_videos", "PUBLISH"]),
        "denied": asked.denied,
    }


def _worst_share(by_organization: Counter[str]) -> float:
    """What the organization that got least had, of an even share."""
    even = by_organization.total() / max(len(by_organization), 1)
    return round(min(by_organization.values(), default=0) / even, 2) if even else 0.0


# --- nobody else about ------------------------------------------------------------------------------------------------


def _bare_decisions(count: int = 5000) -> dict[str, float]:
    """One caller that does nothing but ask."""
    from apps.governor.decisions import ask

    waits, busy, begins = [], time.process_time(), datetime(2026, 11, 30, tzinfo=UTC)
    for number in range(count):
        request = _request(1000 + number % 500, begins + timedelta(minutes=number / 500))
        began = time.perf_counter()
        ask(request)
        waits.append(time.perf_counter() - began)
    busy = time.process_time() - busy
    return _speed(waits, sum(waits)) | {"own_cpu_us": round(busy / count * 1e6), "server_us": _server_us()}


def _request(person: int, now: datetime) -> Request:
    from apps.core.secrets import Secret
    from apps.governor.buckets import party_of
    from apps.governor.decisions import Request
    from apps.governor.lanes import Lane
    from apps.platforms import registry
    from apps.platforms.contract import Credential, OAuthClient

    who = Credential(str(person), Secret("none"), client=OAuthClient("alone"), channel_id=str(person))
    call = next(one for one in registry.adapter_class("tiktok").calls if one.name == "start_video")
    return Request("tiktok", party_of("tiktok", who, host=""), call, Lane.PUBLISH, uuid4(), now)


def _server_us() -> float:
    """How long the server was at one script, by its own word."""
    from apps.governor.decisions import link

    told = link().call(lambda client: client.info("commandstats"))
    return float(told["cmdstat_evalsha"]["usec_per_call"])


def _speed(waits: list[float], seconds: float) -> dict[str, float]:
    ordered = sorted(waits)
    return {
        "per_second": round(len(waits) / seconds),
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 3),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 3),
    }
