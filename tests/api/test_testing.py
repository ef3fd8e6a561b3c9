"""What a test key does reaches the simulated platforms, and nothing else; what a live key does never goes there.

Two processes stand for the two: `sandbox`, which tests are sent to, and `real`, which this deployment takes for the
platforms themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.core import outbound, tenancy
from apps.core.secrets import Secret
from apps.events import services as events
from apps.platforms import registry
from apps.social_accounts import services
from apps.social_accounts.adapters import close_lines, endpoints_of
from apps.social_accounts.models import Grant, OAuthApp, SocialAccount
from apps.social_accounts.selectors import concerned_by
from apps.social_accounts.services.apps import clients_that_sign
from apps.tenants.keys import Mode
from apps.tenants.members import member_of
from apps.tenants.models import Organization, Workspace
from apps.usage.models import Total
from apps.webhooks.models import Delivery
from apps.webhooks.services import claiming
from config.platforms import SANDBOX_APPS
from tests.support import factories
from tests.support.platforms import sandbox_origins
from tests.support.programs_with_keys import Program, program
from tests.support.publishing import run_worker
from tests.support.sandbox import Sandbox, SandboxServer
from tests.usage.conftest import give_plan

pytestmark = pytest.mark.django_db
WHO = {"mastodon": "harbourcoffee", "bluesky": "harbourcoffee.test", "x": "harbourcoffee"}


@pytest.fixture(scope="session")
def _real_process() -> Iterator[Sandbox]:
    with SandboxServer() as running:
        yield running


@pytest.fixture
def real(_real_process: Sandbox) -> Sandbox:
    """The platforms as this deployment knows them, with no request so far."""
    _real_process.reset()
    return _real_process


@pytest.fixture
def deployment(real: Sandbox, sandbox: Sandbox, settings: Settings) -> Iterator[None]:
    """A Postroom in earnest, at "real" addresses that the environment names, with a sandbox for tests beside them."""
    cache.clear()
    settings.PLATFORM_SANDBOXES = {}
    settings.PLATFORM_ENDPOINTS = {
        name: {
            end: real.origin(name)
            for end, value in registry.adapter_class(name).default_endpoints.items()
            if value.startswith("http")
        }
        for name in registry.names()
    }
    settings.PLATFORM_ENDPOINTS["bluesky"]["development"] = "1"
    settings.OUTBOUND_TRUSTED_ORIGINS = tuple(sandbox_origins(real).values())
    settings.PLATFORM_APPS = SANDBOX_APPS
    settings.PLATFORM_TEST_SANDBOXES = sandbox_origins(sandbox)
    yield
    close_lines()


@pytest.fixture
def place(organization: Organization) -> Workspace:
    return factories.workspace(organization, name="Trying out", is_test=True)


@pytest.fixture
def testing(place: Workspace) -> Program:
    """A program with a test key of a test workspace."""
    return program(place, mode=Mode.TEST)


def asked(of: Sandbox) -> int:
    return sum(line["count"] for line in of.stats()["requests"] if line["platform"] != "hub")


def address_at(at: Sandbox, platform: str) -> str:
    return {"mastodon": at.origin("mastodon"), "bluesky": WHO["bluesky"]}.get(platform, "")


def connected(api: Program, at: Sandbox, platform: str = "mastodon", **fields: object) -> dict[str, object]:
    """An account, connected in a browser that follows a session of this program."""
    made = api.post("/connect-sessions", {"platforms": [platform], **fields})
    assert made.status_code == 201, made.content.decode()
    browser, home = Client(), urlsplit(made.json()["url"]).path
    page = browser.post(f"{home}start/", {"platform": platform, "address": address_at(at, platform)})
    assert page.status_code == 200, page.content.decode()
    back = at.consent(page.context["next_url"], WHO.get(platform, "harbourcoffee"))
    browser.get(back[back.index("/social-accounts/") :].partition("#")[0])
    (account_id,) = api.get(f"/connect-sessions/{made.json()['id']}").json()["accounts"]
    found: dict[str, object] = api.get(f"/social-accounts/{account_id}").json()
    return found


def published(api: Program, account: dict[str, object], text: str = "Good morning") -> dict[str, object]:
    body = {"text": text, "accounts": [account["id"]], "action": "publish_now"}
    answer = api.post("/posts", {**body, "workspace": account["workspace"]})
    assert answer.status_code == 201, answer.content.decode()
    run_worker()
    (row,) = api.get(f"/posts/{answer.json()['id']}").json()["publications"]
    return row


@pytest.mark.parametrize("platform", sorted(WHO))
@pytest.mark.usefixtures("deployment", "valkey")
def test_a_test_keys_post_reaches_the_simulation_and_no_platform(testing, sandbox, real, platform):
    account = connected(testing, sandbox, platform)
    row = published(testing, account)

    assert (account["mode"], row["mode"], row["state"]) == ("test", "test", "published"), row
    handle = WHO[platform]
    assert sandbox.texts(platform, handle, kind="post") == ["Good morning"]
    assert testing.post(f"/social-accounts/{account['id']}/check").json()["was_asked"]
    assert testing.post(f"/publications/{row['id']}/unpublish").status_code == 200
    assert testing.post(f"/social-accounts/{account['id']}/disconnect").json()["state"] == "disconnected"
    assert asked(real) == 0


@pytest.mark.usefixtures("deployment", "valkey")
def test_a_live_keys_post_reaches_the_platform_and_not_the_simulation(workspace_api, sandbox, real):
    account = connected(workspace_api, real)
    before = asked(sandbox)
    row = published(workspace_api, account)

    assert (account["mode"], row["mode"], row["state"]) == ("live", "live", "published"), row
    assert real.texts("mastodon", "harbourcoffee", kind="post") == ["Good morning"]
    assert asked(sandbox) == before == 0


@pytest.mark.usefixtures("deployment")
def test_no_typed_server_leads_out_of_the_simulation(testing, real, sandbox):
    made = testing.post("/connect-sessions", {"platforms": ["mastodon"]}).json()
    start = f"{urlsplit(made['url']).path}start/"

    page = Client().post(start, {"platform": "mastodon", "address": real.origin("mastodon")})

    assert page.status_code == 422
    assert asked(real) == 0
    assert Client().post(start, {"platform": "mastodon", "address": ""}).status_code == 200


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.usefixtures("deployment")
def test_every_address_of_a_test_is_the_simulations(name, sandbox, real):
    addresses = [value for value in endpoints_of(name, is_test=True).values() if "://" in value]

    assert addresses or name == "mastodon"
    assert set(addresses) <= {sandbox.origin(name)}
    assert not any(sandbox.origin(name) in value for value in endpoints_of(name).values())


@pytest.mark.usefixtures("deployment")
def test_a_client_for_tests_connects_to_nothing_but_the_simulation(real, sandbox):
    with outbound.client(only=sandbox_origins(sandbox).values()) as client:
        assert client.get(f"{sandbox.origin('mastodon')}/api/v2/instance").status_code == 200
        for address in (real.origin("mastodon"), "https://mastodon.social", sandbox.url):
            with pytest.raises(httpx.ConnectError, match="not part of the simulation"):
                client.get(address)
    assert asked(real) == 0


@pytest.mark.usefixtures("deployment")
def test_without_a_simulation_nothing_is_connected_and_what_was_planned_is_held(
    testing, place, sandbox, real, settings, clock
):
    account = connected(testing, sandbox)
    settings.PLATFORM_TEST_SANDBOXES = {}
    close_lines()

    refused = testing.post("/connect-sessions", {"platforms": ["mastodon"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_sandbox")
    assert "TEST_SANDBOX_URL" in refused.json()["detail"]
    row = published(testing, account)

    assert (row["state"], row["problem"]["code"]) == ("held", "no_sandbox")
    assert asked(real) == 0
    settings.PLATFORM_TEST_SANDBOXES = sandbox_origins(sandbox)
    assert testing.post(f"/publications/{row['id']}/resume").status_code == 200
    run_worker()
    assert testing.get(f"/publications/{row['id']}").json()["state"] == "published"


@pytest.mark.usefixtures("deployment", "valkey")
def test_neither_key_sees_what_is_the_others(testing, place, api, workspace, organization, sandbox):
    own = factories.account(workspace)
    theirs = connected(testing, sandbox)
    live_post = factories.post(workspace, accounts=[own])
    test_row = published(testing, theirs)
    everything = program(organization, mode=Mode.TEST)

    for key, others in (
        (api, [f"/workspaces/{place.pk}", f"/social-accounts/{theirs['id']}", f"/publications/{test_row['id']}"]),
        (everything, [f"/workspaces/{workspace.pk}", f"/social-accounts/{own.pk}", f"/posts/{live_post.pk}"]),
    ):
        for path in others:
            assert key.get(path).status_code == 404, path
    assert {row["mode"] for row in api.get("/social-accounts").json()["data"]} == {"live"}
    assert {row["mode"] for row in everything.get("/social-accounts").json()["data"]} == {"test"}
    assert [row["id"] for row in everything.get("/workspaces").json()["data"]] == [f"ws_{place.pk.hex}"]
    assert f"ws_{place.pk.hex}" not in [row["id"] for row in api.get("/workspaces").json()["data"]]
    body = {"text": "One", "workspace": str(place.pk), "accounts": [str(own.pk)], "action": "publish_now"}
    assert everything.post("/posts", body).status_code == 422
    body = {"text": "One", "workspace": str(workspace.pk), "accounts": [theirs["id"]], "action": "publish_now"}
    assert api.post("/posts", body).status_code == 422


@pytest.mark.usefixtures("deployment", "valkey")
def test_a_test_key_makes_workspaces_called_as_the_real_ones(api, organization):
    named = {"name": "Café Luna", "external_ref": "customer-7"}
    assert api.post("/workspaces", named).json()["mode"] == "live"
    own = program(organization, mode=Mode.TEST)

    made = own.post("/workspaces", named)
    assert (made.status_code, made.json()["mode"]) == (201, "test")
    assert own.get("/workspaces", external_ref="customer-7").json()["data"][0]["id"] == made.json()["id"]
    assert own.post("/workspaces", named).status_code in (409, 422)
    assert own.patch(f"/workspaces/{made.json()['id']}", {"mode": "live", "name": "Luna"}).json()["mode"] == "test"


@pytest.mark.usefixtures("valkey")
def test_test_workspaces_take_no_place_in_a_plan_and_are_not_endless(organization, settings):
    give_plan(organization, workspaces=0, accounts=0, webhooks=0)
    settings.MAX_TEST_WORKSPACES = 2
    own = program(organization, mode=Mode.TEST)

    assert [own.post("/workspaces", {"name": name}).status_code for name in ("A", "B")] == [201, 201]
    assert "up to 2 test workspaces" in own.post("/workspaces", {"name": "C"}).json()["detail"]
    hook = own.post("/webhook-endpoints", {"url": "https://app.example.com/hook"})
    assert (hook.status_code, hook.json()["mode"]) == (201, "test")


@pytest.mark.usefixtures("deployment", "valkey")
def test_test_posts_are_not_counted(testing, workspace_api, organization, sandbox, real):
    published(testing, connected(testing, sandbox))
    with tenancy.scope(organization_id=organization.pk):
        assert not Total.objects.exists()

    published(workspace_api, connected(workspace_api, real))
    with tenancy.scope(organization_id=organization.pk):
        assert Total.objects.filter(scope_id=organization.pk).get().amount == 1


@pytest.mark.usefixtures("deployment", "valkey")
def test_each_kind_of_endpoint_is_told_of_its_own(api, organization, testing, place, workspace, sandbox, real, clock):
    hook = {"url": "https://app.example.com/hook"}
    live = api.post("/webhook-endpoints", hook).json()
    test = program(organization, mode=Mode.TEST).post("/webhook-endpoints", hook).json()
    published(testing, connected(testing, sandbox))
    published(api, connected(api, real, workspace=str(workspace.pk)))
    events.relay()

    with tenancy.scope(organization_id=organization.pk):
        told = {
            (f"whe_{row.endpoint_id.hex}", claiming.told_of(row, row.endpoint)["mode"])
            for row in Delivery.objects.select_related("endpoint", "event__workspace")
        }
    assert told == {(live["id"], "live"), (test["id"], "test")}
    assert [row["id"] for row in api.get("/webhook-endpoints").json()["data"]] == [live["id"]]
    assert [row["id"] for row in testing.get("/webhook-endpoints").json()["data"]] == []
    clock.advance(seconds=5)  # the feed shows what nobody writes before any more
    assert {row["mode"] for row in testing.get("/events").json()["data"]} == {"test"}
    assert "test" not in json.dumps([row["mode"] for row in api.get("/events").json()["data"]])


@pytest.mark.usefixtures("deployment")
def test_what_the_simulations_app_has_signed_proves_nothing(testing, workspace, sandbox, settings):
    account = connected(testing, sandbox, "threads")
    settings.PLATFORM_APPS = {"threads": ("the-operators", "its secret")}

    assert OAuthApp.objects.get(platform="threads").is_test
    assert [client.client_id for client in clients_that_sign("threads")] == ["the-operators"]
    assert concerned_by(platform="threads", remote_id=str(account["remote_id"])) == []
    same = factories.account(workspace, "threads", remote_id=account["remote_id"])
    (found,) = concerned_by(platform="threads", remote_id=str(account["remote_id"]))
    assert found.account_id == same.pk


@pytest.mark.usefixtures("deployment")
def test_one_remote_id_may_be_a_test_and_a_real_account_and_neither_becomes_the_other(
    testing, place, workspace_api, workspace, sandbox, real
):
    test, live = connected(testing, sandbox, "x"), connected(workspace_api, real, "x")

    assert test["remote_id"] == live["remote_id"]
    with tenancy.scope(organization_id=place.organization_id):
        for row in SocialAccount.objects.select_related("grant", "workspace"):
            assert row.is_test == row.grant.is_test == row.workspace.is_test
        families = set(Grant.objects.exclude(family="").values_list("is_test", "family"))
        assert len({family for _, family in families}) == len(families)


def test_a_test_key_is_for_a_test_workspace(organization, workspace, place, api):
    for mode, where in (("test", workspace), ("live", place)):
        answer = api.post(
            "/api-keys", {"name": "A", "mode": mode, "scopes": ["posts:read"], "workspace": str(where.pk)}
        )
        assert answer.status_code == 422, mode
        assert answer.json()["errors"][0]["pointer"] == "/workspace"
    # One that was made before there were test workspaces opens nothing.
    assert program(workspace, mode=Mode.TEST).get("/workspaces").json()["data"] == []
    assert program(place).get("/workspaces").json()["data"] == []


def test_a_test_key_ends_no_live_key(organization, api):
    own = program(organization, mode=Mode.TEST)

    assert own.delete(f"/api-keys/{api.key.pk}").json()["code"] == "test_key"
    assert api.get("/workspaces").status_code == 200
    assert api.delete(f"/api-keys/{own.key.pk}").status_code == 204


@pytest.mark.postgres
def test_the_database_refuses_a_test_account_among_real_ones(workspace, place):
    def settle(**values: object) -> None:
        with tenancy.across_tenants("plant a fault"), transaction.atomic(), connection.cursor() as cursor:
            account = factories.account(workspace)
            SocialAccount.across_tenants.filter(pk=account.pk).update(**values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    settle(handle="still fine")
    with pytest.raises(IntegrityError, match="is_test"):
        settle(is_test=True)
    with pytest.raises(IntegrityError, match="is_test"):
        settle(grant=factories.account(place).grant)


@pytest.mark.postgres
def test_the_database_refuses_a_real_post_on_a_test_account(workspace, place):
    post, account = factories.post(workspace), factories.account(place)

    def settle() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            factories.publication(post, account)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="tenant_fk"):
        settle()


@pytest.mark.usefixtures("deployment", "valkey")
def test_members_try_things_in_a_test_workspace_and_see_that_it_is_one(owner, place, workspace, sandbox, real):
    member = member_of(owner.user, place.organization_id, workspace_id=place.pk)
    assert member is not None
    _, (account,) = services.sign_in(
        member=member, workspace_id=place.pk, platform="bluesky", address="", identifier=WHO["bluesky"],
        password=Secret("abcd-efgh-ijkl-mnop"),
    )  # fmt: skip
    row = published(program(place, mode=Mode.TEST), {"id": str(account.pk), "workspace": str(place.pk)})

    assert sandbox.texts("bluesky", WHO["bluesky"], kind="post") == ["Good morning"]
    assert asked(real) == 0
    browser = factories.signed_in(owner, at=place)
    post_id = row["post"].removeprefix("post_")
    post_page = reverse("publishing:post", args=[UUID(post_id)])
    for path in (reverse("dashboard:account", args=[account.pk]), post_page, reverse("tenants:workspaces")):
        page = browser.get(path, follow=True).content.decode()
        assert "This is a test workspace" in page, path
        assert '<span class="badge" data-tone="info">Test</span>' in page, path
    elsewhere = factories.signed_in(owner, at=workspace).get("/settings/workspaces/").content.decode()
    assert "This is a test workspace" not in elsewhere


@pytest.mark.usefixtures("deployment")
def test_an_owner_makes_a_test_workspace_and_it_stays_one(owner, workspace):
    browser = factories.signed_in(owner, at=workspace)
    wanted = {"name": "Trying out", "timezone": "UTC", "is_test": "on"}
    assert browser.post(reverse("tenants:workspace_create"), wanted).status_code == 302

    with tenancy.scope(organization_id=workspace.organization_id):
        made = Workspace.objects.get(name="Trying out")
    browser.post(reverse("tenants:workspace_edit", args=[made.pk]), {"name": "Tried", "timezone": "UTC"})
    with tenancy.scope(organization_id=workspace.organization_id):
        assert Workspace.objects.get(name="Tried").is_test
    assert "simulated networks" in browser.get("/", follow=True).content.decode()
