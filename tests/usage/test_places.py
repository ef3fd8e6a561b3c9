"""What a plan limits at any moment is asked where it is made, in words; without a plan nothing is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

import pytest
from pytest_django import Settings

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.core.ids import new_id
from apps.media.services import quota
from apps.platforms.contract import Channel
from apps.social_accounts import services as social_accounts
from apps.social_accounts.errors import ConnectionRefused, Reason
from apps.social_accounts.models import ConnectSession, SocialAccount
from apps.social_accounts.states import AccountState, JourneyState
from apps.tenants import services as tenants
from apps.tenants.errors import KeyProblem, NoRoomInPlan
from apps.tenants.keys import Mode
from apps.tenants.members import Member, member_of
from apps.tenants.models import Branding, Membership, Organization, Workspace
from apps.tenants.permissions import Role
from apps.webhooks import services as webhooks
from apps.webhooks.errors import EndpointRefused
from tests.support import factories
from tests.usage.conftest import give_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(owner: Membership) -> Member:
    found = member_of(owner.user, owner.organization_id)
    assert found is not None
    return found


@pytest.fixture
def create(organization: Organization) -> Callable[[str], Workspace]:
    def make(name: str) -> Workspace:
        with tenancy.scope(organization_id=organization.pk):
            return tenants.create_workspace(organization=organization, name=name, timezone="UTC", actor=SYSTEM)

    return make


def test_without_a_plan_there_is_room_for_all(create: Callable[[str], Workspace]) -> None:
    for number in range(3):
        create(f"Client {number}")


def test_workspaces_are_limited_and_archived_ones_take_no_place(
    create: Callable[[str], Workspace], organization: Organization
) -> None:
    give_plan(organization, workspaces=1)
    first = create("First")
    with pytest.raises(NoRoomInPlan, match="Your plan allows 1 workspace, and 1 is in use"):
        create("Second")

    with tenancy.scope(organization_id=organization.pk):
        tenants.archive_workspace(workspace=first, actor=SYSTEM)
    create("Second")
    with tenancy.scope(organization_id=organization.pk), pytest.raises(NoRoomInPlan):
        tenants.restore_workspace(workspace=first, actor=SYSTEM)


def test_whoever_is_invited_has_a_seat(organization: Organization, seat: Member) -> None:
    give_plan(organization, seats=2)
    with tenancy.scope(organization_id=organization.pk):
        invitation = tenants.invite(email="one@example.org", role=Role.ADMIN, by=seat)
        with pytest.raises(NoRoomInPlan, match="2 members"):
            tenants.invite(email="two@example.org", role=Role.ADMIN, by=seat)
        invitation = tenants.invite(email="one@example.org", role=Role.ADMIN, by=seat)
        tenants.revoke(invitation=invitation, by=seat)
        tenants.invite(email="two@example.org", role=Role.ADMIN, by=seat)


def test_keys_that_are_open_are_limited(organization: Organization, seat: Member) -> None:
    give_plan(organization, keys=1)
    with tenancy.scope(organization_id=organization.pk):
        key, _ = tenants.make_key(by=seat, name="Ours", mode=Mode.LIVE, scopes=["posts:read"])
        with pytest.raises(KeyProblem, match="1 API key, and 1 is in use"):
            tenants.make_key(by=seat, name="Another", mode=Mode.LIVE, scopes=["posts:read"])
        tenants.revoke_key(key=key, by=seat)
        tenants.make_key(by=seat, name="Another", mode=Mode.LIVE, scopes=["posts:read"])


def test_webhook_endpoints_are_limited(organization: Organization, seat: Member) -> None:
    give_plan(organization, webhooks=1)
    with tenancy.scope(organization_id=organization.pk):
        webhooks.make_endpoint(by=seat, url="https://shop.example/hook")
        with pytest.raises(EndpointRefused, match="1 webhook endpoint, and 1 is in use"):
            webhooks.make_endpoint(by=seat, url="https://shop.example/other")


def connect(account: SocialAccount, by: Membership, *remote_ids: str) -> list[SocialAccount]:
    with tenancy.scope(organization_id=account.organization_id, workspace_ids={account.workspace_id}):
        channels = [
            asdict(Channel(remote_id=remote_id, kind="account", handle="at", name="At")) for remote_id in remote_ids
        ]
        session = ConnectSession.objects.create(
            workspace_id=account.workspace_id, user=by.user, platform=account.platform, state_hash=new_id().hex,
            browser_hash="", grant=account.grant, channels=channels, state=JourneyState.PENDING,
            expires_at=system_clock.now() + timedelta(minutes=9),
        )  # fmt: skip
        return social_accounts.take_channels(session=session, remote_ids=remote_ids, actor=SYSTEM)


def test_accounts_of_all_workspaces_count_and_a_reconnect_takes_no_place(
    organization: Organization, workspace: Workspace, other_workspace: Workspace, owner: Membership
) -> None:
    account = factories.account(workspace)
    factories.account(other_workspace)
    give_plan(organization, accounts=2)

    with pytest.raises(ConnectionRefused, match="2 connected accounts, and 2 are in use") as refused:
        connect(account, owner, "new")

    assert refused.value.reason is Reason.LIMIT_REACHED
    connect(account, owner, account.remote_id)
    with tenancy.across_tenants("a person disconnects"):
        SocialAccount.across_tenants.filter(workspace=other_workspace).update(state=AccountState.DISCONNECTED)
    connect(account, owner, "new")


def test_the_plans_storage_goes_before_the_organizations_and_the_deployments(
    organization: Organization, settings: Settings
) -> None:
    settings.MEDIA_WORKSPACE_BYTES = 10
    plan = give_plan(organization, storage_bytes=None)
    with tenancy.scope(organization_id=organization.pk):
        assert quota.limit() == 10
        Organization.objects.filter(pk=organization.pk).update(max_storage_bytes=20)
        assert quota.limit() == 20

        plan.storage_bytes = 30
        plan.save()
        assert quota.limit() == 30


@pytest.mark.parametrize(
    ("ticked", "of_plan", "names"),
    [(False, None, True), (True, None, False), (False, True, False), (True, False, True)],
)
def test_the_plan_says_who_may_leave_out_the_name_and_else_the_operators_tick(
    organization: Organization, ticked: bool, of_plan: bool | None, names: bool
) -> None:
    give_plan(organization, white_label=of_plan)
    with tenancy.scope(organization_id=organization.pk):
        Branding(hides_product=True, may_hide_product=ticked).save()

        assert tenants.branding_of(organization.pk).names_product is names
