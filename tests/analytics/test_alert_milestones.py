"""Posts come to a number, each by itself or those of a campaign together, and are told of once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.analytics import services
from apps.analytics.alerts.kinds import Kind
from apps.analytics.errors import AlertRuleRefused
from apps.analytics.models import PublicationSnapshot, Reading
from apps.analytics.services.forgetting import forget_accounts
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.posts.models import Campaign
from tests.analytics.alerts import found, look, ruled, rules, told_events
from tests.support import factories


class TestPosts:
    """Each post by itself comes to a number, and is told of once."""

    @pytest.fixture
    def publish(self, workspace, clock):
        def publish(account, title="Bread", **fields):
            post = factories.post(workspace, title, accounts=[account], title=title)
            return factories.publication(post, account, state="published", published_at=clock.now, **fields)

        return publish

    @pytest.fixture
    def read(self, workspace, clock):
        def read(publication, key, **figures):
            with tenancy.scope(organization_id=workspace.organization_id):
                PublicationSnapshot.objects.create(
                    workspace=workspace, account=publication.account, publication=publication, key=key,
                    published_at=publication.published_at, taken_at=clock.now, **figures,
                )  # fmt: skip

        return read

    @pytest.mark.django_db
    def test_reaches_a_number_and_is_told_of_once(self, workspace, account, clock, publish, read):
        ruled(workspace, kind=Kind.MILESTONE, metric="interactions", threshold=100, of_posts=True)
        good, poor = publish(account, "Rye"), publish(account, "Wheat")
        for key, likes in (("1h", 40), ("6h", 60), ("1d", 90)):
            read(good, key, likes=likes, comments=20)
            read(poor, key, likes=likes // 4)
            clock.advance(hours=6)

        assert look(workspace) == 1
        clock.advance(days=1)
        read(good, "3d", likes=500)

        assert look(workspace) == 0
        (alert,) = found()
        assert (alert.publication_id, alert.account_id, alert.value) == (good.pk, account.pk, 110)
        (event,) = told_events()
        assert event.payload["publication_id"] == str(good.pk)

    @pytest.mark.django_db
    def test_each_post_has_its_own_and_other_accounts_none(self, workspace, account, publish, read):
        other = factories.account(workspace, "bluesky")
        ruled(workspace, kind=Kind.MILESTONE, metric="likes", threshold=50, of_posts=True, account=account)
        posts = [publish(account, "Rye"), publish(account, "Wheat"), publish(other, "Barley")]
        for post in posts:
            read(post, "1h", likes=70)

        assert [look(workspace), look(workspace)] == [2, 0]
        assert {alert.publication_id for alert in found()} == {post.pk for post in posts[:2]}

    @pytest.mark.django_db
    def test_that_was_there_before_the_rule_is_no_news(self, workspace, account, clock, publish, read):
        post = publish(account)
        read(post, "1h", likes=70)
        clock.advance(days=3)
        ruled(workspace, kind=Kind.MILESTONE, metric="likes", threshold=50, of_posts=True)
        read(post, "3d", likes=90)

        assert look(workspace) == 0

    @pytest.mark.django_db
    def test_is_no_news_where_all_that_was_known_had_to_be_forgotten(self, workspace, account, clock, publish, read):
        ruled(workspace, kind=Kind.MILESTONE, metric="likes", threshold=50, of_posts=True)
        post = publish(account)
        read(post, "1h", likes=70)
        assert look(workspace) == 1
        clock.advance(days=40)
        forget_accounts(organization_id=workspace.organization_id, account_ids=[account.pk])

        for key in ("90d", "asked"):
            read(post, key, likes=90)
            clock.advance(hours=1)
            assert look(workspace) == 0

    @pytest.mark.django_db
    def test_is_news_after_readings_that_failed(self, workspace, account, clock, publish, read):
        ruled(workspace, kind=Kind.MILESTONE, metric="likes", threshold=50, of_posts=True)
        post = publish(account)
        read(post, "1h", missing="unreachable")
        clock.advance(hours=5)
        read(post, "6h", likes=70)

        assert look(workspace) == 1

    @pytest.mark.django_db
    def test_is_named_on_the_page_and_chosen_in_the_form(self, workspace, account, owner, publish, read):
        browser = factories.signed_in(owner, at=workspace)
        form = {
            "name": "A hit", "kind": "milestone", "metric": "likes", "threshold": "50", "window": "week", "mute": "0",
            "subject": f"posts:{account.pk}", "is_on": "on",
        }  # fmt: skip
        assert browser.post(reverse("analytics:alert_rule_new"), form).status_code == 302
        (rule,) = rules()
        assert (rule.of_posts, rule.account_id) == (True, account.pk)
        read(publish(account, "Rye"), "1h", likes=70)
        look(workspace)

        page = browser.get(reverse("analytics:alerts")).content.decode()

        assert "Likes of Rye on Mastodon @harbour: 70, so 50 is reached." in page
        assert "each post of Mastodon @harbour" in page
        edit = browser.get(reverse("analytics:alert_rule", args=[rule.pk])).content.decode()
        assert f'<option value="posts:{account.pk}" selected>' in edit


@pytest.mark.django_db
def test_posts_of_a_campaign_reach_a_number_together(workspace, account, clock):
    with tenancy.scope(organization_id=workspace.organization_id):
        campaign = Campaign.objects.create(workspace=workspace, name="Autumn")
    rows = []
    for likes in (40, None):
        post = factories.post(workspace, accounts=[account], campaign=campaign)
        live = factories.publication(post, account, state="published")
        with tenancy.scope(organization_id=workspace.organization_id):
            own = {"workspace": workspace, "account": account, "publication": live, "published_at": clock.now}
            latest = PublicationSnapshot.objects.create(**own, key="1h", taken_at=clock.now, likes=likes)
            rows.append(Reading.objects.create(**own, latest_id=latest.pk))
    rule = ruled(workspace, kind=Kind.MILESTONE, metric="interactions", threshold=60, campaign=campaign)
    assert look(workspace) == 0

    with tenancy.scope(organization_id=workspace.organization_id):
        newer = PublicationSnapshot.objects.create(**own, key="6h", taken_at=clock.now, likes=20)
        Reading.objects.filter(pk=rows[1].pk).update(latest_id=newer.pk)

    assert [look(workspace), look(workspace)] == [1, 0]
    assert (found()[0].campaign_id, found()[0].value) == (campaign.pk, 60)
    with tenancy.scope(organization_id=workspace.organization_id), pytest.raises(AlertRuleRefused, match="already"):
        services.change_rule(rule=rule, actor=SYSTEM, threshold=50)
