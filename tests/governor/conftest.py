"""A platform of three made-up limits, and a governor that is asked about it at any instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from apps.core.secrets import Secret
from apps.governor.buckets import party_of
from apps.governor.decisions import Change, Decision, Outcome, Request, ask, settle
from apps.governor.lanes import Lane
from apps.platforms import registry
from apps.platforms.basis import Basis
from apps.platforms.calls import Call, Feature
from apps.platforms.capabilities import Capabilities, ConnectBy, Counting
from apps.platforms.contract import Credential, OAuthClient
from apps.platforms.limits import Limit, Per, Usage, Window

# Far ahead: the server forgets by its own clock what was over long ago.
START = datetime(2037, 11, 29, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def limit(name: str, amount: int | None, *, per: Per = Per.APP, window: Window = Window.ROLLING, **more: Any) -> Limit:
    return Limit(name, name, per, amount, more.pop("span", MINUTE), window, **more)


def call(name: str, *limits: str, method: str = "POST") -> Call:
    return Call(name, method, f"/{name}", Feature.PUBLISH, counts_against=limits)


class Platform:
    """What the registry knows as "made_up", and questions about it; time moves by `at`."""

    name = "made_up"

    def __init__(self, adapter: type[Basis]) -> None:
        self.adapter = adapter
        self.now = START
        self.organization_id = uuid4()

    def declare(self, *limits: Limit, calls: tuple[Call, ...] = ()) -> None:
        self.adapter.limits = limits
        self.adapter.calls = calls or tuple(call(one.name, one.name) for one in limits)

    def request(
        self, name: str, *, lane: Lane = Lane.PUBLISH, organization: UUID | None = None, user: str = "1", app: str = "a"
    ) -> Request:
        found = next(one for one in self.adapter.calls if one.name == name)
        party = party_of(self.name, credential(user, app), host="")
        return Request(self.name, party, found, lane, organization or self.organization_id, self.now)

    def ask(self, name: str, **more: Any) -> Decision:
        return ask(self.request(name, **more))

    def granted(self, name: str, tries: int, **more: Any) -> int:
        """How many of so many are let through at this instant."""
        return sum(self.ask(name, **more).is_granted for _ in range(tries))

    def settle(self, decision: Decision, *usages: Usage, **more: Any) -> list[Change]:
        return settle(decision, Outcome(more.pop("is_well", True), usages=usages, **more), now=self.now)

    def fail(
        self, name: str, times: int = 1, *, why: str = "503", reset_at: datetime | None = None, **more: Any
    ) -> list[Change]:
        return [
            change
            for _ in range(times)
            for change in self.settle(self.ask(name, **more), is_well=False, why=why, reset_at=reset_at)
        ]

    def later(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


def credential(user: str = "1", app: str = "a") -> Credential:
    return Credential(user, Secret("a-token-that-nobody-sees"), client=OAuthClient(app), channel_id=f"channel-{user}")


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    class MadeUp(Basis):
        name, label = "made_up", "Made Up"
        capabilities = Capabilities(max_text=100, counting=Counting.GRAPHEMES, connect_by=(ConnectBy.OAUTH,))
        default_endpoints = {"api": "https://made-up.example"}

    monkeypatch.setitem(registry.ADAPTERS, "made_up", MadeUp)
    return Platform(MadeUp)
