from __future__ import annotations

from dataclasses import replace

import pytest

from apps.core import tenancy
from apps.platforms.adapters.instagram import InstagramAdapter
from apps.platforms.calls import Call, Feature
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.services.abilities import listed, tell_inabilities
from apps.social_accounts.states import AccountState
from apps.tenants.models import Workspace
from tests.support import factories

pytestmark = pytest.mark.django_db
CALLS = (
    Call("publish", "POST", "/publish", Feature.PUBLISH, scopes=(("write",),)),
    Call("figures", "GET", "/figures", Feature.METRICS, scopes=(("insights",),)),
    Call("remove", "DELETE", "/post", Feature.DELETE, scopes=(("manage",),)),
)


@pytest.fixture
def connected(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(InstagramAdapter, "calls", CALLS)

    def with_scopes(*scopes: str) -> SocialAccount:
        account = factories.account(workspace, "instagram")
        with tenancy.scope(organization_id=workspace.organization_id):
            assert account.grant is not None
            account.grant.scopes = list(scopes)
            tell_inabilities(account, account.grant)
            return SocialAccount.objects.get(pk=account.pk)

    return with_scopes


def test_a_consent_that_covers_everything_is_not_spoken_of(connected):
    account = connected("write", "insights", "manage")
    assert (account.state, account.reason) == (AccountState.ACTIVE, "")


def test_what_an_account_cannot_do_beside_publishing_is_said_and_stops_nobody(connected):
    account = connected("write")
    assert account.state == AccountState.ACTIVE
    assert "does not let us read figures or delete published posts" in account.reason


def test_an_account_that_cannot_publish_needs_more_permission(connected):
    account = connected("insights", "manage")
    assert account.state == AccountState.MISSING_PERMISSION
    assert "does not let us publish posts" in account.reason


def test_what_is_asked_of_other_kinds_of_accounts_is_not_missed(connected, monkeypatch):
    monkeypatch.setattr(InstagramAdapter, "calls", (*CALLS, replace(CALLS[0], scopes=(("page",),), kinds=("page",))))
    assert connected("write", "insights", "manage").state == AccountState.ACTIVE


def test_several_inabilities_read_as_a_sentence():
    assert listed([Feature.READ]) == "read the account's posts"
    assert listed([Feature.READ, Feature.METRICS, Feature.DELETE]) == (
        "read the account's posts, read figures or delete published posts"
    )
