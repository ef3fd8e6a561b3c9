"""An organization's own apps at networks, entered by a program (BYOK)."""

from __future__ import annotations

import pytest

from apps.core import tenancy
from apps.core.secrets import Secret
from apps.social_accounts.models import OrganizationApp
from apps.tenants.keys import Mode
from config.platforms import SANDBOX_APPS
from tests.support import factories
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db
PATH = "/oauth-apps/threads"
SECRET = "nobody shall read this"


def entered(api, **fields):
    answer = api.put(PATH, {"client_id": "ours", "client_secret": SECRET, **fields})
    assert answer.status_code == 200, answer.content.decode()
    return answer


def test_an_app_is_entered_and_its_secret_never_comes_out(api, organization):
    before = api.get(PATH).json()
    told = [entered(api), api.get(PATH), api.get("/oauth-apps"), api.get("/audit")]

    assert before["source"] in (None, "operator")
    assert [(row.json()["source"], row.json()["client_id"]) for row in told[:2]] == [("own", "ours")] * 2
    assert told[1].json()["secret_hint"] == SECRET[-4:]
    assert told[1].json()["redirect_uri"].endswith("/social-accounts/callback/threads/")
    assert not any(SECRET in answer.content.decode() for answer in told)
    with tenancy.scope(organization_id=organization.pk):
        assert OrganizationApp.objects.get().client_secret.reveal() == SECRET


def test_every_network_that_takes_apps_is_listed(api):
    rows = api.get("/oauth-apps").json()["data"]

    assert "threads" in [row["platform"] for row in rows]
    assert not {"mastodon", "bluesky"} & {row["platform"] for row in rows}
    for nothing in ("mastodon", "nothing"):
        assert api.get(f"/oauth-apps/{nothing}").status_code == 404
        assert api.put(f"/oauth-apps/{nothing}", {"client_id": "a", "client_secret": "b"}).status_code == 404


def test_another_secret_takes_the_place_of_the_one_before_and_none_leaves_it(api, organization):
    entered(api)
    entered(api, client_secret="")
    with tenancy.scope(organization_id=organization.pk):
        assert OrganizationApp.objects.get().client_secret.reveal() == SECRET
    entered(api, client_secret="the next")
    with tenancy.scope(organization_id=organization.pk):
        assert OrganizationApp.objects.get().client_secret.reveal() == "the next"

    missing = api.put(PATH, {"client_id": "another"})
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/client_secret")


def test_an_app_that_accounts_hang_on_is_replaced_when_that_is_meant(api, workspace):
    app = factories.organization_app(workspace, "threads", secret=SECRET)
    account = factories.account(workspace, "threads")
    with tenancy.scope(organization_id=workspace.organization_id):
        account.grant.organization_app = app
        account.grant.save()

    refused = api.put(PATH, {"client_id": "another", "client_secret": "s"})
    assert (refused.status_code, refused.json()["code"]) == (409, "app_in_use")
    assert api.get(PATH).json()["accounts"] == 1
    assert (
        api.put(PATH, {"client_id": "another", "client_secret": "s", "confirmed": True}).json()["client_id"]
        == "another"
    )
    assert api.delete(PATH).status_code == api.delete(PATH).status_code == 204
    assert api.get(PATH).json()["client_id"] is None


def test_a_change_can_be_held_against_what_was_read(api):
    tag = entered(api)["ETag"]
    entered(api, client_secret="the next")

    stale = api.put(PATH, {"client_id": "a", "client_secret": "b"}, If_Match=tag)

    assert stale.status_code == 412


def test_an_app_is_tested_at_its_network(api, workspace, platforms):
    assert api.post(f"{PATH}/test").json()["code"] == "no_app"
    client_id, secret = SANDBOX_APPS["threads"]
    entered(api, client_id=client_id, client_secret=secret)
    good = api.post(f"{PATH}/test").json()
    entered(api, client_id=client_id, client_secret="not the secret")
    bad = api.post(f"{PATH}/test").json()

    assert (good["is_known"], bad["is_known"]) == (True, False)
    assert bad["words"]


def test_a_test_key_reads_apps_and_touches_none(organization, api):
    entered(api)
    own = program(organization, mode=Mode.TEST)

    assert own.get(PATH).json()["source"] == "own"
    for answer in (own.put(PATH, {"client_id": "a", "client_secret": "b"}), own.delete(PATH), own.post(f"{PATH}/test")):
        assert (answer.status_code, answer.json()["code"]) == (403, "test_key")
    with tenancy.scope(organization_id=organization.pk):
        assert OrganizationApp.objects.get().client_secret == Secret(SECRET)
