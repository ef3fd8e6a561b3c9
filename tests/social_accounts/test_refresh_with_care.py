"""One refresher, one call, and a way back from wherever it was interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from apps.core import tenancy
from apps.events.models import Event
from apps.platforms import registry
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.platforms.contract import Credential
from apps.platforms.errors import NotSent, Throttled
from apps.platforms.lifetimes import Lifetimes
from apps.social_accounts import lives, services
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.services import refreshing
from apps.social_accounts.services.credentials import new_grant
from apps.social_accounts.states import AccountState, GrantState
from apps.tenants.models import Workspace
from tests.support import factories
from tests.support.clock import Clock

LIFE = timedelta(hours=2)


class Killed(BaseException):
    """Nobody catches it, as nobody catches SIGKILL."""


class Sign:
    """A sign-in at a platform whose refresh tokens work once, and what becomes of it."""

    def __init__(self, platform: MemoryPlatform, workspace: Workspace, clock: Clock) -> None:
        self.platform, self.clock, self.organization_id = platform, clock, workspace.organization_id
        platform.add_account("harbour")
        with tenancy.scope(organization_id=self.organization_id):
            given = replace(platform.credential("harbour"), expires_at=clock.now + LIFE)
            self.grant_id = new_grant(given, platform="memory", is_test=False, app=None).pk
        self.account = factories.account(workspace, "memory", handle="harbour", grant=self.grant)

    @property
    def grant(self) -> Grant:
        with tenancy.scope(organization_id=self.organization_id):
            return Grant.objects.get(pk=self.grant_id)

    @property
    def state(self) -> str:
        with tenancy.scope(organization_id=self.organization_id):
            return SocialAccount.objects.get(pk=self.account.pk).state

    @property
    def asked_the_person(self) -> int:
        with tenancy.scope(organization_id=self.organization_id):
            return Event.objects.filter(name="account.needs_reauth").count()

    def refresh(self) -> bool:
        return services.refresh_grant(organization_id=self.organization_id, grant_id=self.grant_id)

    def live(self, hours: float) -> None:
        """Let beat come by each minute for so long."""
        for _ in range(round(hours * 60)):
            self.clock.advance(minutes=1)
            services.refresh_expiring(now=self.clock.now)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every refresh that the platform was asked for."""
    made: list[str] = []
    original = MemoryAdapter.refresh

    def counted(self: MemoryAdapter, credential: Credential) -> Credential:
        made.append(credential.refresh_token.reveal())
        return replace(original(self, credential), expires_at=self._clock() + LIFE)

    monkeypatch.setattr(MemoryAdapter, "refresh", counted)
    return made


@pytest.fixture
def sign(db: None, clock: Clock, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Sign:
    platform = MemoryPlatform(lambda: clock.now)
    monkeypatch.setitem(registry.ADAPTERS, "memory", platform.adapter_class())
    return Sign(platform, workspace, clock)


def killed_in(monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> None:
    """The process dies when it comes to this function; in the platform's own, after that has done its work."""
    original: Callable[..., Any] = getattr(where, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(where, name, original)
        if name == "rotate":
            original(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(where, name, dying)


# --- when -------------------------------------------------------------------------------------------------------------


def test_a_grants_turn_comes_when_a_fifth_of_its_tokens_life_is_left(sign: Sign, calls: list[str]) -> None:
    refresh_at = sign.grant.refresh_at
    assert refresh_at is not None
    left = sign.grant.expires_at - refresh_at  # type: ignore[operator]
    assert LIFE * 0.2 <= left <= LIFE * 0.22

    assert services.refresh_expiring(now=refresh_at - timedelta(seconds=1)) == 0
    sign.clock.set(refresh_at)
    assert services.refresh_expiring(now=refresh_at) == 1
    assert len(calls) == 1
    assert sign.grant.refresh_at > refresh_at  # type: ignore[operator]


def test_the_next_grants_are_found_by_their_index(sign: Sign) -> None:
    with tenancy.across_tenants("see how grants are found"):
        rows = Grant.across_tenants.filter(refresh_at__lte=sign.clock.now).order_by("refresh_at")[:10]
        plan = rows.explain()
    assert "grants_to_refresh" in plan or connection.vendor == "postgresql"  # which scans a table of one row


@pytest.mark.parametrize("hours", [30])
def test_tokens_that_are_kept_fresh_never_end(sign: Sign, calls: list[str], hours: int) -> None:
    sign.live(hours)
    assert sign.state == AccountState.ACTIVE
    assert len(set(calls)) == len(calls)
    assert len(calls) <= hours / 1.5 + 1


@pytest.mark.parametrize(
    ("lifetimes", "tokens", "renewed", "ends"),
    [
        # No refresh token, and nothing renews itself: LinkedIn for most apps, whose answer left the date out.
        (Lifetimes(access=timedelta(days=60)), {}, None, 60),
        (Lifetimes(access=timedelta(days=60), rolling=False), {"expires": 30}, None, 30),
        # A refresh token that counts from the consent.
        (Lifetimes(refresh=timedelta(days=365), rolling=False), {"expires": 60, "refresh": True}, 48, 365),
        (Lifetimes(rolling=False), {"expires": 1, "refresh": True}, 0.8, None),
        # One whose life begins anew each time, and tokens that renew themselves.
        (Lifetimes(refresh=timedelta(days=60)), {"expires": 30, "refresh": True}, 24, None),
        (Lifetimes(renews_alone=True), {"expires": 60}, 48, None),
        # An end that nobody knows stays unknown.
        (Lifetimes(), {}, None, None),
    ],
)
def test_ends_are_forecast_from_what_is_documented(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, lifetimes: Lifetimes, tokens: dict, renewed: float, ends: float
) -> None:
    monkeypatch.setitem(registry.ADAPTERS, "memory", type("It", (MemoryAdapter,), {"lifetimes": lifetimes}))
    known = lives.Tokens(
        platform="memory",
        issued_at=clock.now,
        expires_at=clock.now + timedelta(days=tokens["expires"]) if "expires" in tokens else None,
        refresh_expires_at=None,
        has_refresh_token=tokens.get("refresh", False),
    )
    refresh_at, ends_at = lives.refresh_at(known), lives.ends_at(known)
    assert (refresh_at is None) == (renewed is None)
    if refresh_at is not None:
        assert (refresh_at - clock.now).total_seconds() / 86400 == pytest.approx(renewed, rel=0.03)
    assert ends_at == (clock.now + timedelta(days=ends) if ends is not None else None)


# --- alone ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_ten_jobs_at_once_make_one_call(
    transactional_db: None, clock: Clock, workspace: Workspace, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = MemoryPlatform(lambda: clock.now)
    monkeypatch.setitem(registry.ADAPTERS, "memory", platform.adapter_class())
    sign, together = Sign(platform, workspace, clock), threading.Barrier(10)
    before = sign.grant.version
    clock.advance(minutes=118)

    def job(_: int) -> None:
        try:
            together.wait()
            services.refresh_if_needed(organization_id=sign.organization_id, grant_id=sign.grant_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as jobs:
        list(jobs.map(job, range(10)))

    assert len(calls) == 1
    assert sign.grant.state == GrantState.ACTIVE
    assert sign.grant.version == before + 1


# --- interrupted ------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["before the call", "after the call", "before it is stored"])
def interrupted(request: pytest.FixtureRequest, sign: Sign, calls: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    where = {
        "before the call": (MemoryAdapter, "refresh"),
        "after the call": (MemoryPlatform, "rotate"),
        "before it is stored": (refreshing, "_keep"),
    }[request.param]
    killed_in(monkeypatch, *where)
    return str(request.param)


def test_a_worker_that_dies_anywhere_leaves_an_account_that_lives_or_asks_once(
    sign: Sign, calls: list[str], interrupted: str
) -> None:
    start = sign.grant.refresh_at
    assert start is not None
    sign.clock.set(start)
    with pytest.raises(Killed):
        sign.refresh()
    made = len(calls)

    assert not sign.refresh()  # Its lease holds.
    sign.live(4)

    if interrupted == "before the call":
        assert sign.state == AccountState.ACTIVE
        # Nothing had reached the platform, so the old refresh token is good and brings new tokens.
        assert sign.grant.state == GrantState.ACTIVE
        assert sign.asked_the_person == 0
    else:
        assert sign.state == AccountState.NEEDS_REAUTH
        assert sign.grant.state == GrantState.DEAD
        assert sign.asked_the_person == 1
        assert len(calls) - made == 1  # The old refresh token was tried once more, and never again.
        sign.live(2)
        assert len(calls) - made == 1


# --- ill, busy, silent ------------------------------------------------------------------------------------------------


def test_a_platform_that_asks_to_wait_is_left_alone_until_then(sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, retry_at = [], sign.clock.now + timedelta(minutes=17)

    def throttled(self: MemoryAdapter, credential: Credential) -> Credential:
        asked.append(self._clock())
        raise Throttled("Slow down.", retry_at=retry_at)

    monkeypatch.setattr(MemoryAdapter, "refresh", throttled)
    sign.refresh()
    sign.live(0.25)
    assert len(asked) == 1
    sign.live(0.04)
    assert len(asked) == 2
    assert asked[1] >= retry_at
    assert sign.state == AccountState.ACTIVE


def test_a_platform_that_is_down_for_a_day_ends_nothing_and_is_not_hammered(
    sign: Sign, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    up, asked = MemoryAdapter.refresh, []

    def down(self: MemoryAdapter, credential: Credential) -> Credential:
        asked.append(self._clock())
        raise NotSent("It does not answer.")

    monkeypatch.setattr(MemoryAdapter, "refresh", down)
    sign.live(24)
    assert sign.state == AccountState.ACTIVE
    assert len(asked) < 40

    monkeypatch.setattr(MemoryAdapter, "refresh", up)
    sign.live(1.1)
    assert len(calls) == 1
    assert sign.grant.state == GrantState.ACTIVE


def test_one_platform_that_is_down_does_not_keep_the_others_waiting(
    sign: Sign, calls: list[str], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down(MemoryAdapter):
        platform = MemoryPlatform(lambda: sign.clock.now)
        asked = 0

        def refresh(self, credential: Credential) -> Credential:
            Down.asked += 1
            raise NotSent("It does not answer.")

    monkeypatch.setitem(registry.ADAPTERS, "down", Down)
    Down.platform.add_account("d")
    with tenancy.scope(organization_id=workspace.organization_id):
        for _ in range(20):
            given = replace(Down.platform.credential("d"), expires_at=sign.clock.now)
            new_grant(given, platform="down", is_test=False, app=None)
    sign.clock.set(sign.grant.refresh_at)  # type: ignore[arg-type]

    services.refresh_expiring(now=sign.clock.now)

    assert len(calls) == 1
    assert Down.asked == refreshing.MOST_FAILURES
