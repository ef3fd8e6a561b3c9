"""A person's Pages and the Instagram accounts linked to them hang on one sign-in: they end together, and come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from apps.core import clock
from apps.events import services as outbox
from apps.events.models import Event
from apps.platforms.errors import Disconnected
from apps.publishing import services as publishing
from apps.publishing.engine import rounds
from apps.publishing.models import Publication
from apps.publishing.services import Choice
from apps.publishing.states import State
from apps.social_accounts import selectors, services
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.states import AccountState
from apps.tenants.members import Member, member_of
from apps.tenants.models import Membership, Workspace
from config.platforms import SANDBOX_APPS
from tests.support import factories
from tests.support.mail import Mailbox
from tests.support.platforms import answer_of
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.django_db
PERSON = "harbourcoffee"


class Agency:
    """What a member of the agency and the person at Facebook do."""

    def __init__(self, sandbox: Sandbox, member: Member) -> None:
        self.sandbox, self.member = sandbox, member

    def sign_in(self, platform: str, *, reconnects: SocialAccount | None = None) -> tuple[Any, list[SocialAccount]]:
        assert self.member.workspace is not None
        journey = services.begin_consent(
            member=self.member,
            workspace_id=self.member.workspace.pk,
            platform=platform,
            reconnects=reconnects.pk if reconnects else None,
        )
        back = self.sandbox.consent(journey.authorize_url, PERSON)
        return services.finish_consent(
            member=self.member, platform=platform, answer=answer_of(back), browser_token=journey.browser_token
        )

    def connect(self, platform: str, number: int) -> list[SocialAccount]:
        """Sign in and choose so many of the channels."""
        session, _ = self.sign_in(platform)
        chosen = [channel["remote_id"] for channel in session.channels[:number]]
        with self.member.scope():
            return services.take_channels(session=session, remote_ids=chosen, actor=self.member.actor)

    def does(self, act: str, page: str = PERSON) -> None:
        url = f"{self.sandbox.origin('facebook')}/_people/{act}"
        assert httpx.post(url, json={"page": page}, trust_env=False).status_code == 200

    def states(self) -> dict[str, str]:
        with self.member.scope():
            return {f"{one.platform} {one.handle}": one.state for one in SocialAccount.objects.all()}

    def told(self, name: str) -> list[Event]:
        with self.member.scope():
            return list(Event.objects.filter(name=name).order_by("pk"))

    def check(self, account: SocialAccount) -> None:
        services.check_account(organization_id=account.organization_id, account_id=account.pk)


@pytest.fixture
def agency(platforms: Sandbox, settings: Settings, owner: Membership, workspace: Workspace) -> Iterator[Agency]:
    settings.PLATFORM_APPS = {**SANDBOX_APPS, "instagram": SANDBOX_APPS["facebook"]}
    through = dict.fromkeys(("facebook", "facebook_graph", "upload"), platforms.origin("facebook"))
    settings.PLATFORM_ENDPOINTS = {"instagram": {**through, "login_with": "facebook"}}
    platforms.set("facebook", linked_instagram=True, more_channels=2)
    member = member_of(owner.user, workspace.organization_id, workspace_id=workspace.pk)
    assert member is not None
    try:
        yield Agency(platforms, member)
    finally:
        platforms.set("facebook", linked_instagram=False, more_channels=0, declined_scopes="")


@pytest.fixture
def pages(agency: Agency) -> list[SocialAccount]:
    return agency.connect("facebook", 3)


@pytest.fixture
def five(agency: Agency, pages: list[SocialAccount]) -> list[SocialAccount]:
    return [*pages, *agency.connect("instagram", 2)]


def due(accounts: list[SocialAccount], workspace: Workspace) -> list[Publication]:
    now = clock.now() - timedelta(minutes=2)
    return [
        factories.publication(factories.post(workspace, f"For {one.handle}", accounts=[one], due_at=now), one)
        for one in accounts
    ]


def go_out() -> None:
    """Some rounds of a worker."""
    for _ in range(8):
        rounds.publish_inline()


def test_a_sign_in_that_ends_is_one_event_and_one_mail_and_one_reconnect_mends_it_all(
    agency: Agency, five: list[SocialAccount], workspace: Workspace, owner: Membership, mailbox: Mailbox
) -> None:
    outbox.relay()
    waiting = due(five, workspace)

    agency.does("remove_app")
    agency.check(five[0])

    assert set(agency.states().values()) == {AccountState.NEEDS_REAUTH}
    (told,) = agency.told("account.needs_reauth")
    assert {one["id"] for one in told.payload["accounts"]} == {str(one.pk) for one in five}
    assert told.workspace_id == workspace.pk
    outbox.relay()
    (mail,) = mailbox.to(owner.user.email)
    assert mail.subject == "5 accounts to reconnect"
    assert "removed in the settings of Facebook" in mail.body
    go_out()
    with agency.member.scope():
        assert set(Publication.objects.values_list("state", flat=True)) == {State.HELD}

    _, (page,) = agency.sign_in("facebook", reconnects=five[1])

    assert page.pk == five[1].pk
    assert set(agency.states().values()) == {AccountState.ACTIVE}
    assert len(agency.states()) == 5
    assert len(agency.told("account.recovered")) == 4  # of the fifth it is said that it was connected
    with agency.member.scope():
        assert {one.pk for one in SocialAccount.objects.all()} == {one.pk for one in five}
        for account in five[:3]:
            done = publishing.mend(account_id=account.pk, choice=Choice.RESUME, actor=agency.member.actor)
            assert done.resumed == 1
    go_out()
    with agency.member.scope():
        states = dict(Publication.objects.values_list("pk", "state"))
    assert [states[row.pk] for row in waiting] == [State.PUBLISHED] * 3 + [State.HELD] * 2
    for account in five:
        agency.check(account)
    assert set(agency.states().values()) == {AccountState.ACTIVE}


def test_a_page_that_was_lost_alone_takes_no_other_with_it(agency: Agency, five: list[SocialAccount]) -> None:
    lost = next(one for one in five if (one.platform, one.handle) == ("facebook", PERSON))
    agency.does("lose_role")
    try:
        agency.check(lost)

        ailing = {name for name, state in agency.states().items() if state != AccountState.ACTIVE}
        # The Instagram account behind this very Page is lost with it, and nothing else.
        assert ailing == {f"facebook {PERSON}", f"instagram {PERSON}"}
        (told,) = agency.told("account.needs_reauth")
        assert (told.subject_type, told.subject_id) == ("socialaccount", lost.pk)
    finally:
        agency.does("regain_role")


def test_a_platform_that_is_ill_condemns_nobody_beside_the_one_that_was_refused(
    agency: Agency, five: list[SocialAccount]
) -> None:
    agency.does("remove_app")
    # The refusal was heard; whoever asks about the others hears nothing.
    for platform in ("facebook", "instagram"):
        agency.sandbox.fault("error_before", platform=platform, times=None)
    account, refused = five[0], Disconnected("Postroom was removed.")
    services.lose_access(organization_id=account.organization_id, account_id=account.pk, error=refused)

    assert sorted(agency.states().values()) == [AccountState.ACTIVE] * 4 + [AccountState.NEEDS_REAUTH]


def test_what_a_new_consent_leaves_out_is_named(agency: Agency, pages: list[SocialAccount]) -> None:
    agency.does("remove_app")
    agency.check(pages[0])
    agency.sandbox.set("facebook", more_channels=0)
    mine = next(one for one in pages if one.handle == PERSON)

    _, (account,) = agency.sign_in("facebook", reconnects=mine)

    assert [state for state in agency.states().values() if state == AccountState.ACTIVE] == [AccountState.ACTIVE]
    with agency.member.scope():
        (words,) = selectors.also_to_say(account)
    for other in pages:
        assert (f"@{other.handle}" in words) == (other.pk != mine.pk)


def test_the_family_is_known_by_the_person_and_the_app(agency: Agency, five: list[SocialAccount]) -> None:
    with agency.member.scope():
        families = set(Grant.objects.values_list("family", flat=True))
        assert Grant.objects.count() == 2
    assert len(families) == 1
    assert families.pop().startswith("meta:")
