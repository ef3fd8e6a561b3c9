"""Somebody without a seat connects accounts by a link."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from apps.audit.models import Entry
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.social_accounts.models import ConnectSession, Grant, PortalLink, SocialAccount
from apps.social_accounts.services import portal, returning
from apps.social_accounts.states import AccountState, JourneyState
from apps.tenants.members import Member
from apps.tenants.models import Membership, Workspace
from tests.social_accounts.conftest import Connecting
from tests.social_accounts.portal.conftest import Guest
from tests.social_accounts.rows import every
from tests.support import factories

pytestmark = pytest.mark.django_db


def count() -> tuple[int, int]:
    return len(every(SocialAccount)), len(every(Grant))


class TestTheWayThere:
    @pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
    def test_leads_over_the_platforms_own_page_to_a_connected_account(self, guest: Guest, platform: str) -> None:
        handle = "harbourcoffee.test" if platform == "bluesky" else "harbourcoffee"

        done = guest.client.get(guest.connect(platform, handle)["Location"])

        (account,) = guest.accounts()
        assert account.state == AccountState.ACTIVE
        assert account.workspace_id == guest.link.workspace_id
        assert account.handle in done.content.decode()
        assert account.handle in guest.visit().content.decode()

    def test_takes_an_app_password_too(self, guest: Guest) -> None:
        password = guest.sandbox.create_account("bluesky", "harbourcoffee")["credentials"]["app_password"]

        answer = guest.begin("bluesky", method="app_password", app_password=password)

        assert answer.status_code == 302
        assert [account.platform for account in guest.accounts()] == ["bluesky"]

    def test_shows_channels_to_choose_from_in_that_browser_alone(self, guest: Guest) -> None:
        choice = guest.connect("linkedin", "lumenyoga")["Location"]
        shown = guest.client.get(choice).content.decode()
        offered = re.findall(r'name="channels" value="([^"]+)"', shown)
        assert len(offered) == 2
        assert "checked" not in shown

        assert Client().get(choice).status_code == 404
        assert guest.client.post(choice, {"choice": "chosen"}).status_code == 422
        assert count()[0] == 0
        done = guest.client.post(choice, {"choice": "chosen", "channels": offered[:1]})

        assert [account.remote_id for account in guest.accounts()] == offered[:1]
        assert guest.client.get(done["Location"]).status_code == 200
        assert guest.client.get(choice).status_code == 404

    def test_may_end_with_none_of_the_channels(self, guest: Guest) -> None:
        choice = guest.connect("linkedin", "lumenyoga")["Location"]

        assert guest.client.post(choice, {"choice": "nothing"})["Location"] == guest.home

        assert count()[0] == 0
        with tenancy.scope(organization_id=guest.link.organization_id):
            assert ConnectSession.objects.get().state == JourneyState.CANCELLED

    def test_is_written_in_the_diary_under_the_link(self, guest: Guest) -> None:
        guest.connect()

        with tenancy.scope(organization_id=guest.link.organization_id):
            entry = Entry.objects.get(verb="account.connected")
        assert (entry.actor_kind, entry.actor_id) == ("guest", guest.link.pk)


class TestTheWayBack:
    """Nothing is stored, and a page says what to do."""

    def refused(self, guest: Guest, path: str, *, by: Client | None = None) -> str:
        before = count()
        answer = (by or guest.client).get(path)
        assert answer.status_code in (400, 410), answer.status_code
        assert count() == before
        return answer.content.decode()

    def callback(self, guest: Guest, handle: str = "harbourcoffee", **more: Any) -> str:
        back = guest.sandbox.consent(guest.consent_page(), handle, **more)
        return back[back.index("/social-accounts/") :].partition("#")[0]

    def test_a_person_who_said_no(self, guest: Guest) -> None:
        page = self.refused(guest, self.callback(guest, allow=False))

        assert "The permission was not given." in page
        assert guest.home in page

    def test_an_answer_that_comes_twice(self, guest: Guest) -> None:
        path = self.callback(guest)
        guest.client.get(path)

        assert "was used before" in self.refused(guest, path)

    def test_a_browser_that_did_not_begin_it(self, guest: Guest) -> None:
        page = self.refused(guest, self.callback(guest), by=Client())

        assert "Start again from the link" in page

    def test_an_answer_after_more_than_ten_minutes(self, guest: Guest, clock: Any) -> None:
        path = self.callback(guest)
        clock.advance(minutes=11)

        assert "took too long" in self.refused(guest, path)

    def test_a_state_that_nobody_gave(self, guest: Guest) -> None:
        page = self.refused(guest, "/social-accounts/callback/mastodon/?state=invented&code=1")

        assert "Start again from the link" in page

    def test_the_journey_of_somebody_elses_link(self, guest: Guest, guest_with: Callable[..., Guest]) -> None:
        other = guest_with()
        other.consent_page()

        assert "Start again from the link" in self.refused(guest, self.callback(guest), by=other.client)

    def test_a_code_that_was_used_for_another_journey(self, guest: Guest) -> None:
        first, second = self.callback(guest), self.callback(guest, "alderandfinch")
        guest.client.get(first)
        code = dict(parse_qsl(urlsplit(first).query))["code"]
        state = dict(parse_qsl(urlsplit(second).query))["state"]

        page = self.refused(guest, f"/social-accounts/callback/mastodon/?code={code}&state={state}")

        assert "did not complete the sign-in" in page

    def test_a_platform_that_it_did_not_go_to(self, guest: Guest) -> None:
        self.refused(guest, self.callback(guest).replace("/mastodon/", "/instagram/"))

    def test_a_link_that_was_withdrawn_meanwhile(self, guest: Guest, manager: Member) -> None:
        path = self.callback(guest)
        with manager.scope():
            portal.revoke_link(link=guest.link, member=manager)

        assert "used, withdrawn, or its time is up" in self.refused(guest, path)

    def test_the_journey_of_a_member_asks_who_is_not_signed_in_to_sign_in(
        self, guest: Guest, connecting: Connecting
    ) -> None:
        journey = connecting.begin("mastodon")
        back = connecting.sandbox.consent(journey.authorize_url, "harbourcoffee")

        answer = guest.client.get(back[back.index("/social-accounts/") :])

        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")

    def test_the_journey_of_a_link_is_not_ended_by_a_member(self, guest: Guest, owner: Membership) -> None:
        self.refused(guest, self.callback(guest), by=factories.signed_in(owner))


class TestWhatALinkAllows:
    def test_only_its_networks(self, guest_with: Callable[..., Guest]) -> None:
        guest = guest_with(platforms=["mastodon"])

        assert "LinkedIn" not in guest.visit().content.decode()
        assert guest.begin("linkedin").status_code == 422
        assert guest.begin("no-such-network").status_code == 422

    def test_only_so_many_accounts(self, guest_with: Callable[..., Guest]) -> None:
        guest = guest_with(max_accounts=1)
        assert "1 more account can be connected" in guest.visit().content.decode()
        second_page = guest.consent_page()

        guest.connect()
        late = guest.come_back(second_page, "alderandfinch")

        assert "fewer accounts" in late.content.decode()
        assert guest.begin().status_code == 422
        assert len(guest.accounts()) == 1
        assert "All accounts that this link is for are connected." in guest.visit().content.decode()

    def test_only_so_many_of_the_channels_of_one_consent(self, guest_with: Callable[..., Guest]) -> None:
        guest = guest_with(max_accounts=1)
        choice = guest.connect("linkedin", "lumenyoga")["Location"]
        offered = re.findall(r'name="channels" value="([^"]+)"', guest.client.get(choice).content.decode())

        refused = guest.client.post(choice, {"channels": offered})

        assert refused.status_code == 422
        assert "fewer accounts" in refused.content.decode()
        assert guest.client.post(choice, {"channels": offered[:1]}).status_code == 302

    def test_what_is_connected_already_counts_once(self, guest_with: Callable[..., Guest]) -> None:
        guest = guest_with(max_accounts=2)
        guest.connect()
        guest.connect()

        with tenancy.scope(organization_id=guest.link.organization_id):
            assert PortalLink.objects.get().connected == 1

    def test_nothing_after_its_time(self, guest: Guest, clock: Any) -> None:
        clock.advance(days=15)

        assert guest.visit().status_code == 410
        assert guest.begin().status_code == 410

    def test_nothing_once_it_is_withdrawn(self, guest: Guest, manager: Member) -> None:
        with manager.scope():
            portal.revoke_link(link=guest.link, member=manager)

        assert guest.visit().status_code == 410

    def test_nothing_to_whoever_invents_one(self, guest: Guest) -> None:
        guest.token = "invented"

        assert guest.visit().status_code == 404
        assert guest.visit("brand.css").status_code == 404
        assert "Northlight" not in guest.visit().content.decode()

    def test_no_more_than_so_many_tries(self, guest: Guest) -> None:
        tries = [guest.begin("bluesky", method="app_password", app_password="wrong").status_code for _ in range(8)]

        assert tries == [422] * 6 + [429] * 2


class TestWhatAGuestLearns:
    def test_is_nothing_of_what_others_connected(
        self, guest: Guest, guest_with: Callable[..., Guest], workspace: Workspace, other_workspace: Workspace
    ) -> None:
        factories.account(workspace, handle="zanzibar-here", name="Zanzibar")
        factories.account(other_workspace, handle="zanzibar-there", name="Zanzibar")
        other = guest_with()
        other.connect("mastodon", "alderandfinch")

        done = guest.connect()["Location"]
        choice = guest.connect("linkedin", "lumenyoga")["Location"]
        pages = [guest.visit().content.decode(), *(guest.client.get(page).content.decode() for page in (done, choice))]

        for page in pages:
            assert "anzibar" not in page
            assert "alderandfinch" not in page
            assert other_workspace.name not in page

    def test_is_not_whether_an_account_was_connected_before(self, guest: Guest, connecting: Connecting) -> None:
        connecting.consent("mastodon")

        page = guest.client.get(guest.connect()["Location"]).content.decode()

        assert "1 account is connected." in page

    def test_is_nothing_by_the_ids_of_other_journeys(self, guest: Guest, guest_with: Callable[..., Guest]) -> None:
        other = guest_with()
        done = other.connect()["Location"]

        assert guest.client.get(done.replace(other.token, guest.token)).status_code == 404

    def test_leaks_to_nobody_by_referrer_or_cache(self, guest: Guest) -> None:
        page = guest.visit()

        assert page["Referrer-Policy"] == "same-origin"
        assert "no-store" in page["Cache-Control"]
        assert "<script" not in page.content.decode()


class TestLeadingBack:
    @pytest.fixture
    def guest(self, guest_with: Callable[..., Guest], workspace: Workspace) -> Guest:
        with tenancy.scope(organization_id=workspace.organization_id):
            returning.allow_origin(address="https://app.example.com", actor=SYSTEM)
        return guest_with(return_url="https://app.example.com/done")

    def test_names_the_accounts(self, guest: Guest) -> None:
        page = guest.connect()

        address = f"https://app.example.com/done?status=connected&account_id={guest.accounts()[0].pk}"
        assert page["Refresh"] == f"0; url={address}"
        assert page.context["next_url"] == address

    def test_says_why_not(self, guest: Guest) -> None:
        page = guest.come_back(guest.consent_page(), allow=False)

        assert page.context["next_url"] == "https://app.example.com/done?status=failed&reason=access_denied"

    def test_leaves_the_choice_to_whoever_is_returned_to(self, guest: Guest) -> None:
        with tenancy.scope(organization_id=guest.link.organization_id):
            PortalLink.objects.update(is_chosen_elsewhere=True)

        page = guest.connect("linkedin", "lumenyoga")

        (session,) = every(ConnectSession)
        assert page.context["next_url"] == f"https://app.example.com/done?status=pending&session={session.pk}"
