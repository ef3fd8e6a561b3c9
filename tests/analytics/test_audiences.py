"""Who follows an account is read once a week, in its night, and kept as the platform told it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import pytest
from django.urls import reverse

from apps.analytics import services
from apps.analytics.countries import NAMES, country_name
from apps.analytics.models import AccountSnapshot, Audience
from apps.analytics.states import Missing
from apps.core import tenancy
from apps.platforms.adapters.threads import ThreadsAdapter
from apps.platforms.errors import NotOffered, NotSent
from tests.support import factories

pytestmark = pytest.mark.django_db


def audiences(account):
    with tenancy.across_tenants("a test looks"):
        return list(Audience.across_tenants.filter(account=account).order_by("day"))


def nights(client, count: int) -> None:
    for _ in range(count):
        client.night()
        client.advance(days=1)


def test_it_is_read_once_a_week(client_of_ours):
    account = client_of_ours.account("threads")

    nights(client_of_ours, 9)

    first, second = audiences(account)
    assert second.day - first.day == timedelta(days=7)
    assert set(first.groups) == {"age", "gender", "country", "city"}
    assert (first.missing, sum(first.groups["country"].values()) > 0) == ("", True)
    assert first.raw["age"], "the platform's own answer is kept"


def test_what_a_small_account_is_not_told_is_a_row_that_says_so_and_not_asked_each_night(client_of_ours, monkeypatch):
    asked = []

    def refuses(*_):
        asked.append(1)
        raise NotOffered("Too few.")

    monkeypatch.setattr(ThreadsAdapter, "demographics", refuses)
    account = client_of_ours.account("threads")

    nights(client_of_ours, 3)

    (row,) = audiences(account)
    assert (row.missing, row.groups, len(asked)) == (Missing.NOT_OFFERED, {}, 1)


def test_what_fails_is_asked_again_the_next_night_and_holds_up_nothing(client_of_ours, monkeypatch):
    def fails(*_):
        raise NotSent("Nobody answers.")

    monkeypatch.setattr(ThreadsAdapter, "demographics", fails)
    account = client_of_ours.account("threads")
    nights(client_of_ours, 1)
    assert audiences(account) == []
    assert {row.missing for row in client_of_ours.days(account)} == {""}

    monkeypatch.undo()
    nights(client_of_ours, 1)
    assert [row.missing for row in audiences(account)] == [""]


def test_a_platform_that_tells_nothing_is_not_asked(client_of_ours):
    account = client_of_ours.account("mastodon")
    nights(client_of_ours, 2)

    assert audiences(account) == []


def test_who_is_forgotten_while_their_network_is_asked_is_not_written_down(client_of_ours, monkeypatch):
    account = client_of_ours.account("threads")
    tells = ThreadsAdapter.demographics

    def tells_late(adapter, credential):
        told = tells(adapter, credential)
        services.forget_accounts(organization_id=account.organization_id, account_ids=[account.pk], for_good=True)
        return told

    monkeypatch.setattr(ThreadsAdapter, "demographics", tells_late)

    nights(client_of_ours, 1)

    assert audiences(account) == []


class TestShown:
    """On the account's page, and for programs: as it was told, with its date, and what is missing is missing."""

    GROUPS: ClassVar = {
        "age": {"25-34": 60, "18-24": 30, "65+": 10},
        "gender": {"M": 40, "F": 55, "U": 5},
        "city": {f"City {number:02}": 40 - number for number in range(12)},
    }

    @pytest.fixture
    def account(self, workspace):
        return factories.account(workspace, "instagram", handle="harbour")

    @pytest.fixture
    def told(self, account, clock):
        def told(on: date, **columns):
            own = {"organization_id": account.organization_id, "workspace_id": account.workspace_id}
            with tenancy.across_tenants("a test writes what was told"):
                Audience.plain.create(**own, account=account, day=on, taken_at=clock.now, **columns)

        return told

    @pytest.fixture
    def page(self, account, workspace, owner):
        browser = factories.signed_in(owner, at=workspace)

        def page() -> str:
            with tenancy.scope(organization_id=workspace.organization_id):
                day = {"day": date(2026, 11, 20), "taken_at": datetime(2026, 11, 21, tzinfo=UTC), "followers": 9}
                AccountSnapshot.objects.get_or_create(
                    workspace=workspace, account=account, day=day["day"], defaults=day
                )
            return browser.get(reverse("analytics:account", args=[account.pk])).content.decode()

        return page

    @pytest.fixture(autouse=True)
    def _late_november(self, clock):
        clock.set(datetime(2026, 11, 28, 12, tzinfo=UTC))

    def test_the_page_has_bars_a_table_the_day_and_the_networks_words(self, page, told):
        told(date(2026, 11, 20), groups={"age": {"18-24": 1}})
        told(date(2026, 11, 27), groups=self.GROUPS)

        shown = page()

        assert "told of Fri 27 Nov 2026" in shown
        assert 'aria-label="Age: 18-24 30.0 %; 25-34 60.0 %; 65+ 10.0 %."' in shown, "years stay in their order"
        assert 'aria-label="Gender: Women 55.0 %; Men 40.0 %; Not told 5.0 %."' in shown
        assert '<td>Women</td><td class="r">55</td>' in shown
        assert "Show as table, with 4 more" in shown
        assert "City 11" in shown
        assert "follower_demographics, age" in shown
        assert "Country" not in shown, "what is not told is not there"

    def test_countries_have_names_and_other_groups_stay_as_they_are(self, page, told):
        told(date(2026, 11, 27), groups={"country": {"DE": 70, "FR": 20, "XQ": 10}, "city": {"DE": 5}})

        shown = page()

        assert all(f"<td>{name}</td>" in shown for name in ("Germany", "France", "XQ"))
        assert shown.count("<td>DE</td>") == 1, "the city"

    def test_what_was_not_told_says_why_and_what_was_told_before_stays_with_its_day(self, page, told):
        told(date(2026, 11, 20), groups=self.GROUPS)
        told(date(2026, 11, 27), missing=Missing.NO_PERMISSION)

        shown = page()

        assert "told of Fri 20 Nov 2026" in shown
        assert "Not told since: The connection does not include the right to read figures" in shown

    def test_a_small_account_has_the_reason_and_no_bar(self, page, told):
        told(date(2026, 11, 27), missing=Missing.NOT_OFFERED)

        shown = page()

        assert "The network does not tell these figures" in shown
        assert "audience-age" not in shown

    def test_before_it_is_read_the_page_says_when_it_will_be(self, page):
        assert "it is read once a week" in page()

    def test_a_network_that_tells_nobody_has_no_such_card(self, workspace, owner):
        account = factories.account(workspace, "mastodon")
        browser = factories.signed_in(owner, at=workspace)

        assert "Who follows" not in browser.get(reverse("analytics:account", args=[account.pk])).content.decode()


def test_countries_are_called_as_people_call_them():
    assert [country_name(code) for code in ("DE", "gb", "KR")] == ["Germany", "United Kingdom", "South Korea"]
    assert [country_name(text) for text in ("XQ", "", "Berlin, Berlin")] == ["XQ", "", "Berlin, Berlin"], (
        "as it was told"
    )
    assert len(NAMES) == 249
    assert all(len(code) == 2 and code.isupper() and name for code, name in NAMES.items())
