"""The simulated platforms ring at the door of a running Postroom: their signatures, their handshakes, their order."""

from __future__ import annotations

import time

import httpx
import pytest

from apps.core import tenancy
from apps.social_accounts.models import Grant
from apps.social_accounts.states import GrantState
from apps.webhooks import services
from apps.webhooks.models import InboundNotice
from config.platforms import SANDBOX_APPS, SANDBOX_VERIFY_TOKEN, SANDBOX_WEBHOOK_SECRETS
from tests.sandbox.threads_client import Threads, film
from tests.sandbox.tiktok_client import TikTok
from tests.support import factories
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
