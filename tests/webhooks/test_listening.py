"""Platforms are asked to tell of an account when it is connected, and again before they stop."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.db import transaction

from apps.core import tenancy
from apps.core.secrets import Secret
from apps.events import services as events
from apps.social_accounts.states import AccountState
from apps.webhooks import services
from apps.webhooks.models import InboundNotice, Listening
from config.platforms import SANDBOX_APPS
from tests.sandbox.youtube_client import YouTube
from tests.support import factories

pytestmark = pytest.mark.django_db


def listening(account) -> Listening | None:
    with tenancy.across_tenants("a test looks"):
        return Listening.across_tenants.filter(account=account).first()


def asked(platforms, path: str) -> int:
    """How many requests to this address the sandbox has had."""
    return sum(line["count"] for line in platforms.stats()["requests"] if path in line["path"])


@pytest.fixture
def page(workspace, platforms):
    known = platforms.create_account("facebook", "harbourcoffee")
    account = factories.account(workspace, "facebook", remote_id=known["id"], kind="page")
    with tenancy.across_tenants("a Page has a token of its own"):
        account.grant.extra = Secret(json.dumps({f"channel:{known['id']}": known["credentials"]["token"]}))
        account.grant.save()
    return account


def connected(account) -> None:
    with tenancy.scope(organization_id=account.organization_id), transaction.atomic():
        events.emit("account.connected", subject=account, data={"platform": account.platform})
    events.relay()


def test_a_page_is_asked_about_when_it_is_connected_and_every_few_days(page, platforms, clock):
    connected(page)
    assert listening(page).asked_at == clock.now
    assert asked(platforms, "subscribed_apps") == 1

    services.listen_due(now=clock.advance(days=2))
    assert asked(platforms, "subscribed_apps") == 1
    services.listen_due(now=clock.advance(days=1))
    assert asked(platforms, "subscribed_apps") == 2


def test_a_platform_that_fails_is_asked_again_with_growing_pauses(page, platforms, clock):
    platforms.fault("error_before", platform="facebook", path="subscribed_apps", times=2)
    services.listen_due(now=clock.now)
    first = listening(page)
    assert (first.asked_at, first.tries) == (None, 1)
    assert first.problem

    services.listen_due(now=clock.advance(minutes=15))
    assert listening(page).next_try_at == clock.now + timedelta(minutes=30)
    services.listen_due(now=clock.advance(minutes=30))
    assert (listening(page).asked_at, listening(page).tries) == (clock.now, 0)


def test_nobody_asks_about_what_is_not_connected_or_cannot_be_asked(workspace, clock):
    gone = factories.account(workspace, "facebook", state=AccountState.NEEDS_REAUTH)
    silent = factories.account(workspace, "pinterest")

    assert services.listen_due(now=clock.now) == 0
    connected(silent), connected(gone)
    assert (listening(gone), listening(silent)) == (None, None)


def test_without_words_of_ours_youtubes_hub_is_not_asked(workspace, clock):
    channel = factories.account(workspace, "youtube")

    services.listen_due(now=clock.now)

    assert (listening(channel).problem, listening(channel).asked_at) == ("not offered", None)


@pytest.mark.django_db(transaction=True)
def test_youtubes_lease_is_taken_and_renewed_before_it_ends(live_server, workspace, platforms, settings, clock):
    """The hub shakes hands with the running Postroom, and tells it of a new video."""
    settings.PLATFORM_APPS = SANDBOX_APPS
    settings.PUBLIC_URL = live_server.url.replace("localhost", "127.0.0.1")
    settings.PLATFORM_VERIFY_TOKENS = {"youtube": "a word"}
    settings.PLATFORM_WEBHOOK_SECRETS = {"youtube": ("what the hub signs with",)}
    with YouTube(platforms, "harbourcoffee") as youtube:
        channel = factories.account(workspace, "youtube", remote_id=youtube.id)
        services.listen_due(now=clock.now)
        assert listening(channel).until == clock.now + timedelta(days=5)
        assert asked(platforms, "/subscribe") == 1

    services.listen_due(now=clock.advance(days=2))
    assert asked(platforms, "/subscribe") == 1
    services.listen_due(now=clock.advance(days=1))
    assert asked(platforms, "/subscribe") == 2
    assert listening(channel).until == clock.now + timedelta(days=5)
    with YouTube(platforms, "harbourcoffee") as youtube:
        eventually(lambda: platforms.things("youtube", "subscription"))  # the handshake is over
        video = youtube.upload(privacyStatus="public")
    assert eventually(lambda: InboundNotice.objects.filter(remote_id=video, remote_user_id=channel.remote_id).exists())


def eventually(look) -> bool:
    """Whether it comes true while the sandbox's own threads are at work."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if look():
            return True
    return False
