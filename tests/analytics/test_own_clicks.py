"""Clicks on our own links: counted by us, beside what networks tell and in no sum with it."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

import pytest
from django.urls import reverse

from apps.analytics.boards.choosing import Choice
from apps.analytics.boards.organization import organization_board
from apps.analytics.overview import overview
from apps.core import tenancy
from apps.links.models import ClickDay, Link
from apps.posts.models import Label as PostsLabel
from apps.posts.models import PostLabel
from apps.publishing.states import State
from tests.support import factories

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 14)
DAY = timedelta(days=1)
_numbers = itertools.count(1)


class Followed:
    """Links of a workspace that were followed on days of the span, of the one before, and of neither."""

    def __init__(self, workspace, *, around: date = FIRST) -> None:
        self.workspace, self.around = workspace, around
        self.dice = random.Random(7)
        self.clicks: list[tuple[Link, date, int]] = []

    def link(self, account=None, post=None, *, is_short=True) -> Link:
        number = next(_numbers)
        with tenancy.across_tenants("a test makes links"):
            made = Link.across_tenants.create(
                organization_id=self.workspace.organization_id, workspace=self.workspace, account=account, post=post,
                written=f"https://shop.example/{number}", destination=f"https://shop.example/{number}",
                outgoing=f"https://go.example/{number}", code=f"code{number}" if is_short else None,
            )  # fmt: skip
            for step in range(-20, 20) if is_short else ():
                day, clicks = self.around + DAY * step, self.dice.randrange(9)
                ClickDay.across_tenants.create(
                    organization_id=made.organization_id, workspace=self.workspace, link=made, day=day, clicks=clicks
                )
                self.clicks.append((made, day, clicks))
        return made

    def sum(self, first, last, *links) -> int:
        return sum(clicks for link, day, clicks in self.clicks if first <= day <= last and (not links or link in links))


@pytest.fixture
def followed(workspace):
    return Followed(workspace)


def seen(workspace, **choice):
    with tenancy.scope(organization_id=workspace.organization_id):
        return overview(workspace, first=FIRST, last=LAST, choice=Choice(**choice)).own_clicks


def test_the_tile_is_the_sum_of_the_days_and_compares_with_those_before(workspace, followed, clock):
    followed.link()
    followed.link(factories.account(workspace))

    found = seen(workspace)

    before = followed.sum(FIRST - DAY * 14, FIRST - DAY)
    assert (found.value, found.before, found.now) == (followed.sum(FIRST, LAST), before, found.value)
    assert (found.known, found.of, found.taken_at) == (14, 14, clock.now)


def test_no_click_is_nought_and_no_link_is_nothing(workspace, followed):
    assert seen(workspace) is None
    followed.link(factories.account(workspace), factories.post(workspace), is_short=False)
    assert seen(workspace) is None, "what is only tagged is not ours to count"
    followed.link()
    with tenancy.across_tenants("a test has a link that nobody followed"):
        ClickDay.across_tenants.all().delete()

    assert (seen(workspace).value, seen(workspace).before) == (0, 0)


def test_whatever_is_chosen_narrows_them_and_links_by_hand_are_of_no_account(workspace, followed):
    accounts = [factories.account(workspace, "mastodon"), factories.account(workspace, "bluesky")]
    posts = [factories.post(workspace), factories.post(workspace)]
    by_hand = followed.link()
    links = [followed.link(account, post) for account in accounts for post in posts]
    with tenancy.across_tenants("a test labels a post"):
        label = PostsLabel.plain.create(organization_id=workspace.organization_id, workspace=workspace, name="Bread")
        PostLabel.plain.create(
            organization_id=workspace.organization_id, workspace=workspace, post=posts[1], label=label
        )
    everything = followed.sum(FIRST, LAST)

    assert seen(workspace).value == everything
    assert seen(workspace, accounts=frozenset([accounts[0].pk])).value == followed.sum(FIRST, LAST, *links[:2])
    assert seen(workspace, networks=frozenset(["bluesky"])).value == followed.sum(FIRST, LAST, *links[2:])
    assert seen(workspace, labels=frozenset([label.pk])).value == followed.sum(FIRST, LAST, links[1], links[3])
    assert everything > followed.sum(FIRST, LAST, *links), by_hand


def test_all_clients_together_are_the_sum_of_each(workspace, followed):
    other = Followed(factories.workspace(workspace.organization))
    nobody = factories.workspace(workspace.organization)
    followed.link()
    other.link()
    stranger = Followed(factories.workspace())
    stranger.link()

    with tenancy.scope(organization_id=workspace.organization_id):
        board = organization_board([workspace, other.workspace, nobody], first=FIRST, last=LAST, zone="UTC")
        together, by_client = board.everybody.own_clicks, [found.own_clicks for _, found in board.clients]

    assert together.value == followed.sum(FIRST, LAST) + other.sum(FIRST, LAST)
    assert [one.value if one else None for one in by_client] == [
        followed.sum(FIRST, LAST), other.sum(FIRST, LAST), None
    ]  # fmt: skip


def test_pages_say_what_they_count(workspace, owner, followed, clock):
    account, post = factories.account(workspace), factories.post(workspace, "Fresh bread")
    factories.publication(post, account, state=State.PUBLISHED, published_at=clock.now)
    link = followed.link(account, post)
    browser = factories.signed_in(owner, at=workspace)

    page = browser.get(reverse("analytics:post", args=[post.pk])).content.decode()

    assert "Clicks on our links are counted by Postroom" in page
    assert f'<td class="r">{sum(clicks for one, _, clicks in followed.clicks if one == link)}</td>' in page
    with tenancy.across_tenants("a test takes the link away"):
        Link.across_tenants.all().delete()
    assert "Clicks on our links" not in browser.get(reverse("analytics:post", args=[post.pk])).content.decode()
