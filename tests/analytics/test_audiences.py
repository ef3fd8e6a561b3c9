"""Who follows an account is read once a week, in its night, and kept as the platform told it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.analytics.models import Audience
from apps.analytics.states import Missing
from apps.core import tenancy
from apps.platforms.adapters.threads import ThreadsAdapter
from apps.platforms.errors import NotOffered, NotSent

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
