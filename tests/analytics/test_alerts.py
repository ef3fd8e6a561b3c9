"""Rules speak of what figures did: once in each window, never of what was not told, whoever looks and how often."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.analytics import alert_figures, services
from apps.analytics.alerts.findings import ENOUGH, HISTORY, deviation, findings
from apps.analytics.alerts.kinds import ONCE, Kind, Window, window_of
from apps.analytics.errors import AlertRuleRefused
from apps.analytics.models import AccountSnapshot, Alert, AlertRule, PublicationSnapshot, Reading
from apps.analytics.services.forgetting import forget_accounts
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.core.calendar import cell_of
from apps.events import services as events
from apps.events.models import Event
from apps.posts.models import Campaign
from apps.tenants import services as tenants
from apps.tenants.permissions import Role
from tests.support import factories

DAY = timedelta(days=1)
FIRST = date(2026, 1, 1)
told_or_not = st.one_of(st.none(), st.integers(0, 500))


def series(values):
    return {FIRST + DAY * place: value for place, value in enumerate(values) if value is not None}


def days(values):
    return [FIRST + DAY * place for place in range(len(values))]


# --- what is worth a word ---------------------------------------------------------------------------------------------


@given(st.lists(told_or_not, min_size=1, max_size=60), st.sampled_from(list(Kind)), st.integers(1, 90))
def test_what_was_not_told_is_never_spoken_of_and_counts_for_nothing(values, kind, threshold):
    told = series(values)

    for found in findings(kind, threshold, told, days(values)):
        assert found.day in told
        assert found.value == told[found.day]
        if kind != Kind.MILESTONE:
            before = [told[past] for back in range(1, HISTORY + 1) if (past := found.day - DAY * back) in told]
            assert (found.sample, found.usual) == (len(before), median(before))
            assert found.sample >= ENOUGH[kind]


@given(st.lists(told_or_not, min_size=8, max_size=60), st.integers(1, 100))
def test_a_day_far_from_the_usual_is_spoken_of_and_no_other(values, percent):
    told = series(values)
    odd = {found.day for kind in (Kind.SPIKE, Kind.DROP) for found in findings(kind, percent, told, days(values))}

    for day, value in told.items():
        before = [told[past] for back in range(1, HISTORY + 1) if (past := day - DAY * back) in told]
        usual = median(before) if len(before) >= 7 else 0
        is_far = usual > 0 and abs(value - usual) / usual * 100 >= percent
        assert (day in odd) is is_far, (day, value, usual)


def test_one_odd_day_does_not_hide_the_next():
    values = [100, 102, 98, 101, 99, 100, 103, 97, 100, 101, 99, 100, 5000, 102, 98, 4000]

    found = list(findings(Kind.ANOMALY, 3.5, series(values), days(values)))

    assert [one.value for one in found] == [4000]
    assert (found[0].sample, found[0].usual) == (15, 100)


def test_days_that_are_all_alike_do_not_make_one_more_view_odd():
    values = [100] * 20 + [110]
    assert list(findings(Kind.ANOMALY, 3.5, series(values), days(values))) == []
    assert deviation([100] * 20, 100) == 10
    values[-1] = 500
    assert [one.score for one in findings(Kind.ANOMALY, 3.5, series(values), days(values))] == [40.0]


def test_a_figure_that_stands_is_odd_by_how_it_moves():
    values = [1000 + 3 * place for place in range(30)] + [1400]
    assert [one.value for one in findings(Kind.ANOMALY, 3.5, series(values), days(values), is_level=True)] == [313]


@given(st.lists(told_or_not, min_size=1, max_size=40), st.integers(1, 500))
def test_a_number_is_reached_by_whom_was_below_it_when_told_before(values, goal):
    told = series(values)
    reached = [found.day for found in findings(Kind.MILESTONE, goal, told, days(values), is_level=True)]

    ordered = sorted(told)
    assert reached == [day for last, day in pairwise(ordered) if told[last] < goal <= told[day]]


@given(st.lists(told_or_not, min_size=1, max_size=40), st.integers(1, 500))
def test_what_happens_on_a_day_comes_to_a_number_for_the_first_time_once(values, goal):
    told = series(values)
    reached = [found.day for found in findings(Kind.MILESTONE, goal, told, days(values))]

    first = next((day for day in sorted(told) if told[day] >= goal), None)
    assert reached == ([] if first in (None, min(told, default=None)) else [first])


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sampled_from(Window.values))
def test_each_day_is_in_one_window_which_begins_by_then(day, window):
    first = window_of(Kind.SPIKE, window, day)
    assert first <= day < first + timedelta(days=31)
    assert window_of(Kind.SPIKE, window, first) == first
    assert window_of(Kind.MILESTONE, window, day) == ONCE


# --- rules over stored rows -------------------------------------------------------------------------------------------


@pytest.fixture
def account(workspace):
    return factories.account(workspace, handle="harbour")


@pytest.fixture
def today(workspace, clock):
    return cell_of(clock.now, workspace.timezone)


def tell(account, day, *, revision=1, **figures):
    with tenancy.scope(organization_id=account.organization_id):
        AccountSnapshot.objects.create(
            workspace_id=account.workspace_id, account=account, day=day, revision=revision,
            taken_at=account.connected_at, **figures,
        )  # fmt: skip


def usual_weeks(account, until, *, views=100):
    for back in range(1, 29):
        tell(account, until - DAY * back, views=views + back % 3)


def ruled(workspace, **fields):
    values = {"name": "Views fell", "kind": Kind.DROP, "metric": "views", "threshold": 50, "window": Window.DAY}
    with tenancy.scope(organization_id=workspace.organization_id):
        return services.make_rule(workspace=workspace, actor=SYSTEM, **(values | fields))


def changed(rule, **fields):
    with tenancy.scope(organization_id=rule.organization_id):
        services.change_rule(rule=rule, actor=SYSTEM, **fields)


def months_with_a_drop(account, today, clock):
    """Figures of half a year, and a bad day in the midst of them; the day that it is then."""
    for ahead in range(150):
        tell(account, today + DAY * ahead, views=5 if ahead == 90 else 100 + ahead % 3)
    clock.advance(days=150)
    return today + DAY * 150


def look(workspace) -> int:
    return services.look_at(organization_id=workspace.organization_id, workspace_id=workspace.pk)


def found() -> list[Alert]:
    with tenancy.across_tenants("a test looks"):
        return list(Alert.across_tenants.select_related("rule").order_by("day", "pk"))


def rules() -> list[AlertRule]:
    with tenancy.across_tenants("a test looks"):
        return list(AlertRule.across_tenants.all())


def told_events() -> list[Event]:
    with tenancy.across_tenants("a test looks"):
        return list(Event.across_tenants.filter(name="analytics.alert"))


@pytest.mark.django_db
def test_a_drop_is_told_once_however_often_rules_are_looked_at(workspace, account, today):
    ruled(workspace)
    usual_weeks(account, today - DAY)
    tell(account, today - DAY, views=20)

    assert [look(workspace) for _ in range(3)] == [1, 0, 0]

    (alert,) = found()
    assert (alert.account_id, alert.day, alert.value, alert.usual) == (account.pk, today - DAY, 20, 101)
    (event,) = told_events()
    assert (event.subject_id, event.payload["value"], event.payload["sample"]) == (alert.pk, 20, 28)


@pytest.mark.django_db
@pytest.mark.parametrize("figures", [{"missing": "unreachable"}, {"views": None, "followers": 10}, None])
def test_a_day_that_was_not_told_is_no_drop(workspace, account, today, figures):
    ruled(workspace)
    usual_weeks(account, today - DAY)
    if figures is not None:
        tell(account, today - DAY, **figures)

    assert look(workspace) == 0

    tell(account, today - DAY, revision=2, views=20)
    assert look(workspace) == 1, "and when it is told late, it is not missed"


@pytest.mark.django_db
def test_what_the_platform_corrects_is_judged_as_it_holds(workspace, account, today):
    ruled(workspace)
    usual_weeks(account, today - DAY)
    tell(account, today - DAY, views=20)
    tell(account, today - DAY, revision=2, views=99)

    assert look(workspace) == 0


@pytest.mark.django_db
def test_a_week_has_one_alert_and_another_account_its_own(workspace, account, today, clock):
    clock.advance(days=(7 - today.weekday()) % 7 + 5)  # to a Saturday: yesterday and the day before are of one week
    today = cell_of(clock.now, workspace.timezone)
    rule = ruled(workspace, window=Window.WEEK)
    with tenancy.scope(organization_id=workspace.organization_id):
        AlertRule.objects.filter(pk=rule.pk).update(watches_from=today - DAY * 3)
    other = factories.account(workspace)
    for one in (account, other):
        usual_weeks(one, today - DAY * 2)
        tell(one, today - DAY * 2, views=1)
        tell(one, today - DAY, views=1)

    look(workspace)

    assert [(alert.account_id, alert.day) for alert in found()] == [
        (account.pk, today - DAY * 2), (other.pk, today - DAY * 2)
    ]  # fmt: skip


@pytest.mark.django_db
def test_days_before_a_rule_are_history(workspace, account, today):
    usual_weeks(account, today - DAY * 3)
    tell(account, today - DAY * 3, views=1)
    ruled(workspace)

    assert look(workspace) == 0


@pytest.mark.django_db
def test_a_rule_that_asks_for_something_else_begins_anew(workspace, account, today):
    rule = ruled(workspace)
    usual_weeks(account, today - DAY)
    tell(account, today - DAY, views=20)
    look(workspace)
    with tenancy.scope(organization_id=workspace.organization_id):
        services.change_rule(rule=rule, actor=SYSTEM, name="Renamed")
    assert look(workspace) == 0

    with tenancy.scope(organization_id=workspace.organization_id):
        services.change_rule(rule=rule, actor=SYSTEM, threshold=70)

    assert look(workspace) == 1


@pytest.mark.django_db
def test_what_happened_while_a_rule_was_off_is_history(workspace, account, today, clock):
    rule = ruled(workspace)
    look(workspace)
    changed(rule, is_on=False)
    months = months_with_a_drop(account, today, clock)

    changed(rule, is_on=True)
    assert look(workspace) == 0

    tell(account, months, views=20)
    clock.advance(days=1)
    changed(rule, is_on=True, name="Still on")
    assert look(workspace) == 1, "and what comes is watched"
    assert rules()[0].version == 1


@pytest.mark.django_db
def test_what_a_campaign_reached_while_its_rule_was_off_is_no_news(workspace, monkeypatch):
    with tenancy.scope(organization_id=workspace.organization_id):
        campaign = Campaign.objects.create(workspace=workspace, name="Autumn")
    rule = ruled(workspace, kind=Kind.MILESTONE, metric="likes", threshold=100, campaign=campaign)
    changed(rule, is_on=False)
    monkeypatch.setattr(alert_figures, "total_of", lambda *_: 100)

    with pytest.raises(AlertRuleRefused, match="reached that already"):
        changed(rule, is_on=True)


@pytest.mark.django_db
def test_what_happened_while_a_workspace_was_archived_is_history(workspace, account, today, clock):
    rule = ruled(workspace)
    look(workspace)
    with tenancy.scope(organization_id=workspace.organization_id):
        tenants.archive_workspace(workspace=workspace, actor=SYSTEM)
    months = months_with_a_drop(account, today, clock)

    with tenancy.scope(organization_id=workspace.organization_id):
        tenants.restore_workspace(workspace=workspace, actor=SYSTEM)
    events.relay()

    assert look(workspace) == 0
    assert (rules()[0].watches_from, rules()[0].version) == (months - DAY, rule.version)


@pytest.mark.django_db
def test_followers_reach_a_number_once(workspace, account, today, clock):
    ruled(workspace, name="1,000!", kind=Kind.MILESTONE, metric="followers", threshold=1000)
    for back, followers in ((3, 990), (2, 995), (1, 1004)):
        tell(account, today - DAY * back, followers=followers)
    assert look(workspace) == 1

    clock.advance(days=3)
    for ahead, followers in ((0, 998), (1, 1001)):
        tell(account, today + DAY * ahead, followers=followers)
    assert look(workspace) == 0
    assert found()[0].day == today - DAY


@pytest.mark.django_db
def test_views_of_a_day_come_to_a_number_once_and_what_was_long_ago_is_no_news(workspace, account, today):
    other = factories.account(workspace, "bluesky")
    tell(other, today - DAY * 300, views=900)  # it has had so much, before all that is read to judge a day
    for one in (account, other):
        for back, views in ((5, 90), (4, 80), (1, 500)):
            tell(one, today - DAY * back, views=views)
    ruled(workspace, kind=Kind.MILESTONE, metric="views", threshold=400)

    assert [look(workspace), look(workspace)] == [1, 0]
    assert [(one.account_id, one.day, one.value) for one in found()] == [(account.pk, today - DAY, 500)]


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


@pytest.mark.django_db
def test_muted_rules_find_and_do_not_tell(workspace, account, today, clock):
    ruled(workspace, muted_until=clock.now + DAY)
    usual_weeks(account, today - DAY)
    tell(account, today - DAY, views=20)

    assert look(workspace) == 1
    assert found()[0].was_muted
    assert told_events() == []


@pytest.mark.django_db
def test_those_who_may_see_the_figures_are_told_by_mail(workspace, account, today):
    anna = factories.member(workspace.organization, Role.VIEWER, workspaces=[workspace]).user
    gone = factories.member(workspace.organization, Role.VIEWER, workspaces=[workspace])
    ruled(workspace, recipients=[anna.pk, gone.user_id])
    with tenancy.across_tenants("a test takes somebody's access away"):
        gone.delete()
    usual_weeks(account, today - DAY)
    tell(account, today - DAY, views=20)
    look(workspace)

    events.relay()

    (message,) = mail.outbox
    assert message.to == [anna.email]
    assert "Views of Mastodon @harbour: 20, usually 101 by 28 days before." in message.body


@pytest.mark.django_db
def test_the_end_of_a_night_has_its_figures_judged(client_of_ours):
    workspace, account = client_of_ours.workspace, client_of_ours.account()
    today = cell_of(client_of_ours.clock.now, workspace.timezone)
    ruled(workspace, kind=Kind.MILESTONE, metric="followers", threshold=10**9, account=account)
    tell(account, today - DAY * 3, followers=10)
    (rule,) = rules()
    with tenancy.scope(organization_id=workspace.organization_id):
        services.change_rule(rule=rule, actor=SYSTEM, kind=Kind.DROP, threshold=100)
    client_of_ours.advance(days=1)
    client_of_ours.night()

    events.relay()

    with tenancy.across_tenants("a test looks"):
        assert AlertRule.across_tenants.get().looked_at == client_of_ours.clock.now


@pytest.mark.django_db
def test_fresh_figures_are_looked_at_and_nothing_else_is(workspace, account, today, clock):
    ruled(workspace)
    usual_weeks(account, today - DAY)
    assert services.look() == 0
    clock.advance(hours=1)
    tell(account, today - DAY, views=20)
    assert services.look() == 0, "no reading tells that there are figures"

    with tenancy.scope(organization_id=workspace.organization_id):
        Reading.objects.create(workspace=workspace, account=account, read_at=clock.now)
    assert services.look() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(workspace, account, today):
    ruled(workspace)
    usual_weeks(account, today - DAY)
    tell(account, today - DAY, views=20)
    gate, made = threading.Barrier(2), []

    def work():
        try:
            gate.wait(10)
            made.append(look(workspace))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(made) == [0, 1]
    assert len(found()) == len(told_events()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"metric": "nonsense"}, "metric"),
        ({"of_posts": True}, "kind"),
        ({"of_posts": True, "kind": Kind.MILESTONE, "metric": "followers"}, "metric"),
        ({"threshold": 0}, "threshold"),
        ({"threshold": 101}, "threshold"),
        ({"recipients": ["018f0000-0000-7000-8000-000000000000"]}, "recipients"),
    ],
)
def test_rules_without_sense_are_refused(workspace, fields, field):
    with pytest.raises(AlertRuleRefused) as refused:
        ruled(workspace, **fields)
    assert refused.value.field == field


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(owner, workspace):
    return factories.signed_in(owner, at=workspace)


@pytest.mark.django_db
def test_a_rule_is_made_found_by_and_seen_to_on_pages(browser, owner, workspace, account, today):
    assert "No rule yet" in browser.get(reverse("analytics:alerts")).content.decode()
    form = {
        "name": "Views fell", "kind": "drop", "metric": "views", "threshold": "50", "window": "day", "mute": "0",
        "subject": f"account:{account.pk}", "recipients": [str(owner.user_id)], "is_on": "on",
    }  # fmt: skip
    assert browser.post(reverse("analytics:alert_rule_new"), form | {"threshold": "101"}).status_code == 422
    browser.post(reverse("analytics:alert_rule_new"), form)
    usual_weeks(account, today - DAY)
    tell(account, today - DAY, views=20)
    look(workspace)

    shown = browser.get(reverse("analytics:alerts")).content.decode()
    assert "usually 101 by 28 days before" in shown
    assert "Views 50 % below the usual · Mastodon @harbour · once a day · mail to 1 person" in shown
    assert "usually 101" in browser.get(reverse("analytics:open_alerts")).content.decode()
    assert reverse("analytics:open_alerts") in browser.get(reverse("analytics:overview")).content.decode()

    browser.post(reverse("analytics:alert_acknowledge", args=[found()[0].pk]))
    assert "seen to by" in browser.get(reverse("analytics:alerts")).content.decode()
    assert browser.get(reverse("analytics:open_alerts")).content.decode().strip() == ""

    (rule,) = rules()
    browser.post(reverse("analytics:alert_rule", args=[rule.pk]), form | {"mute": "7"})
    assert "muted until" in browser.get(reverse("analytics:alerts")).content.decode()
    browser.post(reverse("analytics:alert_rule_remove", args=[rule.pk]))
    assert rules() == []
