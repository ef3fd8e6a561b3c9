"""Every number of every board equals a plain recomputation from the raw rows; no board asks a platform, and none takes
more queries because there is more."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from statistics import fmean, median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.analytics.boards.account import account_board
from apps.analytics.boards.choosing import Choice
from apps.analytics.boards.mix import mix_of
from apps.analytics.boards.organization import organization_board
from apps.analytics.boards.post import grown
from apps.analytics.boards.sorts import sorts_of
from apps.analytics.models import AccountSnapshot, PublicationSnapshot, Reading
from apps.analytics.overview import Trend, overview
from apps.analytics.retention import kept_apart
from apps.core import tenancy
from apps.platforms.insights import Metric
from apps.posts.models import Campaign, Label, Part, Post, PostLabel
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.permissions import Role
from tests.analytics.test_overview import BERLIN, DAY, FIRST, LAST, Past, Plain
from tests.support import factories

pytestmark = pytest.mark.django_db
SPAN = f"from={FIRST}&to={LAST}"


class Sorted(Past):
    """The same past, whose posts have labels and campaigns, pictures and links."""

    def __init__(self, workspace, seed: int) -> None:
        super().__init__(workspace, seed)
        own = {"organization_id": workspace.organization_id, "workspace": workspace}
        with tenancy.across_tenants("a test sorts posts"):
            self.labels = [Label.across_tenants.create(**own, name=f"Label {n} of {seed}") for n in range(3)]
            self.campaigns = [Campaign.across_tenants.create(**own, name=f"Campaign {n}") for n in range(2)]
            for post in Post.across_tenants.filter(workspace=workspace, campaign=None):
                if self.chance.random() < 0.6:
                    post.campaign = self.chance.choice(self.campaigns)
                    post.save()
                for label in self.labels:
                    if self.chance.random() < 0.4:
                        PostLabel.across_tenants.create(**own, post=post, label=label)
                if self.chance.random() < 0.3:
                    Part.across_tenants.filter(post=post).update(link="https://example.com/")


class ByHand(Plain):
    """What a person would count with all rows before them."""

    def __init__(self, workspace, accounts) -> None:
        super().__init__(workspace, accounts, FIRST, LAST)
        with tenancy.across_tenants("a test counts by hand"):
            self.post_of = dict(Publication.across_tenants.filter(workspace=workspace).values_list("pk", "post_id"))
            self.campaign_of = dict(Post.across_tenants.filter(workspace=workspace).values_list("pk", "campaign_id"))
            self.labels_of = defaultdict(set)
            for post, label in PostLabel.across_tenants.filter(workspace=workspace).values_list("post_id", "label_id"):
                self.labels_of[post].add(label)
            self.link_of = dict(Part.across_tenants.filter(workspace=workspace).values_list("post_id", "link"))

    def went_out(self, *, apart: bool = False):
        return [
            (account, publication)
            for account, day, publication in self.posts
            if FIRST <= day <= LAST and (apart or self.platform[account] not in kept_apart())
        ]

    def did(self, publications):
        known = [value for one in publications if (value := self.interactions(one)) is not None]
        return sum(known) if known else None

    def ratios(self, publications):
        """What each did against the median of its account, where both can be said."""
        settled = defaultdict(list)
        at = self.published_at
        for account, day, publication in self.posts:
            row = self.newest.get(publication)
            if not FIRST - self.length <= day <= LAST or row is None or row.taken_at - at[publication] < DAY:
                continue
            settled[account].append((publication, self.interactions(publication)))
        found = {}
        for values in settled.values():
            middle = median(done for _, done in values) if len(values) >= 5 else 0
            if middle:
                found |= {publication: done / middle for publication, done in values}
        return [found[one] for one in publications if one in found]

    @property
    def published_at(self):
        with tenancy.across_tenants("a test counts by hand"):
            rows = Reading.across_tenants.filter(publication__in=self.post_of)
            return dict(rows.values_list("publication_id", "published_at"))


@pytest.fixture(params=range(3))
def past(request, workspace):
    return Sorted(workspace, request.param)


@pytest.fixture
def by_hand(past, workspace):
    return ByHand(workspace, past.accounts)


@pytest.fixture
def ours(workspace):
    with tenancy.scope(organization_id=workspace.organization_id):
        yield workspace


def test_campaigns_and_labels_are_the_sums_of_their_posts(past, by_hand, ours):
    told = sorts_of(ours, overview(ours, first=FIRST, last=LAST))

    out = [publication for _, publication in by_hand.went_out()]
    for rows, belongs in (
        (told.campaigns, lambda one, pk: by_hand.campaign_of[by_hand.post_of[one]] == pk),
        (told.labels, lambda one, pk: pk in by_hand.labels_of[by_hand.post_of[one]]),
    ):
        assert rows
        for row in rows:
            own = [one for one in out if belongs(one, row.id)]
            assert (row.publications, row.interactions) == (len(own), by_hand.did(own))
            assert row.posts == len({by_hand.post_of[one] for one in own})
            ratios = by_hand.ratios(own)
            assert (row.ratio is None) is (not ratios)
            assert not ratios or row.ratio == pytest.approx(fmean(ratios))


def test_the_board_of_a_campaign_or_label_counts_its_posts_alone(past, by_hand, ours):
    label, campaign = past.labels[0], past.campaigns[0]
    of_label = overview(ours, first=FIRST, last=LAST, choice=Choice(labels=frozenset([label.pk])))
    of_both = overview(
        ours, first=FIRST, last=LAST,
        choice=Choice(labels=frozenset([label.pk]), campaigns=frozenset([campaign.pk])),
    )  # fmt: skip

    out = [publication for _, publication in by_hand.went_out()]
    labelled = [one for one in out if label.pk in by_hand.labels_of[by_hand.post_of[one]]]
    both = [one for one in labelled if by_hand.campaign_of[by_hand.post_of[one]] == campaign.pk]
    for found, own in ((of_label, labelled), (of_both, both)):
        assert (found.published.value, found.interactions.value) == (len(own), by_hand.did(own))
        assert (found.followers.value, found.views.value) == (None, None), "of all posts of an account, so of no label"


def test_chosen_accounts_and_networks_are_counted_alone(past, by_hand, ours):
    one = past.accounts[0]
    alone = overview(ours, first=FIRST, last=LAST, choice=Choice(accounts=frozenset([one.pk])))
    network = overview(ours, first=FIRST, last=LAST, choice=Choice(networks=frozenset(["facebook"])))

    for found, accounts in ((alone, {one.pk}), (network, {row.pk for row in past.accounts[:2]})):
        views = {key: value for key, value in by_hand.values("views", FIRST, LAST).items() if key[0] in accounts}
        own = [publication for account, publication in by_hand.went_out() if account in accounts]
        assert found.views.value == (sum(views.values()) if views else None)
        assert (found.published.value, found.interactions.value) == (len(own), by_hand.did(own))


def test_an_account_alone_tells_every_figure_of_each_day(past, by_hand, ours):
    account = past.accounts[0]
    found = account_board(account, first=FIRST, last=LAST)

    own = {day: row for (pk, day), row in by_hand.rows.items() if pk == account.pk and FIRST <= day <= LAST}
    views = {day: row.views for day, row in own.items() if row.views is not None}
    number = found.number(Metric.VIEWS)
    assert (number.value, number.known, number.of) == (sum(views.values()), len(views), by_hand.length.days)
    assert {point.day: point.value for point in found.points(Metric.VIEWS) if point.value is not None} == views
    last = max(day for day, row in own.items() if row.followers is not None)
    assert found.number(Metric.FOLLOWERS).value == own[last].followers
    assert found.number(Metric.REACH).value is None, "nobody told it, and that is not nought"
    assert {row.day: row.revision for row in found.days} == {day: row.revision for day, row in own.items()}


def test_how_many_were_reached_is_a_mean_and_never_a_sum(workspace):
    account = factories.account(workspace, "instagram")
    with tenancy.scope(organization_id=workspace.organization_id):
        for back, reach in ((0, 100), (1, 300)):
            AccountSnapshot.objects.create(
                workspace=workspace, account=account, day=LAST - back * DAY, reach=reach, watch_seconds=1.5,
                taken_at=datetime.combine(LAST, time(2), BERLIN),
            )  # fmt: skip
        assert account_board(account, first=FIRST, last=LAST).number(Metric.REACH).value == 200


def test_hours_are_those_of_the_workspace_and_tell_their_samples(past, by_hand, ours):
    times = overview(ours, first=FIRST, last=LAST).times

    at = by_hand.published_at
    cells, counted = defaultdict(list), 0
    for _, publication in by_hand.went_out():
        if ratio := by_hand.ratios([publication]):
            local = at[publication].astimezone(BERLIN)
            cells[local.weekday(), local.hour] += ratio
            counted += 1
    assert {place: one.count for place, one in times.samples.items()} == {
        place: len(values) for place, values in cells.items()
    }
    for place, one in times.samples.items():
        assert one.value == pytest.approx(fmean(cells[place]))
    assert (times.counted, times.left_out) == (counted, len(by_hand.went_out()) - counted)


def test_the_mix_counts_each_post_once(past, by_hand, ours):
    mix = mix_of(ours, overview(ours, first=FIRST, last=LAST))

    out = {by_hand.post_of[publication] for _, publication in by_hand.went_out(apart=True)}
    assert mix.posts == len(out) == sum(line.posts for line in mix.formats)
    assert sum(line.share for line in mix.formats) == pytest.approx(1)
    shares = {line.key: line.posts for line in mix.formats}
    assert shares.get("link", 0) == sum(bool(by_hand.link_of[post]) for post in out)
    for line in mix.labels:
        assert line.posts == sum(line.key in {str(pk) for pk in by_hand.labels_of[post]} for post in out)
    assert mix.without_label == sum(not by_hand.labels_of[post] for post in out)


def test_a_post_is_told_at_each_rung_beside_what_is_usual_there(past, by_hand, ours):
    publication = next(iter(by_hand.newest))
    post = Post.objects.get(pk=by_hand.post_of[publication])
    (one,) = grown(post)

    rows = PublicationSnapshot.objects.filter(publication=publication).order_by("taken_at")
    assert [(row.key, row.missing, row.likes) for row in one.rows] == [
        (row.key, row.missing, row.likes) for row in rows
    ]
    others = PublicationSnapshot.objects.filter(account=one.figures.publication.account, missing="")
    for rung in ("1h", "1d", "7d"):
        told = [
            (row.likes or 0) + (row.comments or 0) for row in others.filter(key=rung).exclude(publication=publication)
        ]
        assert one.of[rung] == len(told)
        assert one.usual.get(rung) == (median(told) if len(told) >= 3 else None)
    if one.compared_at:
        assert one.times_usual == one.interactions(one.compared_at) / one.usual[one.compared_at]


def test_all_clients_are_the_sum_of_each_and_each_is_its_own_board(workspace, other_workspace):
    pasts = {workspace: Past(workspace, 1), other_workspace: Past(other_workspace, 2)}
    with tenancy.scope(organization_id=workspace.organization_id):
        board = organization_board(list(pasts), first=FIRST, last=LAST, zone="Europe/Berlin")
        for place, found in board.clients:
            own = overview(place, first=FIRST, last=LAST)
            for name in ("followers", "views", "published", "post_views", "interactions"):
                assert getattr(found, name) == getattr(own, name)
            assert (found.platforms, found.trend("views")) == (own.platforms, own.trend("views"))
    everybody = board.everybody
    for name in ("followers", "views", "published", "post_views", "interactions"):
        parts = [getattr(found, name) for _, found in board.clients]
        assert getattr(everybody, name).value == sum(part.value for part in parts)
        assert getattr(everybody, name).known == sum(part.known for part in parts)


def film(account, **figures) -> None:
    """A day and a post of an account, with figures."""
    at = datetime.combine(LAST, time(12), BERLIN)
    own = {"organization_id": account.organization_id, "workspace_id": account.workspace_id, "account": account}
    post = factories.post(account.workspace, "A film", accounts=[account])
    made = factories.publication(post, account, state=State.PUBLISHED, published_at=at)
    with tenancy.across_tenants("a test writes a day and a post"):
        AccountSnapshot.across_tenants.create(**own, day=LAST, taken_at=at, **figures)
        reading = Reading.across_tenants.create(**own, publication=made, published_at=at)
        taken = {"key": "1d", "taken_at": at + DAY, "views": 40, "likes": 4}
        reading.latest = PublicationSnapshot.across_tenants.create(**own, publication=made, **taken)
        reading.save()


NUMBERS = ("followers", "views", "published", "post_views", "interactions")


def all_clients(*workspaces, **asked):
    with tenancy.scope(organization_id=workspaces[0].organization_id):
        return organization_board(workspaces, first=FIRST, last=LAST, zone="Europe/Berlin", **asked)


def test_channels_of_two_clients_are_never_added_up_unless_the_platform_has_accepted_it(
    workspace, other_workspace, settings
):
    for place, views in ((workspace, 9), (other_workspace, 20)):
        film(factories.account(place, "youtube"), views=views, followers=3)
    board = all_clients(workspace, other_workspace)

    found = board.everybody
    assert [getattr(found, name).value for name in NUMBERS] == [None] * 5
    assert {point.value for trend in Trend for point in found.trend(trend)} <= {None, 0}
    (row,) = found.platforms
    assert (row.accounts, row.posts, row.until) == (2, 2, LAST)
    assert {row.followers, row.views, row.post_views, row.interactions, row.rate} == {None}
    assert [client.views.value for _, client in board.clients] == [9, 20], "each client's own stay"

    settings.ANALYTICS_SUMS_ACROSS_CLIENTS = ("youtube",)
    accepted = all_clients(workspace, other_workspace).everybody
    assert (accepted.views.value, accepted.published.value, accepted.platforms[0].post_views) == (29, 2, 80)


def test_channels_of_one_client_among_several_are_of_one_owner(workspace, other_workspace):
    for _ in range(2):
        film(factories.account(workspace, "youtube"), views=9, followers=3)
    film(factories.account(other_workspace, "linkedin"), views=5, followers=2)

    found = all_clients(workspace, other_workspace).everybody

    assert (found.views.value, found.apart) == (5, {"youtube"}), "with other networks they are not added up"
    assert {row.platform: row.views for row in found.platforms} == {"youtube": 18, "linkedin": 5}


def test_all_clients_on_some_networks_are_the_boards_of_each_on_these(workspace, other_workspace):
    pasts = {workspace: Sorted(workspace, 1), other_workspace: Sorted(other_workspace, 2)}
    networks = frozenset({"facebook", "x"})
    board = all_clients(*pasts, networks=networks)

    for place, found in board.clients:
        with tenancy.scope(organization_id=place.organization_id):
            own = overview(place, first=FIRST, last=LAST, choice=Choice(networks=networks))
        assert [getattr(found, name) for name in NUMBERS] == [getattr(own, name) for name in NUMBERS]
        assert {account.platform for account in found.accounts} == networks
        assert set(found.days) <= {account.pk for account in found.accounts}
        assert {post.account_id for post in found.posts} <= {account.pk for account in found.accounts}


def test_the_address_of_all_clients_carries_networks_through_the_page(workspace, other_workspace, owner):
    Past(workspace, 1)
    Past(other_workspace, 2)
    address = f"{reverse('agency:analytics')}?{SPAN}&network=linkedin&account={workspace.pk}"

    page = factories.signed_in(owner, at=workspace).get(address).content.decode()

    main = page[page.index('id="main"') : page.index("</main>")]
    assert 'value="linkedin" checked' in main
    assert f"from={FIRST}&amp;to={LAST}&amp;sort=-views&amp;network=linkedin" in main
    assert f"{reverse('analytics:client', args=[workspace.pk])}?from={FIRST}&amp;to={LAST}&amp;network=linkedin" in main
    assert "account=" not in main
    networks = main[main.index('id="networks"') :]
    assert "LinkedIn" in networks
    assert "Facebook" not in networks[: networks.index("</table>")]


def test_the_page_of_all_clients_says_why_there_is_no_sum(workspace, other_workspace, owner):
    for place in (workspace, other_workspace):
        film(factories.account(place, "youtube"), views=9_999, followers=3)
    browser = factories.signed_in(owner, at=workspace)

    page = browser.get(f"{reverse('agency:analytics')}?{SPAN}").content.decode()

    assert "YouTube is in no sum here: its rules forbid adding up figures of different owners." in page
    assert "in the table below" not in page
    assert page.count("9,999") == 2, "in the row of each client"
    assert "19,998" not in page


# --- the pages --------------------------------------------------------------------------------------------------------


def addresses(past):
    with tenancy.across_tenants("a test looks"):
        post = Reading.across_tenants.exclude(publication=None).first().publication.post_id
    return {
        "overview": reverse("analytics:overview"),
        "client": reverse("analytics:client", args=[past.workspace.pk]),
        "accounts": reverse("analytics:accounts"),
        "account": reverse("analytics:account", args=[past.accounts[0].pk]),
        "post": reverse("analytics:post", args=[post]),
        "sorts": reverse("analytics:sorts"),
        "campaign": reverse("analytics:campaign", args=[past.campaigns[0].pk]),
        "label": reverse("analytics:label", args=[past.labels[0].pk]),
        "times": reverse("analytics:times"),
        "mix": reverse("analytics:mix"),
        "organization": reverse("agency:analytics"),
    }


def reads(browser, address):
    """How many queries that read tables the page takes."""
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(f"{address}?{SPAN}")
    assert page.status_code == 200
    return sum(" FROM " in one["sql"] for one in asked), page.content.decode()


def test_no_board_calls_a_platform_or_takes_more_queries_for_more(workspace, owner, no_platform):
    browser = factories.signed_in(owner, at=workspace)
    found = addresses(Sorted(workspace, 1))
    few = {name: reads(browser, address)[0] for name, address in found.items()}
    Sorted(workspace, 2)

    many = {name: reads(browser, address)[0] for name, address in found.items()}

    assert few == many
    assert {name: count for name, count in many.items() if count > 15} == {}


def test_each_board_says_how_fresh_it_is_and_has_its_drawings_as_tables(workspace, owner):
    browser = factories.signed_in(owner, at=workspace)
    for name, address in addresses(Sorted(workspace, 1)).items():
        _, page = reads(browser, address)
        drawings = page.count('<svg class="chart') - page.count("chart donut")  # whose parts are named beside it
        assert drawings <= page.count("<table"), f"{name}: a drawing without a table"
        if name not in ("post", "times", "mix", "sorts"):
            assert "read <time" in page, name
        assert "–" in page or name in ("times", "mix", "sorts"), name


def test_the_address_carries_days_and_filter_through_the_page(workspace, owner):
    past = Sorted(workspace, 1)
    browser = factories.signed_in(owner, at=workspace)
    query = f"{SPAN}&account={past.accounts[0].pk}&label={past.labels[0].pk}&label=nonsense"

    page = browser.get(f"{reverse('analytics:overview')}?{query}").content.decode()

    assert "Of these posts alone" in page
    assert f'value="{past.accounts[0].pk}" checked' in page
    assert f"from={FIRST}&amp;to={LAST}&amp;account={past.accounts[0].pk}&amp;label={past.labels[0].pk}" in page
    assert "label=nonsense" not in page[page.index('id="main"') : page.index("</main>")]


@pytest.mark.parametrize("column", ["name", "followers", "views", "published", "post_views", "interactions"])
def test_clients_are_sorted_by_each_figure_and_what_is_not_known_is_last(workspace, other_workspace, owner, column):
    Past(workspace, 1)
    third = factories.workspace(workspace.organization, name="Zero")
    Past(other_workspace, 2)
    browser = factories.signed_in(owner, at=workspace)
    orders = []
    for sort in (column, f"-{column}"):
        page = browser.get(f"{reverse('agency:analytics')}?{SPAN}&sort={sort}").content.decode()
        body = page[page.index('id="clients"') :]
        orders.append(sorted((workspace, other_workspace, third), key=lambda one: body.index(f"clients/{one.pk}")))
        assert f'aria-sort="{"descending" if sort.startswith("-") else "ascending"}"' in page

    up, down = orders
    if column == "name":
        assert up == down[::-1]
    elif column == "published":
        assert up[0] == third, "none went out, and that is known"
    else:
        assert up[-1] == down[-1] == third
        assert up[:2] == down[:2][::-1]


def test_all_clients_are_for_those_who_look_after_all(workspace, owner):
    manager = factories.member(workspace.organization, Role.MANAGER, workspaces=[workspace])
    browser = factories.signed_in(manager, at=workspace)

    assert browser.get(reverse("agency:analytics")).status_code == 403
    assert reverse("agency:analytics") not in browser.get(reverse("analytics:overview")).content.decode()
    assert factories.signed_in(owner, at=workspace).get(reverse("agency:analytics")).status_code == 200


def test_a_post_that_is_not_out_says_what_will_be_there(workspace, owner):
    post = factories.post(workspace, "Soon", accounts=[factories.account(workspace)])
    page = factories.signed_in(owner, at=workspace).get(reverse("analytics:post", args=[post.pk])).content.decode()
    assert "Not out yet" in page


def test_a_post_younger_than_a_day_is_compared_with_nothing(workspace):
    account = factories.account(workspace)
    at = datetime.combine(LAST, time(9), BERLIN)
    with tenancy.scope(organization_id=workspace.organization_id):
        for number in range(6):
            post = factories.post(workspace, f"Post {number}", accounts=[account])
            made = factories.publication(post, account, state=State.PUBLISHED, published_at=at)
            age = timedelta(hours=1) if number == 5 else timedelta(days=1)
            row = PublicationSnapshot.objects.create(
                workspace=workspace, account=account, publication=made, key="1d", taken_at=at + age, likes=10,
            )  # fmt: skip
            Reading.objects.create(workspace=workspace, account=account, publication=made, published_at=at, latest=row)
        found = overview(workspace, first=FIRST, last=LAST)
        assert (found.times.counted, found.times.left_out) == (5, 1)
        assert found.flops == [], "none did less than usual"
