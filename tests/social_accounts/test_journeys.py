"""How a journey to a platform ends, and what whoever is returned to hears of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.social_accounts import services
from apps.social_accounts.errors import ConnectionRefused, Reason, ReturnRefused
from apps.social_accounts.models import ConnectSession, Grant, ReturnOrigin, SocialAccount
from apps.social_accounts.services import returning
from apps.social_accounts.states import JOURNEY_MOVES, JourneyState
from apps.tenants.models import Membership, Workspace
from tests.social_accounts.conftest import Connecting
from tests.social_accounts.rows import every
from tests.support import factories
from tests.support.platforms import answer_of

pytestmark = pytest.mark.django_db
HOME = "https://app.example.com"


@pytest.fixture
def terms(workspace: Workspace) -> services.Terms:
    with tenancy.scope(organization_id=workspace.organization_id):
        returning.allow_origin(address=HOME, actor=SYSTEM)
    return services.Terms(return_url=f"{HOME}/done?customer=7&tab=a%26b")


def told(connecting: Connecting) -> list[tuple[str, str]]:
    """What the return address of the last journey says."""
    with connecting.manager.scope():
        address = returning.way_back(ConnectSession.objects.latest("created_at"))
    assert address.startswith(f"{HOME}/done?")
    return parse_qsl(urlsplit(address).query)[2:]


class TestTheReturnAddress:
    def test_names_the_account_that_was_connected(self, connecting: Connecting, terms: services.Terms) -> None:
        account = connecting.consent("mastodon", terms=terms)

        assert told(connecting) == [("status", "connected"), ("account_id", str(account.pk))]

    def test_keeps_what_it_said_before(self, connecting: Connecting, terms: services.Terms) -> None:
        connecting.consent("mastodon", terms=terms)

        with connecting.manager.scope():
            address = returning.way_back(ConnectSession.objects.get())
        assert parse_qsl(urlsplit(address).query)[:2] == [("customer", "7"), ("tab", "a&b")]

    def test_names_the_journey_while_channels_are_to_be_chosen_and_then_each_account(
        self, connecting: Connecting, terms: services.Terms
    ) -> None:
        session = several(connecting, terms)
        assert told(connecting) == [("status", "pending"), ("session", str(session.pk))]

        with connecting.manager.scope():
            ids = [channel["remote_id"] for channel in session.channels]
            accounts = services.take_channels(session=session, remote_ids=ids, actor=SYSTEM)

        assert len(accounts) == 2
        assert told(connecting) == [("status", "connected"), *(("account_id", str(one.pk)) for one in accounts)]

    def test_says_why_nothing_came_of_it(self, connecting: Connecting, terms: services.Terms) -> None:
        journey = connecting.begin("mastodon", terms=terms)
        back = connecting.sandbox.consent(journey.authorize_url, "harbourcoffee", allow=False)
        with pytest.raises(ConnectionRefused):
            connecting.finish("mastodon", back, journey.browser_token)

        assert told(connecting) == [("status", "failed"), ("reason", "access_denied")]

    def test_is_left_out_when_its_origin_was_struck_off_meanwhile(
        self, connecting: Connecting, terms: services.Terms
    ) -> None:
        connecting.consent("mastodon", terms=terms)

        with connecting.manager.scope():
            returning.forbid_origin(origin=ReturnOrigin.objects.get(), actor=SYSTEM)
            assert returning.way_back(ConnectSession.objects.get()) == ""

    @pytest.mark.parametrize(
        "address",
        [
            "https://elsewhere.example/done",
            f"{HOME}.evil.example/",
            f"{HOME}:8443/",
            "https://app.example.com@evil.example/",
            "https://evil.example\\@app.example.com/",
            "http://app.example.com/",
            "javascript:alert(1)",
            "//app.example.com/",
            f"{HOME}/#fragment",
            f"{HOME}/\r\nX: 1",
        ],
    )
    def test_is_refused_before_anything_begins(
        self, connecting: Connecting, terms: services.Terms, address: str
    ) -> None:
        with pytest.raises(ReturnRefused):
            connecting.begin("mastodon", terms=services.Terms(return_url=address))
        assert every(ConnectSession) == []

    def test_of_another_organization_is_refused(
        self, connecting: Connecting, terms: services.Terms, stranger_workspace: Workspace
    ) -> None:
        with tenancy.scope(organization_id=stranger_workspace.organization_id):
            returning.allow_origin(address="https://theirs.example", actor=SYSTEM)

        with pytest.raises(ReturnRefused):
            connecting.begin("mastodon", terms=services.Terms(return_url="https://theirs.example/"))


class TestAnOrigin:
    @pytest.mark.parametrize(
        ("typed", "origin"),
        [
            ("https://App.Example.com/", "https://app.example.com"),
            (" https://app.example.com:443 ", "https://app.example.com"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ],
    )
    def test_is_taken_as_browsers_write_it(self, typed: str, origin: str) -> None:
        assert returning.origin_of(typed) == origin

    def test_is_added_and_removed_on_its_page(self, owner: Membership, workspace: Workspace) -> None:
        browser, page = factories.signed_in(owner, at=workspace), "/settings/connections/return-addresses/"

        assert browser.post(page, {"origin": "https://app.example.com/path"}).status_code == 422
        browser.post(page, {"origin": HOME})
        listed = f'Remove<span class="sr"> {HOME}'
        assert listed in browser.get(page).content.decode()

        with tenancy.scope(organization_id=workspace.organization_id):
            origin = ReturnOrigin.objects.get()
        browser.post(f"{page}{origin.pk}/remove/")
        assert listed not in browser.get(page).content.decode()


class TestAJourneyThatIsOver:
    def test_stays_as_it_ended(self) -> None:
        over = [JourneyState.CONNECTED, JourneyState.FAILED, JourneyState.CANCELLED]

        assert [JOURNEY_MOVES[state] for state in over] == [frozenset()] * 3

    def test_stores_nothing_when_its_answer_comes_a_second_time(self, connecting: Connecting) -> None:
        journey = connecting.begin("mastodon")
        back = connecting.sandbox.consent(journey.authorize_url, "harbourcoffee")
        connecting.finish("mastodon", back, journey.browser_token)
        before = rows()

        with pytest.raises(ConnectionRefused) as refused:
            connecting.finish("mastodon", back, journey.browser_token)

        assert refused.value.reason is Reason.EXPIRED
        assert rows() == before

    def test_stores_nothing_when_another_journey_brings_a_code_that_was_used(self, connecting: Connecting) -> None:
        first, second = connecting.begin("mastodon"), connecting.begin("mastodon")
        code = answer_of(connecting.sandbox.consent(first.authorize_url, "harbourcoffee"))["code"]
        own = answer_of(connecting.sandbox.consent(second.authorize_url, "alderandfinch"))
        connecting.finish("mastodon", f"/?code={code}&state={state_of(first)}", first.browser_token)
        before = rows()

        with pytest.raises(ConnectionRefused) as refused:
            connecting.finish("mastodon", f"/?code={code}&state={own['state']}", second.browser_token)

        assert refused.value.reason is Reason.REFUSED
        assert rows() == before

    def test_is_cancelled_when_none_of_its_channels_is_wanted(self, connecting: Connecting) -> None:
        session = several(connecting, services.Terms())

        with connecting.manager.scope():
            services.leave_channels(session=session)
            ids = [channel["remote_id"] for channel in session.channels]
            with pytest.raises(ConnectionRefused) as refused:
                services.take_channels(session=session, remote_ids=ids, actor=SYSTEM)
        assert refused.value.reason is Reason.CHOSEN_ALREADY
        assert every(SocialAccount) == []


def test_no_more_accounts_are_connected_than_was_agreed(connecting: Connecting) -> None:
    session = several(connecting, services.Terms(max_accounts=1))
    ids = [channel["remote_id"] for channel in session.channels]

    with connecting.manager.scope():
        with pytest.raises(ConnectionRefused, match="One account") as refused:
            services.take_channels(session=session, remote_ids=ids, actor=SYSTEM)
        assert refused.value.reason is Reason.LIMIT_REACHED
        session.refresh_from_db()

        assert len(services.take_channels(session=session, remote_ids=ids[:1], actor=SYSTEM)) == 1


class TestTheCallbackPage:
    @pytest.mark.parametrize("query", ["", "state=nobody-knows-it&code=1", "error=access_denied"])
    def test_says_what_to_do_when_it_knows_nothing_of_the_journey(
        self, owner: Membership, workspace: Workspace, query: str
    ) -> None:
        browser = factories.signed_in(owner, at=workspace)

        answer = browser.get(f"/social-accounts/callback/mastodon/?{query}")

        assert answer.status_code == 400
        assert "Start again" in answer.content.decode()
        assert "Try again" in answer.content.decode()

    def test_asks_who_is_not_signed_in_to_sign_in(self) -> None:
        answer = Client().get("/social-accounts/callback/mastodon/?state=1&code=1")

        assert answer.status_code in (302, 400)


def several(connecting: Connecting, terms: services.Terms) -> ConnectSession:
    """A journey that came back with two channels to choose from."""
    journey = connecting.begin("linkedin", terms=terms)
    back = connecting.sandbox.consent(journey.authorize_url, "lumenyoga")
    session, accounts = services.finish_consent(
        member=connecting.manager,
        platform="linkedin",
        answer=answer_of(back),
        browser_token=journey.browser_token,
    )
    assert accounts == []
    assert session.state == JourneyState.PENDING
    return session


def state_of(journey: services.Journey) -> str:
    return dict(parse_qsl(urlsplit(journey.authorize_url).query))["state"]


def rows() -> list[Any]:
    return [(row.pk, row.updated_at) for model in (Grant, SocialAccount) for row in every(model)]
