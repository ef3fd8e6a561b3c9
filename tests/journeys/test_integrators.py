"""What products do that are built on Postroom, from the first workspace to the figures: a key, HTTP, and nothing else.

The server answers on a port, the sandbox is the networks, and the integrator has a website that hands out files and
takes webhooks. The workers' rounds are made in the test, so that nothing has to be waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from standardwebhooks import Webhook, WebhookVerificationError

from apps.analytics import services as analytics
from apps.core import tenancy
from apps.events import services as events
from apps.media import services as media
from apps.social_accounts.models import ReturnOrigin
from apps.tenants.models import Organization
from apps.webhooks import services as webhooks
from config.platforms import SANDBOX_APPS
from tests.support import factories
from tests.support.integrators import Customer, Integrator, Website
from tests.support.programs_with_keys import program
from tests.support.publishing import run_worker
from tests.support.sandbox import Sandbox
from tests.usage.conftest import give_plan

pytestmark = pytest.mark.django_db(transaction=True)
HANDLE = "lumenyoga"


@pytest.fixture
def website(platforms: Sandbox, settings: Settings) -> Iterator[Website]:
    """Loopback, which Postroom would call for nobody, is let through for this one address."""
    with Website() as running:
        settings.OUTBOUND_TRUSTED_ORIGINS = (*settings.OUTBOUND_TRUSTED_ORIGINS, running.url)
        yield running


@pytest.fixture
def agency(transactional_db: None) -> Organization:
    return factories.organization("A product")


@pytest.fixture
def product(
    live_server: LiveServer, agency: Organization, website: Website, settings: Settings, tmp_path: Path
) -> Iterator[Integrator]:
    settings.MEDIA_ROOT = tmp_path
    settings.ANALYTICS_CONCURRENCY = 1  # figures are read in the test's own thread
    with Integrator(live_server.url, program(agency).text) as made:
        yield made


@pytest.fixture
def customer(live_server: LiveServer, platforms: Sandbox) -> Customer:
    return Customer(live_server.url, platforms)


@pytest.fixture
def workspace(product: Integrator) -> str:
    return str(product.post("/workspaces", {"name": "Lumen Yoga", "external_ref": "customer-7"})["id"])


@pytest.fixture
def accounts(product: Integrator, customer: Customer, workspace: str) -> list[str]:
    """Mastodon and X of one customer, connected by themselves."""
    session = product.post("/connect-sessions", {"workspace": workspace, "platforms": ["mastodon", "x"]})
    for platform in ("mastodon", "x"):
        customer.connects(session["url"], platform, HANDLE)
    found: list[str] = product.get(f"/connect-sessions/{session['id']}")["accounts"]
    return found


def tell() -> None:
    """The relay's round and the postman's."""
    events.relay()
    webhooks.deliver_due()


def test_a_tenant_is_a_workspace_under_the_products_own_name_for_it(product: Integrator):
    made = product.post("/workspaces", {"name": "Lumen Yoga", "external_ref": "customer-7"}, key="customer-7")

    assert [one["id"] for one in product.get("/workspaces", external_ref="customer-7")["data"]] == [made["id"]]
    taken = product.post("/workspaces", {"name": "Another", "external_ref": "customer-7"}, fails=409)
    assert taken["code"] == "taken"


def test_a_key_of_one_tenant_finds_no_other(product: Integrator, workspace: str):
    other = product.post("/workspaces", {"name": "Somebody else"})["id"]
    key = product.post(
        "/api-keys", {"name": "Theirs", "workspace": workspace, "scopes": ["workspaces:read", "posts:write"]}
    )["key"]

    with Integrator(product.url, key) as theirs:
        assert [one["id"] for one in theirs.get("/workspaces")["data"]] == [workspace]
        assert theirs.get(f"/workspaces/{other}", fails=404)["code"] == "not_found"
        assert theirs.post("/posts", {"workspace": other, "text": "Hello"}, fails=422)["code"] == "invalid"


def test_a_customer_connects_an_account_in_the_portal(product: Integrator, customer: Customer, workspace: str):
    session = product.post("/connect-sessions", {"workspace": workspace, "platforms": ["mastodon"], "max_accounts": 1})
    customer.connects(session["url"], "mastodon", HANDLE)

    read = product.get(f"/connect-sessions/{session['id']}")
    assert (read["state"], read["connected"]) == ("done", 1)
    account = product.get(f"/social-accounts/{read['accounts'][0]}")
    assert (account["platform"], account["state"]) == ("mastodon", "active")


def test_the_product_chooses_among_several_pages(
    product: Integrator, customer: Customer, workspace: str, agency: Organization
):
    with tenancy.scope(organization_id=agency.pk):
        ReturnOrigin.objects.create(origin="https://app.example.com")
    session = product.post("/connect-sessions", {
        "workspace": workspace, "platforms": ["linkedin"], "selection": "api", "return_url": "https://app.example.com/back",
    })  # fmt: skip
    assert "status=pending" in customer.connects(session["url"], "linkedin", HANDLE)
    path = f"/connect-sessions/{session['id']}"

    (journey,) = product.get(f"{path}/pending")["data"]
    page = next(channel for channel in journey["channels"] if channel["kind"] != "profile")
    (account,) = product.post(f"{path}/finalize", {"journey": journey["id"], "channels": [page["remote_id"]]})["data"]

    assert (account["remote_id"], account["kind"]) == (page["remote_id"], page["kind"])


def test_a_file_comes_as_a_form(product: Integrator, workspace: str):
    picture = factories.picture()
    mat = product.post(
        "/media", data={"workspace": workspace, "alt": "A mat"}, files={"file": ("mat.png", picture, "image/png")}
    )

    assert (mat["kind"], mat["alt"]) == ("image", "A mat")


def test_a_file_comes_in_pieces_and_goes_on_where_it_was_cut_off(product: Integrator, workspace: str):
    picture = factories.picture(size=(640, 480))
    upload = product.post("/uploads", {"workspace": workspace, "name": "mat.png", "size": len(picture), "alt": "A mat"})
    path, half = f"/uploads/{upload['id']}", len(picture) // 2

    send = {"Content-Type": "application/octet-stream"}
    product.put(path, headers={**send, "Upload-Offset": "0"}, content=picture[:half])
    begun = product.get(path)["received"]
    product.put(path, headers={**send, "Upload-Offset": str(begun)}, content=picture[begun:])
    whole = product.post(f"{path}/complete")["media"]

    assert (begun, product.get(f"/media/{whole}")["width"]) == (half, 640)


def test_a_file_is_fetched_from_an_address(product: Integrator, workspace: str, website: Website):
    website.files["/mat.png"] = ("image/png", factories.picture())
    upload = product.post("/uploads", {"workspace": workspace, "url": f"{website.url}/mat.png"})

    media.take_in_waiting()

    found = product.get(f"/uploads/{upload['id']}")["media"]
    assert product.get(f"/media/{found}")["kind"] == "image"


def test_one_post_goes_to_several_accounts_with_words_and_a_picture(
    product: Integrator, workspace: str, accounts: list[str], platforms: Sandbox
):
    mat = product.post("/media", data={"workspace": workspace}, files={"file": ("mat.png", factories.picture())})
    post = product.post("/posts", {
        "workspace": workspace, "accounts": accounts, "action": "publish_now",
        "parts": [{"role": "main", "text": "Breathe in.", "media": [{"media": mat["id"], "alt": "A mat"}]}],
        "overrides": [{"account": accounts[1], "text": "Breathe in, dear X."}],
    })  # fmt: skip
    run_worker()

    read = product.get(f"/posts/{post['id']}")
    assert (read["status"], [one["state"] for one in read["publications"]]) == ("published", ["published"] * 2)
    assert all(one["url"] for one in read["publications"])
    assert platforms.texts("mastodon", HANDLE) == ["Breathe in."]
    assert platforms.texts("x", HANDLE) == ["Breathe in, dear X."]


def test_a_comment_follows_and_all_of_it_is_taken_down_again(
    product: Integrator, workspace: str, accounts: list[str], platforms: Sandbox
):
    parts = [{"role": "main", "text": "Breathe in."}, {"role": "first_comment", "text": "And out."}]
    body = {"workspace": workspace, "accounts": accounts[:1], "parts": parts, "external_ref": "monday"}
    product.post("/posts", {**body, "action": "publish_now"})
    run_worker()
    assert platforms.texts("mastodon", HANDLE) == ["Breathe in.", "And out."]

    (post,) = product.get("/posts", workspace=workspace, external_ref="monday")["data"]
    gone = product.post(f"/posts/{post['id']}/unpublish")

    assert [(one["account"], one["done"]) for one in gone["results"]] == [(accounts[0], True)]
    assert product.get(f"/posts/{post['id']}")["publications"][0]["state"] == "removed"
    assert platforms.counts("mastodon", HANDLE, kind="post")["deleted"] == 1


def test_a_second_word_is_said_below_what_is_out_and_taken_back(
    product: Integrator, workspace: str, accounts: list[str], platforms: Sandbox
):
    post = product.post(
        "/posts", {"workspace": workspace, "accounts": accounts, "text": "Breathe in.", "action": "publish_now"}
    )
    run_worker()

    written = product.post(
        "/comments", {"post": post["id"], "accounts": accounts[:1], "text": "We have room on Friday."}
    )
    run_worker()

    (comment,) = (product.get(f"/comments/{one['id']}") for one in written["data"])
    assert (comment["state"], comment["account"], bool(comment["url"])) == ("published", accounts[0], True)
    assert platforms.texts("mastodon", HANDLE) == ["Breathe in.", "We have room on Friday."]
    assert platforms.texts("x", HANDLE) == ["Breathe in."]
    assert product.post(f"/comments/{comment['id']}/unpublish")["state"] == "removed"
    assert platforms.counts("mastodon", HANDLE, kind="reply")["deleted"] == 1


def test_a_draft_goes_out_when_it_is_published(
    product: Integrator, workspace: str, accounts: list[str], platforms: Sandbox
):
    draft = product.post("/posts", {"workspace": workspace, "text": "Not yet", "accounts": accounts})
    assert draft["status"] == "draft"
    product.patch(f"/posts/{draft['id']}", {"text": "Now"})
    assert product.post("/posts/validate", {"workspace": workspace, "text": "Now", "accounts": accounts})["is_ready"]
    run_worker()
    assert platforms.texts("mastodon", HANDLE) == []

    product.post(f"/posts/{draft['id']}/publish")
    run_worker()

    assert product.get(f"/posts/{draft['id']}")["status"] == "published"
    assert platforms.texts("mastodon", HANDLE) == ["Now"]


def test_a_queue_gives_each_post_the_next_hour_of_the_week(
    product: Integrator, workspace: str, accounts: list[str], platforms: Sandbox
):
    slots = [{"weekday": "monday", "time": "09:00"}, {"weekday": "thursday", "time": "15:30"}]
    queue = product.post("/queues", {"workspace": workspace, "name": "Tips", "slots": slots})["id"]
    free = product.get(f"/queues/{queue}/next-slot")["at"]

    body = {"workspace": workspace, "accounts": accounts, "queue": queue}
    first, second = (product.post("/posts", {**body, "text": text}) for text in ("One", "Two"))

    assert first["slot"]["at"] == free < second["slot"]["at"]
    assert {first["slot"]["number"], second["slot"]["number"]} == {1, 2}
    moved = product.patch(f"/queues/{queue}", {"slots": [{"weekday": "friday", "time": "12:00"}]})
    assert [slot["number"] for slot in moved["slots"]] == [3]
    assert product.get(f"/posts/{second['id']}")["slot"]["number"] == 3


def test_what_the_customer_has_not_approved_does_not_go_out(
    product: Integrator, workspace: str, accounts: list[str], platforms: Sandbox
):
    step = {"key": "client", "name": "The client", "programs": True, "window_minutes": None}
    product.put(f"/workspaces/{workspace}/approval-policy", {"steps": [step]})
    body = {"workspace": workspace, "text": "May I?", "accounts": accounts[:1], "scheduled_at": "2099-06-01T08:00:00Z"}
    post = product.post("/posts", {**body, "action": "schedule"})
    tell()
    assert product.get(f"/posts/{post['id']}")["status"] == "awaiting_approval"

    scopes = ["approvals:write", "posts:read"]
    key = product.post("/api-keys", {"name": "Customer", "workspace": workspace, "scopes": scopes})["key"]
    (request,) = product.get("/approvals", post=post["id"])["data"]
    with Integrator(product.url, key) as theirs:
        assert theirs.post(f"/approvals/{request['id']}/decide", {"verdict": "approve"})["state"] == "approved"
    assert product.get(f"/posts/{post['id']}")["status"] == "scheduled"
    product.post(f"/posts/{post['id']}/publish")
    run_worker()

    assert platforms.texts("mastodon", HANDLE) == ["May I?"]


def test_what_was_sent_twice_is_there_once(
    product: Integrator, workspace: str, accounts: list[str], platforms: Sandbox
):
    body = {"workspace": workspace, "text": "Once", "accounts": accounts[:1], "action": "publish_now"}
    first = product.post("/posts", body, key="launch")
    again = product.post("/posts", body, key="launch")

    assert (again, product.last.headers["Idempotent-Replayed"]) == (first, "true")
    other = product.post("/posts", {**body, "text": "Something else"}, key="launch", fails=422)
    assert other["code"] == "idempotency_key_reused"
    run_worker()
    assert platforms.texts("mastodon", HANDLE) == ["Once"]


def test_the_product_is_told_and_can_tell_that_it_was_us(
    product: Integrator, workspace: str, accounts: list[str], website: Website
):
    endpoint = product.post("/webhook-endpoints", {"url": f"{website.url}/hook", "events": ["post.published"]})
    body = {"workspace": workspace, "text": "Out", "accounts": accounts[:1], "action": "publish_now"}
    post = product.post("/posts", body)
    run_worker()
    tell()

    ((letter, headers),) = website.letters
    told = Webhook(endpoint["secret"]).verify(letter, headers)
    assert (told["type"], told["subject"]["id"], told["workspace"]) == ("post.published", post["id"], workspace)
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(letter.replace(b"post.published", b"post.failed"), headers)
    (delivery,) = product.get(f"/webhook-endpoints/{endpoint['id']}/deliveries")["data"]
    assert delivery["state"] == "delivered"


def test_a_changed_secret_leaves_the_old_one_a_day(product: Integrator, workspace: str, website: Website):
    endpoint = product.post("/webhook-endpoints", {"url": f"{website.url}/hook", "events": ["workspace.updated"]})
    fresh = product.post(f"/webhook-endpoints/{endpoint['id']}/rotate")
    product.patch(f"/workspaces/{workspace}", {"name": "Lumen Yoga & Tea"})
    tell()

    ((letter, headers),) = website.letters
    for secret in (endpoint["secret"], fresh["secret"]):
        assert Webhook(secret).verify(letter, headers)["subject"]["id"] == workspace


def test_an_account_that_was_signed_out_is_told_and_the_others_go_out(
    product: Integrator, workspace: str, accounts: list[str], website: Website, platforms: Sandbox
):
    product.post("/webhook-endpoints", {"url": f"{website.url}/hook", "events": ["account.needs_reauth"]})
    platforms.revoke_tokens("mastodon", HANDLE)
    body = {"workspace": workspace, "text": "Half", "accounts": accounts, "action": "publish_now"}
    post = product.post("/posts", body)
    run_worker()

    tell()

    on = {one["account"]: one for one in product.get(f"/posts/{post['id']}")["publications"]}
    assert [on[account]["state"] for account in accounts] == ["held", "published"]
    assert on[accounts[0]]["problem"]["code"]
    (told,) = website.told()
    assert [(one["platform"], one["account"]) for one in told["data"]["accounts"]] == [("mastodon", accounts[0])]


def test_the_use_of_each_tenant_is_counted(
    product: Integrator, workspace: str, accounts: list[str], agency: Organization, settings: Settings
):
    settings.PLATFORM_SANDBOXES = {}  # what goes to simulated networks is not counted
    give_plan(agency, monthly_publications=3)
    body = {"workspace": workspace, "text": "Counted", "accounts": accounts, "action": "publish_now"}
    product.post("/posts", body)

    used = product.get("/usage")
    assert {one["id"]: one["month"] for one in used["workspaces"]} == {workspace: 2}
    assert {"label": "Publications", "used": 2, "limit": 3} in used["gauges"]
    refused = product.post("/posts", body, fails=422)
    assert refused["errors"][0]["code"] == "over_limit"


def test_accounts_are_connected_with_the_products_own_app(
    product: Integrator, customer: Customer, workspace: str, platforms: Sandbox
):
    client_id, secret = SANDBOX_APPS["x"]
    entered = product.put("/oauth-apps/x", {"client_id": client_id, "client_secret": secret})
    assert (entered["source"], secret in product.last.text) == ("own", False)

    session = product.post("/connect-sessions", {"workspace": workspace, "platforms": ["x"]})
    customer.connects(session["url"], "x", HANDLE)

    refused = product.put("/oauth-apps/x", {"client_id": "another", "client_secret": secret}, fails=409)
    assert refused["code"] == "app_in_use", "an account hangs on the product's own app by now"


def test_a_test_key_is_tried_out_without_anybody_seeing_it(
    product: Integrator, live_server: LiveServer, customer: Customer, platforms: Sandbox
):
    scopes = ["workspaces:write", "accounts:write", "posts:write"]
    key = product.post("/api-keys", {"name": "Trying out", "mode": "test", "scopes": scopes})["key"]
    with Integrator(live_server.url, key) as trying:
        place = trying.post("/workspaces", {"name": "Lumen Yoga", "external_ref": "customer-7"})["id"]
        session = trying.post("/connect-sessions", {"workspace": place, "platforms": ["x"]})
        customer.connects(session["url"], "x", HANDLE)
        post = trying.post("/posts", {"workspace": place, "text": "Ahem", "platforms": ["x"], "action": "publish_now"})
        run_worker()

        assert trying.get(f"/posts/{post['id']}")["status"] == "published"
    assert platforms.texts("x", HANDLE) == ["Ahem"]
    assert product.get("/workspaces")["data"] == []
    assert product.get(f"/posts/{post['id']}", fails=404)["code"] == "not_found"


def test_fresh_figures_of_a_post_are_wished_for_and_told(product: Integrator, workspace: str, accounts: list[str]):
    body = {"workspace": workspace, "text": "Breathe in.", "accounts": accounts, "external_ref": "monday"}
    post = product.post("/posts", {**body, "action": "publish_now"})
    run_worker()
    tell()
    (before,) = product.get("/analytics/posts", external_refs="monday")["data"]
    assert [one["taken_at"] for one in before["publications"]] == [None, None]

    wishes = product.post("/analytics/refreshes", {"posts": [post["id"]]})["data"]
    analytics.read_due()

    assert {product.get(f"/analytics/refreshes/{one['id']}")["state"] for one in wishes} == {"done"}
    (after,) = product.get("/analytics/posts", external_refs="monday")["data"]
    assert [one["figures"]["likes"] for one in after["publications"]] == [0, 0]
    assert all(one["taken_at"] for one in after["publications"])


def test_what_an_account_had_before_is_imported(
    product: Integrator, accounts: list[str], platforms: Sandbox, website: Website
):
    product.post("/webhook-endpoints", {"url": f"{website.url}/hook", "events": ["import.completed"]})
    token = platforms.create_account("mastodon", HANDLE)["credentials"]["token"]
    with Integrator(platforms.origin("mastodon"), token) as by_hand:
        by_hand.post("/statuses", {"status": "Written by hand"})

    started = product.post("/imports", {"account": accounts[0]})
    analytics.work_imports()
    tell()

    read = product.get(f"/imports/{started['id']}")
    assert (read["state"], read["kept"]) == ("completed", 1)
    assert [one["text"] for one in product.get(f"/imports/{started['id']}/posts")["data"]] == ["Written by hand"]
    assert [told["type"] for told in website.told()] == ["import.completed"]
