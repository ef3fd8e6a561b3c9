"""The simulated platforms ring at the door of a running Postroom: their signatures, their handshakes, their order."""

from __future__ import annotations

import time

import httpx
import pytest
from django.core.cache import cache

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.secrets import Secret
from apps.governor.lanes import Lane
from apps.platforms.contract import OAuthClient
from apps.social_accounts import services as social_accounts
from apps.social_accounts.models import Grant
from apps.social_accounts.states import GrantState
from apps.webhooks import services
from apps.webhooks.models import InboundNotice
from config.platforms import SANDBOX_APPS, SANDBOX_VERIFY_TOKEN, SANDBOX_WEBHOOK_SECRETS
from tests.sandbox.threads_client import Threads, film
from tests.sandbox.tiktok_client import TikTok
from tests.support import factories
from tests.support.platforms import answer_of
from tests.webhooks.conftest import read

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def door(live_server, platforms, settings):
    """Where platforms ring; the apps are those that the sandbox knows."""
    settings.PLATFORM_APPS = SANDBOX_APPS
    settings.PLATFORM_VERIFY_TOKENS = dict.fromkeys(SANDBOX_APPS, SANDBOX_VERIFY_TOKEN)
    settings.PLATFORM_WEBHOOK_SECRETS = SANDBOX_WEBHOOK_SECRETS
    return lambda platform: live_server.url.replace("localhost", "127.0.0.1") + f"/inbound/{platform}/"


def heard(count: int, **wanted) -> list[InboundNotice]:
    """The notices, once so many are on the shelf: the sandbox sends while it answers."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found = list(InboundNotice.objects.filter(**wanted).order_by("id"))
        if len(found) >= count:
            return found
    raise AssertionError(f"{InboundNotice.objects.count()} notices in all")


def test_a_threads_post_is_told_after_a_handshake(door, platforms):
    platforms.set("threads", webhook_url=door("threads"), webhook_verify_token=SANDBOX_VERIFY_TOKEN, webhook_copies=2)
    with Threads(platforms, "harbourcoffee") as threads:
        post = threads.post("Frische Bohnen")
        threads.call("DELETE", f"/v1.0/{post}")
        found = heard(2, remote_user_id=threads.id)

    assert sorted(notice.kind for notice in found) == ["deleted", "published"]
    assert {notice.remote_id for notice in found} == {post}, "each once, though each was sent twice"


def test_who_does_not_know_our_word_is_not_let_in(door, platforms):
    platforms.set("threads", webhook_url=door("threads"), webhook_verify_token="another word")
    with Threads(platforms, "harbourcoffee") as threads:
        threads.post("Unheard")
        platforms.set("threads", webhook_verify_token=SANDBOX_VERIFY_TOKEN)
        heard_post = threads.post("Heard")

    assert [notice.remote_id for notice in heard(1)] == [heard_post]


def test_tiktok_tells_of_its_work_and_of_the_person_who_leaves(door, platforms, workspace):
    platforms.set("tiktok", webhook_url=door("tiktok"))
    with TikTok(platforms, "harbourcoffee") as tiktok:
        known = platforms.account("tiktok", "harbourcoffee")
        account = factories.account(workspace, "tiktok", remote_id=known["id"])
        publish_id = tiktok.upload(film(21))
        platforms.advance(seconds=30)
        assert {notice.remote_id for notice in heard(2, kind="published")} == {publish_id}
        tiktok.person("remove_app", reason=1)
        heard(1, kind="deauthorized")

    with tenancy.across_tenants("the consent was a while ago"):
        Grant.across_tenants.update(issued_at=account.connected_at.replace(year=2020))
    services.handle_waiting()

    with tenancy.across_tenants("a test looks"):
        assert Grant.across_tenants.get(pk=account.grant_id).state == GrantState.DEAD
    assert read(account).state == "needs_reauth"


def test_x_checks_the_address_and_signs_what_it_tells(door, platforms):
    platforms.set("x", webhook_url=door("x"))
    known = platforms.create_account("x", "harbourcoffee")
    platforms.create_account("x", "lumenyoga")
    answer = httpx.post(
        f"{platforms.origin('x')}/2/tweets", json={"text": "Hello"}, trust_env=False,
        headers={"Authorization": f"Bearer {known['credentials']['token']}"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text

    (notice,) = heard(1, platform="x", kind="published")
    assert notice.remote_id == answer.json()["data"]["id"]


@pytest.fixture
def channel(door, platforms, workspace):
    """A channel of the simulated YouTube's, connected on Google's own page; Google knows where to ring."""
    cache.clear()
    services.read_keys()
    platforms.set("youtube", risc_url=door("youtube"))
    platforms.create_account("youtube", "lumenyoga")
    adapter, back = (
        social_accounts.adapter_for("youtube", is_test=False, lane=Lane.REFRESH),
        "https://postroom.example/back",
    )
    client_id, secret = SANDBOX_APPS["youtube"]
    client = OAuthClient(client_id, Secret(secret))
    start = adapter.begin_consent(client=client, redirect_uri=back, state="s")
    answer = answer_of(platforms.consent(start.authorize_url, "lumenyoga"))
    consent = adapter.finish_consent(client=client, redirect_uri=back, answer=answer, keep=start.keep)
    account = factories.account(workspace, "youtube", remote_id=consent.channels[0].remote_id)
    with tenancy.across_tenants("a test keeps what the consent gave"):
        grant, given = account.grant, consent.credential
        grant.app = factories.oauth_app("youtube", server="", client_id=client_id)
        grant.access_token, grant.refresh_token, grant.facts = given.access_token, given.refresh_token, given.facts
        grant.issued_at = system_clock.now().replace(year=2020)
        grant.save()
    return account


def at_google(platforms, event: str, **fields: str) -> None:
    """Something happens to the person's Google account."""
    said = {"handle": "lumenyoga", "event": event, **fields}
    answer = httpx.post(f"{platforms.origin('youtube')}/settings/security/events", data=said, trust_env=False)
    assert answer.status_code == 200, answer.text


def delivered(platforms, count: int) -> list[int]:
    """What Postroom answered, once it has."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found = [one["status"] for one in platforms.things("youtube", "delivery")]
        if len(found) >= count and None not in found:
            return found
    raise AssertionError("Google still waits for its answers")


def test_google_tells_of_a_consent_that_a_person_took_back(channel, platforms):
    answer = httpx.post(
        f"{platforms.origin('youtube')}/settings/security/permissions", data={"handle": "lumenyoga"}, trust_env=False
    )
    assert answer.status_code == 200
    heard(1, platform="youtube", kind="signal")
    services.handle_waiting()

    assert delivered(platforms, 1) == [202]
    with tenancy.across_tenants("a test looks"):
        grant = Grant.across_tenants.get(pk=channel.grant_id)
    assert (grant.state, bool(grant.refresh_token)) == (GrantState.DEAD, False)
    assert read(channel).state == "needs_reauth"


@pytest.mark.parametrize("identifier", ["prefix", "hash_base64_sha512_sha512"])
def test_google_names_the_token_that_is_dead(channel, platforms, identifier):
    at_google(platforms, "token-revoked", identifier=identifier)
    heard(1, platform="youtube", kind="signal")
    services.handle_waiting()

    assert read(channel).state == "needs_reauth"


def test_an_account_that_google_disables_comes_back_with_it(channel, platforms):
    at_google(platforms, "account-disabled")
    heard(1, kind="signal")
    services.handle_waiting()
    assert read(channel).state == "disabled"

    at_google(platforms, "account-enabled")
    heard(2, kind="signal")
    services.handle_waiting()
    assert read(channel).state == "active"


def test_what_google_would_never_send_is_refused(channel, platforms):
    spoils = ("signature", "key", "audience", "issuer", "events")
    for spoil in spoils:
        at_google(platforms, "tokens-revoked", spoil=spoil)
    assert delivered(platforms, len(spoils)) == [400] * len(spoils)

    at_google(platforms, "verification", state="is anybody there?")
    heard(1, kind="test")
    assert InboundNotice.objects.count() == 1
    assert read(channel).state == "active"
