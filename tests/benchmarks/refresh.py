"""One day of ten thousand accounts: refreshes and health reads, minute by minute, against each platform's own limits.

The day is simulated: beat comes by each minute, as in production, with its batches and pauses, and the clock moves in
between. The platforms answer from memory, behind the real adapters' declarations: what a refresh or a health read costs
is taken from their calls and limits, so that the peak in any of their windows can be held against what they allow.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from apps.core.secrets import Secret
from apps.platforms.calls import Call
from apps.platforms.contract import Credential, Profile
from apps.platforms.limits import Limit, Per

ROOT: Final = Path(__file__).resolve().parents[2]
MINUTE: Final = timedelta(minutes=1)
# How long an access token lives where the platform's answers tell it, as docs/platforms/ has it; None: for ever.
LIVES: Final[dict[str, timedelta | None]] = {
    "instagram": timedelta(days=60), "threads": timedelta(days=60), "linkedin": timedelta(days=60),
    "x": timedelta(hours=2), "tiktok": timedelta(hours=2), "bluesky": timedelta(hours=2), "youtube": timedelta(hours=1),
    "google_business": timedelta(hours=1), "pinterest": timedelta(days=30), "facebook": None, "mastodon": None,
}  # fmt: skip
# The calls that a refresh and a health read make, by their names in the adapter's registry.
REFRESH: Final = {"token", "renew"}
HEALTH: Final = {
    "instagram": "me", "threads": "me", "linkedin": "me", "x": "me", "tiktok": "user_info", "bluesky": "session",
    "youtube": "channel", "google_business": "location", "pinterest": "me", "facebook": "page", "mastodon": "me",
}  # fmt: skip


@dataclass
class Meter:
    """Every call of the day to one platform, by the second it was made in."""

    refreshes: list[datetime] = field(default_factory=list)
    checks: list[datetime] = field(default_factory=list)
    by_token: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))


def run(*, accounts: int, hours: int = 4) -> dict[str, Any]:
    """Figures of one day: by platform the peak of each window against its limit, all calls, and the seconds it took.

    Health reads fill the day; refreshes go on for the first `hours`: the shortest lives come round each hour or two.

    In a process and a database of their own, for the clock is moved and the adapters are replaced."""
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "tests.benchmarks.refresh", str(accounts), str(hours)]
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "POSTROOM_VAR": place}
        env["DATABASE_URL"] = f"sqlite:///{place}/measured.sqlite3"
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip()[-800:]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def measure(accounts: int, hours: int) -> dict[str, Any]:
    """One simulated day, in this process."""
    from apps.core import clock
    from apps.platforms import registry
    from apps.social_accounts import services

    now = datetime.now(UTC).replace(second=0, microsecond=0)
    clock.use(lambda: now)
    _plant(accounts, now)
    meters = {name: Meter() for name in registry.names()}
    for name, meter in meters.items():
        registry.ADAPTERS[name] = _counted(registry.adapter_class(name), meter, lambda: now)
    begun = time.perf_counter()
    for _ in range(hours * 60):
        now += MINUTE
        services.refresh_expiring(now=now)
        services.check_accounts(now=now)
    unrenewed = _rest(now)
    for _ in range(24 * 60 - hours * 60):
        now += MINUTE
        services.check_accounts(now=now)
    return {"tokens_that_ended": unrenewed} | _figures(meters, accounts, hours, time.perf_counter() - begun)


def _rest(now: datetime) -> int:
    """No more refreshes: from here on tokens have no end. How many had ended, for nobody came to renew them."""
    from apps.core import tenancy
    from apps.social_accounts.models import Grant

    with tenancy.across_tenants("a benchmark stops the life of tokens"):
        ended = Grant.across_tenants.filter(expires_at__lt=now).count()
        Grant.across_tenants.update(expires_at=None, refresh_at=None)
    return ended


def _counted(adapter: type[Any], meter: Meter, clock: Callable[[], datetime]) -> type[Any]:
    """The adapter with all that it declares, answering at once, and counting."""

    def note(calls: list[datetime], credential: Credential) -> None:
        calls.append(clock())
        meter.by_token[credential.remote_user_id].append(clock())

    class Counted(adapter):
        def __init__(self, **_: Any) -> None:
            pass

        def refresh(self, credential: Credential) -> Credential:
            note(meter.refreshes, credential)
            life, fresh = LIVES[adapter.name], f"{credential.remote_user_id}-{len(meter.refreshes)}"
            refresh_token = Secret(f"r-{fresh}") if credential.refresh_token else credential.refresh_token
            expires_at = clock() + life if life else None
            return replace(credential, access_token=Secret(fresh), refresh_token=refresh_token, expires_at=expires_at)

        def check(self, credential: Credential) -> Profile:
            note(meter.checks, credential)
            return Profile(credential.channel_id, "", "")

    return Counted


def _plant(accounts: int, now: datetime) -> None:
    """So many accounts in a hundred workspaces, spread evenly over the platforms, connected over the last weeks."""
    from apps.core import tenancy
    from apps.platforms import registry
    from apps.social_accounts import lives
    from apps.social_accounts.models import Grant, SocialAccount
    from apps.tenants.models import Organization, Workspace

    names, chance = sorted(registry.names()), random.Random(7)
    with tenancy.across_tenants("a benchmark plants accounts"):
        agency = Organization.objects.create(name="Measured", slug="measured")
        places = [Workspace.plain.create(organization=agency, name=f"Client {n}") for n in range(100)]
        grants, channels = [], []
        for number in range(accounts):
            platform = names[number % len(names)]
            life = LIVES[platform]
            issued_at = now - (life or timedelta(days=60)) * 0.8 * chance.random()
            has_refresh = platform not in {"instagram", "threads", "facebook", "mastodon"}
            known = lives.Tokens(platform, issued_at, issued_at + life if life else None, None, has_refresh)
            grant = Grant(
                organization=agency, platform=platform, remote_user_id=str(number), issued_at=issued_at,
                expires_at=known.expires_at, refresh_at=lives.refresh_at(known), ends_at=lives.ends_at(known),
            )  # fmt: skip
            grant.access_token = Secret("a")
            grant.refresh_token = Secret("r" if has_refresh else "")
            account = SocialAccount(
                organization=agency, workspace=places[number % 100], grant=grant, platform=platform,
                remote_id=str(number), handle=f"h{number}", connected_at=issued_at,
            )  # fmt: skip
            account.check_at = lives.next_check(account.pk, after=now)
            grants.append(grant)
            channels.append(account)
        Grant.plain.bulk_create(grants, batch_size=500)
        SocialAccount.plain.bulk_create(channels, batch_size=500)


# --- figures ----------------------------------------------------------------------------------------------------------


def _figures(meters: dict[str, Meter], accounts: int, hours: int, seconds: float) -> dict[str, Any]:
    from apps.core import tenancy
    from apps.platforms import registry
    from apps.social_accounts.models import Grant, SocialAccount
    from apps.social_accounts.states import GrantState

    with tenancy.across_tenants("a benchmark looks at the day's end"):
        unwell = Grant.across_tenants.exclude(state=GrantState.ACTIVE).count()
        unchecked = SocialAccount.across_tenants.filter(checked_at=None).count()
    platforms = {name: _of_platform(registry.adapter_class(name), meter) for name, meter in meters.items()}
    return {
        "accounts": accounts,
        "hours_of_refreshes": hours,
        "hours_of_checks": 24,
        "seconds": round(seconds, 1),
        "calls": sum(len(meter.refreshes) + len(meter.checks) for meter in meters.values()),
        "grants_unwell": unwell,
        "accounts_not_checked": unchecked,
        "within_limits": all(line["within"] for one in platforms.values() for line in one["limits"]),
        "platforms": platforms,
    }


def _of_platform(adapter: Any, meter: Meter) -> dict[str, Any]:
    every = sorted(meter.refreshes + meter.checks)
    lines = [line for limit in adapter.limits if (line := _line(adapter, limit, meter))]
    minutes = Counter(every)
    return {
        "refreshes": len(meter.refreshes),
        "checks": len(meter.checks),
        "peak_per_minute": max(minutes.values(), default=0),
        "limits": lines,
    }


def _line(adapter: Any, limit: Limit, meter: Meter) -> dict[str, Any] | None:
    """The peak of what counts against one limit in any of its windows; None where nothing does, or nobody knows it."""
    costs = {
        "refresh": _cost(limit, [call for call in adapter.calls if call.name in REFRESH]),
        "check": _cost(limit, [call for call in adapter.calls if call.name == HEALTH[adapter.name]]),
    }
    if limit.amount is None or not any(costs.values()):
        return None
    if limit.per is Per.APP:
        calls = [(at, costs["refresh"]) for at in meter.refreshes] + [(at, costs["check"]) for at in meter.checks]
        peak = _peak(sorted(calls), limit.span)
    else:
        most = max(costs.values())
        tokens = [[(at, most) for at in sorted(one)] for one in meter.by_token.values()]
        peak = max((_peak(one, limit.span) for one in tokens), default=0)
    return {
        "limit": limit.name,
        "per": limit.per.value,
        "span_seconds": int(limit.span.total_seconds()),
        "allowed": limit.amount,
        "peak": peak,
        "within": peak <= limit.amount,
    }


def _cost(limit: Limit, calls: Iterable[Call]) -> int:
    return sum(limit.costs.get(call.name, 1) for call in calls if limit.name in call.counts_against)


def _peak(calls: Sequence[tuple[datetime, int]], span: timedelta) -> int:
    """The most in any window of this span, wherever it begins: no kind of window lets more through."""
    window: deque[tuple[datetime, int]] = deque()
    inside = most = 0
    for at, cost in calls:
        window.append((at, cost))
        inside += cost
        while window[0][0] <= at - span:
            inside -= window.popleft()[1]
        most = max(most, inside)
    return most


if __name__ == "__main__":
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201
