"""Asked where calls are made: what is refused never leaves, and what platforms answer is heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from pytest_django import Settings

from apps.core import clock as system_clock
from apps.core.secrets import Secret
from apps.governor import breakers
from apps.governor.buckets import Party, party_of
from apps.governor.calling import GovernedTransport, governed
from apps.governor.decisions import Change
from apps.governor.lanes import Lane
from apps.platforms.calls import COUNTS_AS
from apps.platforms.contract import Credential, OAuthClient
from apps.platforms.errors import HeldBack, NotSent, PlatformError, Throttled
from apps.social_accounts.adapters import adapter_for
from tests.governor.conftest import Platform, call, credential, limit
from tests.support.clock import Clock
from tests.support.sandbox import Sandbox


@pytest.fixture
def account(platforms: Sandbox) -> Credential:
    """Somebody on the simulated X."""
    made = platforms.create_account("x", "harbour")
    return Credential("1", Secret(made["credentials"]["token"]), client=OAuthClient("an-app"))


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    heard: list[Change] = []
    monkeypatch.setattr(breakers, "_listeners", [heard.append])
    return heard


def check(account: Credential, lane: Lane = Lane.HEALTH) -> None:
    adapter_for("x", is_test=False, lane=lane, organization_id=uuid4()).check(account)


def asked(platforms: Sandbox) -> int:
    """How many requests for who the account is have reached X."""
    return platforms.count("x", "read")


def test_what_is_over_a_limit_never_leaves(platforms, account, clock: Clock):
    for _ in range(67):  # Nine tenths of 75 are for this lane and those below.
        check(account)

    with pytest.raises(Throttled) as refused:
        check(account)

    assert asked(platforms) == 67
    assert refused.value.evidence.code == "governor:limit:me"
    assert timedelta(minutes=14) < refused.value.retry_at - clock.now < timedelta(minutes=16)
    check(account, lane=Lane.REFRESH)
    assert asked(platforms) == 68


def test_a_call_that_the_platform_refuses_is_not_made_again_before_its_reset(platforms, account, clock: Clock):
    platforms.fault("rate_limited", platform="x", seconds=300, times=None)
    with pytest.raises(Throttled) as by_the_platform:
        check(account)
    platforms.clear()

    with pytest.raises(Throttled) as by_us:
        check(account)

    assert [isinstance(one.value, HeldBack) for one in (by_the_platform, by_us)] == [False, True]
    assert by_us.value.evidence.code == "governor:pause"
    assert by_us.value.retry_at == by_the_platform.value.retry_at
    assert asked(platforms) == 1
    clock.set(by_us.value.retry_at)
    check(account)
    assert asked(platforms) == 2


def test_a_platform_that_fails_is_left_alone_then_tried_once_and_heard_of(platforms, account, changes, clock: Clock):
    platforms.fault("error_before", platform="x", times=5)
    for _ in range(5):
        with pytest.raises(NotSent):
            check(account)
    (opened,) = changes
    assert (opened.platform, opened.kind, opened.is_open, opened.why) == ("x", "token", True, "503")

    with pytest.raises(Throttled) as refused:
        check(account)
    assert asked(platforms) == 5
    clock.set(refused.value.retry_at)
    check(account)

    assert [change.is_open for change in changes] == [True, False]
    assert asked(platforms) == 6


def test_silence_opens_a_breaker_too(platforms, account, changes, settings: Settings):
    settings.PLATFORM_SANDBOXES = {"x": "http://127.0.0.1:1"}
    settings.OUTBOUND_TRUSTED_ORIGINS = ("http://127.0.0.1:1",)
    for _ in range(5):
        with pytest.raises(NotSent):
            check(account)
    assert [change.why for change in changes] == ["ConnectError"]


def test_a_refused_post_or_token_is_no_failure_of_the_platform(platforms, account, changes):
    stranger = replace(account, access_token=Secret("not-a-token"))
    for _ in range(12):
        with pytest.raises(PlatformError):
            check(stranger)
    assert changes == []


class TestOneConversation:
    """With a platform of ours, whose adapter does as each test says."""

    @pytest.fixture
    def talk(self, platform: Platform) -> Callable[..., tuple[object, list[str]]]:
        platform.declare(limit("writes", 1), limit("reads", 1), calls=(
            call("write", "writes"), call("look", "reads", method="GET"),
        ))  # fmt: skip

        def run(method: str, status: int = 200) -> tuple[object, list[str]]:
            seen: list[str] = []

            def answer(request: httpx.Request) -> httpx.Response:
                seen.append(request.url.path)
                return httpx.Response(status)

            http = httpx.Client(transport=GovernedTransport(httpx.MockTransport(answer)))
            adapter = Talker(http=http, endpoints={}, clock=lambda: platform.now)
            return getattr(governed(adapter, lane=Lane.PUBLISH, organization_id=None), method), seen

        class Talker(platform.adapter):  # type: ignore[name-defined]
            def stage(self, credential: Credential) -> None:
                for _ in range(3):
                    self.http.get("https://made-up.example/look")

            def commit(self, credential: Credential) -> str:
                self.http.post("https://made-up.example/write")
                for _ in range(3):
                    self.http.get("https://made-up.example/look")
                return "receipt"

            def check(self, credential: Credential) -> None:
                self.http.get("https://made-up.example/other")
                raise Throttled("It says so with status 200.", retry_at=system_clock.now() + timedelta(hours=2))

        return run

    def test_is_refused_in_the_middle_of_preparing(self, talk):
        stage, seen = talk("stage")
        with pytest.raises(Throttled):
            stage(credential())
        assert seen == ["/look"]

    def test_is_never_refused_once_a_commit_has_acted(self, talk):
        commit, seen = talk("commit")
        assert commit(credential()) == "receipt"
        assert seen == ["/write", "/look", "/look", "/look"]

    def test_is_refused_before_a_commit_acts(self, talk):
        talk("commit")[0](credential())
        commit, seen = talk("commit")
        with pytest.raises(Throttled):
            commit(credential())
        assert seen == []

    def test_hears_a_refusal_whatever_its_status(self, talk, changes, clock: Clock):
        ask, _ = talk("check")
        for _ in range(5):
            with pytest.raises(Throttled):
                ask(credential())
            clock.advance(hours=3)
        assert [change.kind for change in changes] == ["token"]


def test_a_request_that_carries_several_calls_costs_as_much(platform: Platform):
    platform.declare(limit("reads", 10), calls=(call("look", "reads", method="GET"),))
    seen: list[int] = []

    class Reader(platform.adapter):  # type: ignore[name-defined]
        def check(self, credential: Credential) -> None:
            self.http.get("https://made-up.example/look", extensions={COUNTS_AS: 4})

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions[COUNTS_AS])
        return httpx.Response(200)

    http = httpx.Client(transport=GovernedTransport(httpx.MockTransport(answer)))
    reader = governed(
        Reader(http=http, endpoints={}, clock=lambda: platform.now), lane=Lane.PUBLISH, organization_id=None
    )
    reader.check(credential())
    reader.check(credential())
    with pytest.raises(Throttled):
        reader.check(credential())

    assert seen == [4, 4]


def test_whose_budgets_a_call_draws_on():
    mine = Credential("1", Secret("t"), client=OAuthClient("an-app"), channel_id="page-1", server="https://one.example")
    fresh, sibling = replace(mine, access_token=Secret("another")), replace(mine, channel_id="page-2")

    def of(platform: str, who: Credential | OAuthClient | None, host: str = "api.example") -> Party:
        return party_of(platform, who, host=host)

    # A refresh changes nothing; a second Page of one consent shares its token's budget and the app's, not the Page's.
    assert of("facebook", fresh) == of("facebook", mine)
    assert of("facebook", sibling) == replace(of("facebook", mine), account=of("facebook", sibling).account)
    assert of("facebook", sibling).account != of("facebook", mine).account
    # Before there is a consent only the app is known; without one nothing is.
    assert of("facebook", OAuthClient("an-app")) == Party(app=of("facebook", mine).app)
    assert of("facebook", None) == Party()
    # Each server of the fediverse is an app of its own, wherever else we may call one.
    assert of("mastodon", mine, "one.example").app != of("mastodon", mine, "two.example").app
    assert of("facebook", mine, "upload.example").app == of("facebook", mine).app
