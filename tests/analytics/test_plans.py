"""Goals: what they count, whether they go fast enough, and that reaching one is told once; and the planned mix."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.analytics import services
from apps.analytics.boards.goals import Pace, progress_of_all
from apps.analytics.errors import PlanRefused
from apps.analytics.models import AccountSnapshot, Goal, MixShare, PublicationSnapshot, Reading
from apps.analytics.states import Aim, Format
from apps.audit.models import Entry
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events import services as events
from apps.events.models import Event
from apps.posts.models import Label
from apps.publishing.states import State
from apps.tenants.permissions import Role
from tests.support import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 20)  # of the goals below
YESTERDAY = date(2026, 11, 10)  # half of it is over


@pytest.fixture(autouse=True)
def _noon(clock):
    clock.set(datetime(2026, 11, 11, 12, tzinfo=UTC))


@pytest.fixture
def ours(workspace):
    with tenancy.scope(organization_id=workspace.organization_id):
        yield workspace


@pytest.fixture
def account(workspace):
    return factories.account(workspace, "instagram", handle="harbour")


def day(account, on: date, **figures):
    taken_at = datetime.combine(on + DAY, time(2), UTC)
    AccountSnapshot.objects.create(workspace=account.workspace, account=account, day=on, taken_at=taken_at, **figures)


def post(account, on: date, **figures):
    at = datetime.combine(on, time(9), UTC)
    made = factories.publication(
        factories.post(account.workspace, accounts=[account]), account, state=State.PUBLISHED, published_at=at
    )
    own = {"workspace": account.workspace, "account": account, "publication": made}
    row = PublicationSnapshot.objects.create(**own, key="1d", taken_at=at + DAY, **figures) if figures else None
    Reading.objects.create(**own, published_at=at, latest=row)


def goal(workspace, aim, target, **fields):
    values = {"begins_on": FIRST, "ends_on": LAST, **fields}
    return Goal.objects.create(workspace=workspace, aim=aim, target=target, **values)


def progress(one):
    (found,) = progress_of_all(one.workspace, [one], yesterday=YESTERDAY)
    return found


def test_what_happens_is_added_up_from_the_first_day_on(ours, account):
    day(account, FIRST - DAY, views=1000)
    for step in range(10):
        day(account, FIRST + step * DAY, views=10)
    post(account, FIRST - DAY, likes=500)
    post(account, FIRST, likes=3, comments=1, views=50)
    post(account, FIRST + DAY, likes=6)

    counted = {aim: progress(goal(ours, aim, 1000)).value for aim in Aim if aim != Aim.FOLLOWERS}

    assert counted == {Aim.VIEWS: 100, Aim.PUBLISHED: 2, Aim.POST_VIEWS: 50, Aim.INTERACTIONS: 10}


def test_followers_are_a_level_that_grows_from_where_it_began(ours, account):
    day(account, FIRST - 3 * DAY, followers=90)
    day(account, FIRST - DAY, missing="throttled")
    day(account, FIRST + 2 * DAY, followers=100)
    day(account, YESTERDAY, followers=105)

    found = progress(goal(ours, Aim.FOLLOWERS, 120))

    assert (found.began_at, found.value, found.share) == (90, 105, 0.5)
    assert (found.time, found.expected, found.forecast) == (0.5, 105, 120)
    assert found.pace == Pace.ON_PACE


@pytest.mark.parametrize(
    ("target", "changes", "pace"),
    [
        (100, {}, Pace.REACHED),
        (200, {}, Pace.ON_PACE),
        (206, {}, Pace.ON_PACE),  # a slow Sunday alarms nobody
        (220, {}, Pace.BEHIND),
        (101, {"ends_on": YESTERDAY}, Pace.MISSED),
        (100, {"ends_on": YESTERDAY}, Pace.REACHED),
        (1, {"begins_on": YESTERDAY + DAY}, Pace.NOT_BEGUN),
    ],
)
def test_it_says_whether_it_goes_fast_enough(ours, account, target, changes, pace):
    for step in range(10):
        day(account, FIRST + step * DAY, views=10)
    assert progress(goal(ours, Aim.VIEWS, target, **changes)).pace == pace


def test_what_nobody_told_is_not_known_and_not_behind(ours, account):
    day(account, FIRST, missing="signed_out")
    found = progress(goal(ours, Aim.VIEWS, 10))
    assert (found.value, found.share, found.pace) == (None, None, Pace.UNKNOWN)


def test_a_goal_of_an_account_counts_that_account_alone(ours, account):
    day(account, FIRST, views=10)
    day(factories.account(ours, "facebook"), FIRST, views=99)
    assert progress(goal(ours, Aim.VIEWS, 10, account=account)).value == 10
    assert progress(goal(ours, Aim.VIEWS, 10)).value == 109


def test_a_goal_that_is_reached_is_told_once(ours, account, clock):
    made = services.set_goal(
        workspace=ours, aim=Aim.VIEWS, target=50, begins_on=FIRST, ends_on=LAST, actor=SYSTEM, account=account
    )
    assert services.check_goals(workspace=ours) == 0
    day(account, YESTERDAY, views=60)

    assert [services.check_goals(workspace=ours) for _ in range(2)] == [1, 0]

    made.refresh_from_db()
    assert made.reached_at == clock.now
    (event,) = Event.objects.filter(name="goal.reached")
    assert (event.payload["target"], event.payload["value"], event.payload["aim"]) == (50, 60, "views")


def test_the_end_of_a_night_looks_at_the_goals(client_of_ours):
    account = client_of_ours.account()
    with tenancy.scope(organization_id=account.organization_id):
        today = client_of_ours.clock.now.date()
        made = goal(client_of_ours.workspace, Aim.FOLLOWERS, 1, begins_on=today - 5 * DAY, ends_on=today + 5 * DAY)
    client_of_ours.night()
    events.relay()
    with tenancy.scope(organization_id=account.organization_id):
        made.refresh_from_db()
    assert made.reached_at is not None


def test_one_that_is_made_larger_is_told_again_when_that_is_reached(ours, account):
    day(account, YESTERDAY, views=60)
    made = services.set_goal(workspace=ours, aim=Aim.VIEWS, target=50, begins_on=FIRST, ends_on=LAST, actor=SYSTEM)
    assert made.reached_at is not None
    made = services.change_goal(goal=made, actor=SYSTEM, target=70)
    assert made.reached_at is None
    day(account, YESTERDAY - DAY, views=10)

    assert services.check_goals(workspace=ours) == 1
    assert Event.objects.filter(name="goal.reached").count() == 2
    verbs = Entry.objects.filter(subject_id=made.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["goal.set", "goal.changed"]


@pytest.mark.parametrize(
    "changes",
    [
        {"target": 0},
        {"ends_on": FIRST - DAY},
        {"ends_on": FIRST + 400 * DAY},
    ],
)
def test_a_goal_that_makes_no_sense_is_refused(ours, changes):
    values = {"aim": Aim.VIEWS, "target": 5, "begins_on": FIRST, "ends_on": LAST, **changes}
    with pytest.raises(PlanRefused):
        services.set_goal(workspace=ours, actor=SYSTEM, **values)
    assert not Goal.objects.exists()


def test_the_account_of_another_client_is_refused(ours, other_workspace):
    theirs = factories.account(other_workspace)
    with pytest.raises(PlanRefused):
        services.set_goal(
            workspace=ours, aim=Aim.VIEWS, target=5, begins_on=FIRST, ends_on=LAST, actor=SYSTEM, account=theirs
        )


def test_there_is_an_end_to_goals(ours, monkeypatch):
    monkeypatch.setattr("apps.analytics.services.planning.MOST_GOALS", 1)
    span = {"begins_on": FIRST, "ends_on": LAST}
    services.set_goal(workspace=ours, aim=Aim.VIEWS, target=5, actor=SYSTEM, **span)
    with pytest.raises(PlanRefused, match="up to 1"):
        services.set_goal(workspace=ours, aim=Aim.VIEWS, target=5, actor=SYSTEM, **span)


# --- the mix ----------------------------------------------------------------------------------------------------------


def test_a_plan_takes_the_place_of_the_one_before(ours):
    label = Label.objects.create(workspace=ours, name="Offers")
    services.set_mix(workspace=ours, formats={Format.VIDEO: 40}, labels={label.pk: 25}, actor=SYSTEM)
    services.set_mix(workspace=ours, formats={Format.TEXT: 60, Format.VIDEO: 0}, labels={}, actor=SYSTEM)
    assert [(row.format, row.percent) for row in MixShare.objects.all()] == [("text", 60)]


def test_formats_are_a_whole_and_labels_need_not_be(ours):
    labels = [Label.objects.create(workspace=ours, name=name).pk for name in ("Offers", "People")]
    services.set_mix(workspace=ours, formats={}, labels=dict.fromkeys(labels, 80), actor=SYSTEM)
    with pytest.raises(PlanRefused, match="110 %"):
        services.set_mix(workspace=ours, formats={Format.TEXT: 60, Format.VIDEO: 50}, labels={}, actor=SYSTEM)
    assert MixShare.objects.count() == 2


def test_the_label_of_another_client_is_refused(ours, other_workspace):
    with tenancy.scope(organization_id=other_workspace.organization_id):
        theirs = Label.objects.create(workspace=other_workspace, name="Theirs")
    with tenancy.scope(organization_id=ours.organization_id), pytest.raises(PlanRefused):
        services.set_mix(workspace=ours, formats={}, labels={theirs.pk: 5}, actor=SYSTEM)


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(owner, workspace):
    return factories.signed_in(owner, at=workspace)


def test_a_goal_is_set_seen_changed_and_taken_away(browser, workspace, owner, account):
    fields = {"aim": "views", "target": "5000", "account": str(account.pk), "begins_on": "2026-11-01",
              "ends_on": "2026-11-20"}  # fmt: skip
    assert "No goal yet" in browser.get(reverse("analytics:goals")).content.decode()

    browser.post(reverse("analytics:goal_new"), fields)

    with tenancy.across_tenants("a test looks"):
        made = Goal.across_tenants.get()
    assert (made.account_id, made.author_id) == (account.pk, owner.user_id)
    page = browser.get(reverse("analytics:goals")).content.decode()
    assert "5,000 views of accounts" in page
    assert "Not known" in page
    assert "50 % of the time gone" in page

    changed = {"target": "6000", "begins_on": "2026-11-01", "ends_on": "2026-11-20"}
    browser.post(reverse("analytics:goal", args=[made.pk]), changed)
    assert "6,000 views of accounts" in browser.get(reverse("analytics:goals")).content.decode()
    browser.post(reverse("analytics:goal_remove", args=[made.pk]))
    assert "No goal yet" in browser.get(reverse("analytics:goals")).content.decode()


def test_what_cannot_be_a_goal_is_said_beside_the_form(browser, workspace):
    fields = {"aim": "views", "target": "5", "begins_on": "2026-11-20", "ends_on": "2026-11-01"}
    page = browser.post(reverse("analytics:goal_new"), fields)
    assert page.status_code == 422
    assert "from 1 to 400 days" in page.content.decode()


def test_the_mix_is_planned_on_a_page_and_compared_on_another(browser, workspace, account, ours):
    post(account, YESTERDAY, likes=3)
    label = Label.objects.create(workspace=workspace, name="Offers")

    browser.post(reverse("analytics:mix_plan"), {"format-text": "40", f"label-{label.pk}": "20"})

    page = browser.get(reverse("analytics:mix")).content.decode()
    assert "60 points more" in page
    assert "20 points fewer" in page
    assert "Offers 0 %, plan 20 %" in page
    assert browser.post(reverse("analytics:mix_plan"), {"format-text": "140"}).status_code == 422
    refused = browser.post(reverse("analytics:mix_plan"), {"format-text": "70", "format-video": "70"})
    assert "140 % together" in refused.content.decode()


def test_goals_take_the_same_queries_however_many_there_are(browser, ours, account):
    goal(ours, Aim.VIEWS, 10)
    with CaptureQueriesContext(connection) as few:
        browser.get(reverse("analytics:goals"))
    for aim in Aim:
        goal(ours, aim, 10, account=account)
    with CaptureQueriesContext(connection) as many:
        browser.get(reverse("analytics:goals"))
    assert len(few) == len(many)
    assert sum(" FROM " in one["sql"] for one in many) <= 15


def test_a_viewer_sees_goals_and_sets_none(workspace, ours):
    made = goal(ours, Aim.VIEWS, 10)
    viewer = factories.member(workspace.organization, Role.VIEWER, workspaces=[workspace])
    browser = factories.signed_in(viewer, at=workspace)
    page = browser.get(reverse("analytics:goals")).content.decode()
    assert "10 views of accounts" in page
    assert reverse("analytics:goal", args=[made.pk]) not in page
    assert browser.get(reverse("analytics:goal_new")).status_code == 403
