from __future__ import annotations

import socket
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from apps.analytics import services
from apps.analytics.models import AccountSnapshot, PublicationSnapshot, Reading, SnapshotRun
from apps.core import tenancy
from apps.core.calendar import cell_of
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import Grant, SocialAccount
from tests.support import factories
from tests.support.clock import Clock
from tests.support.sandbox import Sandbox


@pytest.fixture(autouse=True)
def _one_hand(settings: Settings) -> None:
    """Readings are carried out in the test's own thread, and without a spread unless a test is about it."""
    settings.ANALYTICS_CONCURRENCY = 1
    settings.ANALYTICS_SPREAD = timedelta(0)


class Client:
    """A client of the agency with accounts on simulated platforms, and a clock that moves both sides of the wire."""

    def __init__(self, workspace: Any, sandbox: Sandbox, clock: Clock) -> None:
        self.workspace, self.sandbox, self.clock = workspace, sandbox, clock
        self.tokens: dict[str, str] = {}
        # Both sides of the wire begin at the next noon of the sandbox, long after a night and before the next.
        now = datetime.fromisoformat(sandbox.health()["now"])
        noon = (now + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
        sandbox.advance(seconds=(noon - now).total_seconds())
        clock.set(noon)

    def account(self, platform: str = "mastodon", handle: str = "harbourcoffee", **fields: Any) -> SocialAccount:
        known = self.sandbox.create_account(platform, handle)
        token = known["credentials"].get("token", "")
        self.tokens[platform] = token
        server = self.sandbox.origin(platform) if platform == "mastodon" else ""
        fields = {"remote_id": known["id"], "handle": handle, **fields}
        made = factories.account(self.workspace, platform, token=token, server=server, **fields)
        return self._born_long_ago(made)

    def _born_long_ago(self, account: SocialAccount) -> SocialAccount:
        with tenancy.across_tenants("a test makes an account older, and known by its id"):
            born = self.clock.now - timedelta(days=400)
            Grant.across_tenants.filter(pk=account.grant_id).update(facts={"account_id": account.remote_id})
            SocialAccount.across_tenants.filter(pk=account.pk).update(created_at=born)
            account.refresh_from_db()
        return account

    def advance(self, **span: float) -> datetime:
        self.sandbox.advance(**span)
        return self.clock.advance(**span)

    def night(self) -> int:
        """Open what is due and read until nothing is left."""
        opened = services.open_nights(now=self.clock.now)
        services.read_due()
        return opened

    def published(self, account: SocialAccount, text: str, *, remote_id: str = "", **fields: Any) -> Publication:
        post = factories.post(self.workspace, text, accounts=[account])
        names = {"remote_id": remote_id} if remote_id else {}
        values = {"published_at": self.clock.now, **names, **fields}
        made = factories.publication(post, account, state=State.PUBLISHED, **values)
        with tenancy.scope(organization_id=self.workspace.organization_id):
            services.follow(Publication.objects.filter(pk=made.pk))
        return made

    def days(self, account: SocialAccount) -> list[AccountSnapshot]:
        return self._all(AccountSnapshot, "day", "revision", account=account)

    def rungs(self, publication: Publication) -> list[PublicationSnapshot]:
        return self._all(PublicationSnapshot, "taken_at", publication=publication)

    def runs(self) -> list[SnapshotRun]:
        return self._all(SnapshotRun, "day", workspace=self.workspace)

    def reading(self, of: SocialAccount | Publication) -> Reading:
        names = {"publication": of} if isinstance(of, Publication) else {"account": of, "publication": None}
        (found,) = self._all(Reading, "pk", **names)
        return found

    def _all(self, model: Any, *order: str, **names: Any) -> list[Any]:
        with tenancy.across_tenants("a test looks"):
            return list(model.across_tenants.filter(**names).order_by(*order))


@pytest.fixture
def client_of_ours(workspace: Any, platforms: Sandbox, clock: Clock) -> Client:
    return Client(workspace, platforms, clock)


@pytest.fixture
def no_platform(monkeypatch):
    """No socket but to the queue's own server."""
    connect, allowed = socket.socket.connect, django_settings.REDIS_URL

    def guarded(self, address):
        if isinstance(address, tuple) and f":{address[1]}/" in allowed:
            return connect(self, address)
        raise AssertionError(f"A page view opened a socket to {address}")

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def account(workspace: Any) -> SocialAccount:
    return factories.account(workspace, handle="harbour")


@pytest.fixture
def today(workspace: Any, clock: Clock) -> date:
    """The day at the client."""
    return cell_of(clock.now, workspace.timezone)
