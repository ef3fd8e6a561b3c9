"""Accounts are connected by people without a seat, and a program sees to it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from apps.core import tenancy
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import Grant, PortalLink, ReturnOrigin, SocialAccount
from apps.tenants.models import Workspace
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import Program
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_tried_before() -> None:
    cache.clear()


class Person:
    """Whoever has the address of a session, in a browser."""

    def __init__(self, url: str, sandbox: Sandbox) -> None:
        self.home, self.sandbox, self.client = urlsplit(url).path, sandbox, Client()

    def sign_in(self, platform: str, handle: str):
        address = self.sandbox.origin("mastodon") if platform == "mastodon" else ""
        page = self.client.post(f"{self.home}start/", {"platform": platform, "address": address})
        assert page.status_code == 200, page.content.decode()
        back = self.sandbox.consent(page.context["next_url"], handle)
        return self.client.get(back[back.index("/social-accounts/") :].partition("#")[0])


@pytest.fixture
def listed(workspace: Workspace) -> str:
    with tenancy.scope(organization_id=workspace.organization_id):
        ReturnOrigin.objects.create(origin="https://app.example.com")
    return "https://app.example.com/back"


def session(api: Program, **fields):
    answer = api.post("/connect-sessions", fields)
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def test_a_session_leads_to_a_connected_account(workspace_api: Program, workspace, platforms):
    made = session(workspace_api, platforms=["mastodon"], max_accounts=1)
    Person(made["url"], platforms).sign_in("mastodon", "harbourcoffee")

    read = workspace_api.get(f"/connect-sessions/{made['id']}").json()
    assert (read["state"], read["connected"]) == ("done", 1)
    assert "url" not in read
    account = workspace_api.get(f"/social-accounts/{read['accounts'][0]}").json()
    assert account["workspace"] == f"ws_{workspace.pk.hex}"
    assert (account["handle"].partition("@")[0], account["state"]) == ("harbourcoffee", "active")
    assert not {"grant", "access_token", "refresh_token"} & set(account)


def test_a_program_chooses_among_several_accounts(api, workspace, platforms, listed):
    made = session(api, workspace=str(workspace.pk), platforms=["linkedin"], selection="api", return_url=listed)
    arrived = Person(made["url"], platforms).sign_in("linkedin", "lumenyoga").context["next_url"]
    assert arrived.startswith(f"{listed}?status=pending")
    path = f"/connect-sessions/{made['id']}"

    (journey,) = api.get(f"{path}/pending").json()["data"]
    assert len(journey["channels"]) == 2
    chosen = [channel["remote_id"] for channel in journey["channels"]]
    wrong = api.post(f"{path}/finalize", {"journey": journey["id"], "channels": ["nothing"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/channels")
    done = api.post(f"{path}/finalize", {"journey": journey["id"], "channels": chosen}).json()

    assert [account["remote_id"] for account in done["data"]] == chosen
    assert api.get(f"{path}/pending").json()["data"] == []
    assert sorted(api.get(path).json()["accounts"]) == sorted(account["id"] for account in done["data"])
    again = api.post(f"{path}/finalize", {"journey": journey["id"], "channels": chosen})
    assert again.json()["errors"][0]["code"] == "not_found"


def test_what_a_person_chooses_in_our_pages_no_program_chooses(api, workspace, platforms):
    made = session(api, workspace=str(workspace.pk), platforms=["linkedin"])
    Person(made["url"], platforms).sign_in("linkedin", "lumenyoga")
    (journey,) = api.get(f"/connect-sessions/{made['id']}/pending").json()["data"]

    body = {"journey": journey["id"], "channels": [journey["channels"][0]["remote_id"]]}
    answer = api.post(f"/connect-sessions/{made['id']}/finalize", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_offered")


def test_more_than_the_session_allows_is_not_connected(api, workspace, platforms, listed):
    made = session(
        api, workspace=str(workspace.pk), platforms=["linkedin"], selection="api", return_url=listed, max_accounts=1
    )
    Person(made["url"], platforms).sign_in("linkedin", "lumenyoga")
    (journey,) = api.get(f"/connect-sessions/{made['id']}/pending").json()["data"]
    chosen = [channel["remote_id"] for channel in journey["channels"]]

    answer = api.post(f"/connect-sessions/{made['id']}/finalize", {"journey": journey["id"], "channels": chosen})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "limit_reached")
    assert api.get("/social-accounts").json()["data"] == []


def test_a_cancelled_session_lets_nobody_in(api, workspace, platforms, listed):
    made = session(api, workspace=str(workspace.pk), platforms=["linkedin"], selection="api", return_url=listed)
    Person(made["url"], platforms).sign_in("linkedin", "lumenyoga")
    (journey,) = api.get(f"/connect-sessions/{made['id']}/pending").json()["data"]

    for _ in range(2):
        assert api.post(f"/connect-sessions/{made['id']}/cancel").json()["state"] == "cancelled"

    assert Client().get(urlsplit(made["url"]).path).status_code == 410
    body = {"journey": journey["id"], "channels": [journey["channels"][0]["remote_id"]]}
    assert api.post(f"/connect-sessions/{made['id']}/finalize", body).json()["code"] == "closed"


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"return_url": "https://evil.example/"}, "/return_url", "return_url_not_allowed"),
        ({"return_url": "javascript:alert(1)"}, "/return_url", "return_url_not_allowed"),
        ({"platforms": []}, "/platforms", "min_length"),
        ({"platforms": ["myspace"]}, "/platforms/0", "invalid_choice"),
        ({"max_accounts": 0}, "/max_accounts", "min_value"),
        ({"expires_in_minutes": 4}, "/expires_in_minutes", "min_value"),
        ({"language": "tlh"}, "/language", "unknown_language"),
        ({"branding": {"colour": "red"}}, "/branding/colour", "invalid"),
        ({"branding": {"back_url": "http://example.com"}}, "/branding/back_url", "invalid"),
    ],
)
def test_what_cannot_be_agreed_is_told_with_its_place(workspace_api, fields, pointer, code):
    answer = workspace_api.post("/connect-sessions", fields)

    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


def test_a_key_of_the_organization_names_the_workspace(api):
    answer = api.post("/connect-sessions", {})

    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [("/workspace", "required")]


def test_the_pages_of_a_session_look_as_it_says(workspace_api):
    look = {"colour": "#123456", "back_label": "Back to the app", "back_url": "https://app.example.com"}
    made = session(workspace_api, branding=look, language="pt")
    home = urlsplit(made["url"]).path
    page = Client().get(home)

    assert made["branding"] == look
    assert "#123456" in Client().get(f"{home}brand.css").content.decode() or "#123456" in page.content.decode()
    assert "Back to the app" in page.content.decode()
    assert page["Content-Language"] == "pt"


def test_a_session_ends_by_itself(workspace_api, clock: Clock):
    made = session(workspace_api, expires_in_minutes=5)
    clock.advance(minutes=6)

    assert workspace_api.get(f"/connect-sessions/{made['id']}").json()["state"] == "expired"


# --- accounts ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def account(workspace_api, platforms) -> str:
    made = session(workspace_api, platforms=["mastodon"])
    Person(made["url"], platforms).sign_in("mastodon", "harbourcoffee")
    (found,) = workspace_api.get("/social-accounts").json()["data"]
    return str(found["id"])


def test_an_account_is_checked_at_its_platform(workspace_api, account, clock: Clock):
    clock.advance(hours=2)
    checked = workspace_api.post(f"/social-accounts/{account}/check").json()

    assert (checked["level"], checked["was_asked"]) == ("ok", True)
    assert workspace_api.get(f"/social-accounts/{account}/health").json()["checked_at"] == checked["checked_at"]


def test_a_platform_that_does_not_answer_changes_nothing(workspace_api, account, settings):
    settings.PLATFORM_SANDBOXES = {}
    settings.OUTBOUND_TRUSTED_ORIGINS = ()

    checked = workspace_api.post(f"/social-accounts/{account}/check").json()

    assert (checked["was_asked"], checked["state"]) == (False, "active")


def test_a_disconnected_account_keeps_its_row(workspace_api, account):
    gone = workspace_api.post(f"/social-accounts/{account}/disconnect")

    assert gone.json()["state"] == "disconnected"
    assert workspace_api.post(f"/social-accounts/{account}/disconnect").status_code == 200
    assert workspace_api.get("/social-accounts", state="disconnected").json()["data"][0]["id"] == account
    assert workspace_api.post(f"/social-accounts/{account}/refresh").json()["code"] == "disconnected"


def test_a_reconnect_link_is_for_that_account_alone(workspace_api, account, platforms):
    with tenancy.across_tenants("a test breaks it"):
        SocialAccount.across_tenants.update(state="needs_reauth")
    made = workspace_api.post(f"/social-accounts/{account}/reconnect-link", {"language": "de"}).json()
    assert made["reconnects"] == account

    Person(made["url"], platforms).sign_in("mastodon", "harbourcoffee")

    assert workspace_api.get(f"/social-accounts/{account}").json()["state"] == "active"
    assert workspace_api.get(f"/connect-sessions/{made['id']}").json()["state"] == "done"


# --- what is at risk --------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(workspace, clock: Clock) -> SocialAccount:
    """An account that ends in ten days: a post planned for after that, and one that is held since it was broken."""
    account = factories.account(workspace)
    with tenancy.across_tenants("a test sets the date"):
        Grant.across_tenants.filter(pk=account.grant_id).update(ends_at=clock.now + timedelta(days=10))
    for days, state in ((20, State.SCHEDULED), (-1, State.HELD)):
        post = factories.post(workspace, accounts=[account], due_at=clock.now + timedelta(days=days))
        more = {"problem": "disconnected"} if state == State.HELD else {}
        factories.publication(post, account, state=state, **more)
    return account


def test_what_is_at_risk_is_counted_by_account(api, waiting, workspace):
    told = api.get("/social-accounts/at-risk", within_days=30).json()

    (risk,) = told["data"]
    assert risk["account"]["id"] == f"acc_{waiting.pk.hex}"
    assert (risk["workspace_name"], risk["is_broken"], risk["planned_after"]) == (workspace.name, False, 1)
    assert told["posts"] == risk["held"] + 1
    assert api.get("/social-accounts/at-risk", within_days=0).status_code == 422


def test_what_waited_is_left_out_in_one_step(api, waiting):
    path = f"/social-accounts/acc_{waiting.pk.hex}"
    before = api.get(f"{path}/waiting").json()
    assert before["posts"] == 1

    done = api.post(f"{path}/mend", {"choice": "skip"})

    assert done.json()["skipped"] == 1
    assert api.get(f"{path}/waiting").json()["posts"] == 0
    with tenancy.scope(organization_id=waiting.organization_id):
        assert sorted(Publication.objects.values_list("state", flat=True)) == ["canceled", "scheduled"]
    assert api.post(f"{path}/mend", {"choice": "skip"}).json()["code"] == "busy"


def test_links_of_others_are_not_seen(api, stranger_workspace):
    with tenancy.across_tenants("a test makes a link"):
        PortalLink.plain.create(
            organization_id=stranger_workspace.organization_id, workspace=stranger_workspace, token_hash="9" * 64,
            expires_at=stranger_workspace.created_at + timedelta(days=1),
        )  # fmt: skip

    assert api.get("/connect-sessions").json()["data"] == []
