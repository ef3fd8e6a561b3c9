"""Rules speak of what figures of accounts did: once in each window, whoever looks and how often."""

from __future__ import annotations

import threading

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from apps.analytics import alert_figures, services
from apps.analytics.alerts.kinds import Kind, Window
from apps.analytics.errors import AlertRuleRefused
from apps.analytics.models import AlertRule, Reading
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.core.calendar import cell_of
from apps.events import services as events
from apps.posts.models import Campaign
from apps.tenants import services as tenants
from apps.tenants.permissions import Role
from tests.analytics.alerts import DAY, changed, found, look, ruled, rules, tell, told_events, usual_weeks
from tests.support import factories


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


def months_with_a_drop(account, today, clock):
    """Figures of half a year, and a bad day in the midst of them; the day that it is then."""
    for ahead in range(150):
        tell(account, today + DAY * ahead, views=5 if ahead == 90 else 100 + ahead % 3)
    clock.advance(days=150)
    return today + DAY * 150


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


# --- the pages


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
