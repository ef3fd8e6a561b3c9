"""Budgets as data: which of an adapter's limits a request draws on, whose they are, and when their windows end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.platforms import registry
from apps.platforms.calls import Call
from apps.platforms.capabilities import ConnectBy
from apps.platforms.contract import Credential, OAuthClient
from apps.platforms.limits import Limit, Per, Window

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
# Between our decision and the moment the platform counts lies the way there, and two clocks never agree to the second.
LONGEST_MARGIN: Final = timedelta(seconds=2)
MARGIN_OF_SPAN: Final = 25
# Organizations that did not ask for this long do not share what is left.
LONGEST_QUIET: Final = timedelta(minutes=1)
SHORTEST_QUIET: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Party:
    """Whose budgets a call draws on, as digests; an empty one is not known and has no budget."""

    app: str = ""
    token: str = ""
    account: str = ""

    def of(self, per: Per) -> str:
        return {Per.APP: self.app, Per.TOKEN: self.token, Per.ACCOUNT: self.account}[per]

    def apart(self) -> Party:
        """The same at the simulation that tests are sent to."""
        return Party(*(f"test-{digest}" if digest else "" for digest in (self.app, self.token, self.account)))


@dataclass(frozen=True, slots=True)
class Bucket:
    """One budget and what a call costs there; spans in milliseconds. `ends` is the end of a window that began now."""

    key: str
    limit: str
    window: str  # "rolling" or "fixed"
    span: int
    margin: int
    ends: int
    cost: int
    amount: int | None
    is_shared: bool  # by several organizations

    def as_json(self, ceiling: float) -> dict[str, Any]:
        """How the scripts are told of it."""
        told: dict[str, Any] = {
            "window": self.window, "span": self.span, "margin": self.margin, "ends": self.ends, "cost": self.cost,
            "ceiling": ceiling, "shared": self.is_shared, "quiet": quiet(self.span),
        }  # fmt: skip
        return told if self.amount is None else {**told, "amount": self.amount}


def party_of(platform: str, who: Credential | OAuthClient | None, *, host: str) -> Party:
    """Whose call it is. A person at one app keeps their budget through every refresh and reconnect; an account has one,
    whichever workspace it hangs on. Where a platform is many servers, each of them is an app of its own."""
    client = who.client if isinstance(who, Credential) else who
    app = app_digest(platform, client_id=client.client_id if client else "", server=host)
    if not isinstance(who, Credential):
        return Party(app)
    account = _digest(platform, who.server, who.channel_id or who.remote_user_id)
    return Party(app, token_digest(platform, remote_user_id=who.remote_user_id, client=client), account)


def app_digest(platform: str, *, client_id: str, server: str) -> str:
    """`server` is a host name, and counts only where the platform has many of them."""
    if has_many_servers(platform):
        return _digest(platform, "server", server)
    return _digest(platform, "app", client_id) if client_id else ""


def token_digest(platform: str, *, remote_user_id: str, client: OAuthClient | None) -> str:
    return _digest(platform, client.client_id if client else "", remote_user_id)


@lru_cache(maxsize=32)
def has_many_servers(platform: str) -> bool:
    ways = registry.capabilities(platform).connect_by
    return bool({ConnectBy.INSTANCE_OAUTH, ConnectBy.APP_PASSWORD} & set(ways))


def buckets_of(platform: str, call: Call | None, party: Party, *, now: datetime, times: int = 1) -> tuple[Bucket, ...]:
    """What a call draws on, made so many times; () for one that is in no registry."""
    counted = call.counts_against if call else ()
    limits = [limit for limit in registry.adapter_class(platform).limits if limit.name in counted]
    found = _buckets(platform, limits, call, party, now)
    return tuple(found if times == 1 else (replace(bucket, cost=bucket.cost * times) for bucket in found))


def bucket_of(platform: str, limit_name: str, party: Party, *, now: datetime) -> Bucket | None:
    """The budget that an answer tells of, whether or not the call drew on it."""
    limits = [limit for limit in registry.adapter_class(platform).limits if limit.name == limit_name]
    return next(_buckets(platform, limits, None, party, now), None)


def _buckets(platform: str, limits: list[Limit], call: Call | None, party: Party, now: datetime) -> Iterator[Bucket]:
    for limit in limits:
        if not (whose := party.of(limit.per)):
            continue
        span, margin = limit.span, min(LONGEST_MARGIN, limit.span / MARGIN_OF_SPAN)
        yield Bucket(
            key=key(platform, "budget", limit.name, whose),
            limit=limit.name,
            window="rolling" if limit.window is Window.ROLLING else "fixed",
            span=as_ms(span),
            margin=as_ms(margin),
            ends=milliseconds(_end_of(limit, now) + margin),
            cost=limit.costs.get(call.name, 1) if call else 0,
            amount=limit.amount,
            is_shared=limit.per is Per.APP,
        )


def _end_of(limit: Limit, now: datetime) -> datetime:
    """When a window that begins now ends, by the platform's clock."""
    if limit.window in (Window.MIDNIGHT_UTC, Window.MIDNIGHT_PACIFIC):
        zone = PACIFIC if limit.window is Window.MIDNIGHT_PACIFIC else UTC
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)
    return now + limit.span


def key(platform: str, *parts: str) -> str:
    """All keys of one platform share a slot of a cluster, for a script may touch several."""
    return ":".join((settings.GOVERNOR_PREFIX, f"{{{platform}}}", *parts))


def quiet(span: int) -> int:
    return min(as_ms(LONGEST_QUIET), max(as_ms(SHORTEST_QUIET), span // 10))


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def as_ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def instant(ms: float) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
