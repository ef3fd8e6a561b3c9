"""What the daily read finds, when it comes, and who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.core import ids, tenancy
from apps.events import services as outbox
from apps.events.models import Event
from apps.platforms import registry
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.platforms.contract import Credential, Profile
from apps.platforms.errors import AccountDisabled, Disconnected, NotSent, Throttled
from apps.social_accounts import lives, selectors, services
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.states import AccountState
from apps.tenants.models import Membership, Organization, Workspace
from apps.tenants.permissions import Role
from tests.social_accounts.conftest import Connecting
from tests.support import factories
from tests.support.clock import Clock
from tests.support.mail import Mailbox

pytestmark = pytest.mark.django_db


class Answers:
    """What the platform says of each account, by its id there: an error, or that all is well."""

    def __init__(self) -> None:
        self.errors: dict[str, Exception] = {}
        self.asked: list[str] = []

    def check(self, adapter: MemoryAdapter, credential: Credential) -> Profile:
        self.asked.append(credential.channel_id)
        if error := self.errors.get(credential.channel_id):
            raise error
        return Profile(credential.channel_id, "", "")


@pytest.fixture
def answers(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Answers:
    said = Answers()
    monkeypatch.setitem(registry.ADAPTERS, "memory", MemoryPlatform(lambda: clock.now).adapter_class())
    monkeypatch.setattr(MemoryAdapter, "check", lambda adapter, credential: said.check(adapter, credential))
    return said


def check(account: SocialAccount) -> SocialAccount:
    services.check_account(organization_id=account.organization_id, account_id=account.pk)
    return read(account)


def read(account: SocialAccount) -> SocialAccount:
    with tenancy.scope(organization_id=account.organization_id):
        return SocialAccount.objects.select_related("grant").get(pk=account.pk)


def events(account: SocialAccount, name: str) -> list[Event]:
    with tenancy.scope(organization_id=account.organization_id):
        return list(Event.objects.filter(name=name))


def change(account: SocialAccount, **fields: Any) -> None:
    with tenancy.scope(organization_id=account.organization_id):
        Grant.objects.filter(pk=account.grant_id).update(**fields)


# --- when -------------------------------------------------------------------------------------------------------------


def test_accounts_are_spread_over_the_day_each_at_its_own_hour(clock: Clock) -> None:
    many = [ids.new_id() for _ in range(2000)]
    hours = [0] * 24
    for account_id in many:
        first = lives.next_check(account_id, after=clock.now)
        assert timedelta(0) < first - clock.now <= timedelta(days=1)
        assert lives.next_check(account_id, after=first) == first + timedelta(days=1)
        hours[first.hour] += 1
    assert min(hours) > 40  # 83 on average


def test_a_platform_that_cannot_be_asked_is_asked_again_an_hour_later(
    answers: Answers, workspace: Workspace, clock: Clock
) -> None:
    ill, busy = factories.account(workspace, "memory"), factories.account(workspace, "memory")
    answers.errors[ill.remote_id] = NotSent("It does not answer.")
    answers.errors[busy.remote_id] = Throttled("Slow down.", retry_at=clock.now + timedelta(hours=3))

    assert services.check_accounts(now=clock.now) == 2

    assert timedelta(minutes=45) < read(ill).check_at - clock.now < timedelta(minutes=75)
    assert read(busy).check_at == clock.now + timedelta(hours=3)
    assert {read(ill).state, read(busy).state} == {AccountState.ACTIVE}


def test_one_platform_that_is_down_is_left_alone_until_the_next_round(answers: Answers, workspace: Workspace) -> None:
    for _ in range(8):
        answers.errors[factories.account(workspace, "memory").remote_id] = NotSent("It does not answer.")

    services.check_accounts(now=lives.next_check(ids.new_id(), after=factories.clock.now()))

    assert len(answers.asked) == 3


# --- what -------------------------------------------------------------------------------------------------------------


def test_what_is_disabled_at_the_platform_is_told_and_comes_back_by_itself(
    answers: Answers, workspace: Workspace, clock: Clock
) -> None:
    account = factories.account(workspace, "memory")
    answers.errors[account.remote_id] = AccountDisabled("The platform has suspended this account.")

    found = check(account)
    assert (found.state, found.reason) == (AccountState.DISABLED, "The platform has suspended this account.")
    check(account)
    assert len(events(account, "account.disabled")) == 1

    answers.errors.clear()
    services.check_accounts(now=clock.now + timedelta(days=2))
    assert (read(account).state, read(account).reason) == (AccountState.ACTIVE, "")
    assert len(events(account, "account.recovered")) == 1


def test_an_account_that_was_revoked_without_a_word_is_found(answers: Answers, workspace: Workspace) -> None:
    account = factories.account(workspace, "memory")
    answers.errors[account.remote_id] = Disconnected("The access has ended.")

    assert check(account).state == AccountState.NEEDS_REAUTH


def test_several_accounts_of_one_token_are_asked_before_they_are_condemned(
    answers: Answers, workspace: Workspace
) -> None:
    grant = factories.account(workspace, "memory").grant
    first, second, third = (factories.account(workspace, "memory", grant=grant) for _ in range(3))
    for lost in (first, second):
        answers.errors[lost.remote_id] = Disconnected("You are no longer an administrator.")

    check(first)

    assert [read(one).state for one in (first, second, third)] == ["needs_reauth", "needs_reauth", "active"]
    (told,) = events(first, "account.needs_reauth")
    assert {one["id"] for one in told.payload["accounts"]} == {str(first.pk), str(second.pk)}
    assert read(third).grant.state == "active"


def test_a_dead_grant_never_leaves_an_account_that_looks_well(answers: Answers, workspace: Workspace) -> None:
    grant = factories.account(workspace, "memory").grant
    accounts = [factories.account(workspace, "memory", grant=grant) for _ in range(3)]
    change(accounts[0], state="dead")

    check(accounts[0])

    assert {read(one).state for one in accounts} == {AccountState.NEEDS_REAUTH}
    assert answers.asked == []


def test_a_sign_in_that_ends_within_a_week_is_told_once_with_all_its_accounts(
    answers: Answers, workspace: Workspace, clock: Clock, owner: Membership, mailbox: Mailbox
) -> None:
    grant = factories.account(workspace, "memory", handle="page").grant
    change(one := factories.account(workspace, "memory", grant=grant), ends_at=clock.now + timedelta(days=8))
    assert check(one).state == AccountState.ACTIVE

    clock.advance(days=2)
    assert check(one).state == AccountState.EXPIRING
    check(one)

    (told,) = events(one, "account.expiring")
    assert len(told.payload["accounts"]) == 2
    assert told.payload["ends_at"]
    outbox.relay()
    (mail,) = mailbox.to(owner.user.email)
    assert mail.subject == "2 accounts to reconnect within a week"

    change(one, ends_at=clock.now + timedelta(days=300))
    assert check(one).state == AccountState.ACTIVE


def test_what_ends_soon_still_publishes(workspace: Workspace, clock: Clock) -> None:
    account = factories.account(workspace, "memory", state=AccountState.EXPIRING)
    with tenancy.scope(organization_id=workspace.organization_id):
        assert services.credential_for(account)


# --- who is told ------------------------------------------------------------------------------------------------------


def test_mail_goes_to_those_who_may_connect_accounts_where_it_happened(
    answers: Answers, workspace: Workspace, other_workspace: Workspace, organization: Organization, mailbox: Mailbox
) -> None:
    owner = factories.member(organization)
    manager = factories.member(organization, Role.MANAGER, workspaces=[workspace])
    others = [
        factories.member(organization, Role.CREATOR, workspaces=[workspace]),
        factories.member(organization, Role.MANAGER, workspaces=[other_workspace]),
    ]
    account = factories.account(workspace, "mastodon", handle="luna")
    answers.errors[account.remote_id] = Disconnected("Signed out.")
    services.lose_access(
        organization_id=account.organization_id, account_id=account.pk, error=Disconnected("Mastodon signed us out.")
    )

    outbox.relay()
    outbox.relay()

    for member in (owner, manager):
        (mail,) = mailbox.to(member.user.email)
        assert mail.subject == "Mastodon @luna to reconnect"
        assert "Mastodon signed us out." in mail.body
        assert f"/social-accounts/{account.pk}/" in mail.body
    assert [mailbox.to(member.user.email) for member in others] == [[], []]


# --- the same account twice -------------------------------------------------------------------------------------------


def test_another_client_with_the_same_account_is_named_to_whoever_may_see_it(
    workspace: Workspace, other_workspace: Workspace, stranger_workspace: Workspace
) -> None:
    account = factories.account(workspace, "mastodon", remote_id="7", handle="luna")
    factories.account(stranger_workspace, "mastodon", remote_id="7", handle="luna")
    seen = {"organization_id": workspace.organization_id}
    with tenancy.scope(**seen):
        assert selectors.also_to_say(account) == []

    factories.account(other_workspace, "mastodon", remote_id="7", handle="luna")

    with tenancy.scope(**seen):
        (words,) = selectors.also_to_say(account)
        assert other_workspace.name in words
        assert stranger_workspace.name not in words
    with tenancy.scope(**seen, workspace_ids={workspace.pk}):
        assert selectors.also_to_say(account) == []


def test_the_same_account_in_two_workspaces_has_a_grant_in_each(
    connecting: Connecting, other_workspace: Workspace, owner: Membership
) -> None:
    from apps.tenants.members import member_of

    here = connecting.consent("mastodon")
    member = member_of(owner.user, other_workspace.organization_id, workspace_id=other_workspace.pk)
    assert member is not None
    there = Connecting(connecting.sandbox, member).consent("mastodon")

    assert (here.remote_id, here.workspace_id) != (there.remote_id, there.workspace_id)
    assert here.remote_id == there.remote_id
    assert here.grant_id != there.grant_id
