"""What axe says of the boards, of what is beside them, and of the links whose clicks they count."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from apps.analytics.models import (
    Alert,
    AlertRule,
    Audience,
    Goal,
    HistoryUpload,
    Import,
    ImportedPost,
    MixShare,
    UploadedPost,
)
from apps.analytics.states import Aim, Format, ImportState
from apps.core import tenancy
from apps.links.models import ClickDay, Link
from apps.posts.models import Campaign, Label, Post, PostLabel
from apps.publishing.models import Publication
from tests.reports.month import SEPTEMBER, MonthOf
from tests.support import axe, factories
from tests.support.browser import Open, shoot, sign_in
from tests.support.clock import Clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GROUPS = {
    "age": {"18-24": 312, "25-34": 1_204, "35-44": 822, "65+": 40},
    "gender": {"F": 1_402, "M": 880, "U": 96},
    "country": {"NO": 2_011, "SE": 190, "DK": 88},
    "city": {f"City number {number}, with a county": 900 // number for number in range(1, 12)},
}


@pytest.fixture(autouse=True)
def _sync_django(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    """The browser's driver runs an event loop in this thread, beside Django's ordinary use of it."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def place(transactional_db: None, clock: Clock) -> Any:
    clock.set(datetime.fromisoformat("2026-10-02T07:00:00+00:00"))
    return factories.workspace(factories.organization("Northlight Studio"), "Alder & Rye", timezone="Europe/Oslo")


@pytest.fixture
def addresses(place: Any, clock: Clock) -> dict[str, str]:
    """Every page, of a client with two months of everything."""
    month = MonthOf(place, posts=60, pictures=0)
    instagram = month.accounts["instagram"]
    with tenancy.scope(organization_id=place.organization_id):
        known = _around(place, instagram, clock.now)
    pages = {
        name: reverse(f"analytics:{name}")
        for name in ("overview", "accounts", "sorts", "times", "mix", "mix_plan", "goals", "goal_new", "alerts",
                     "alert_rule_new")
    }  # fmt: skip
    for name, of in known.items():
        pages[name] = reverse(f"analytics:{name}", args=[of])
    for name in ("account", "imports", "history"):
        pages[name] = reverse(f"analytics:{name}", args=[instagram.pk])
    return {
        **pages,
        "account_without": reverse("analytics:account", args=[month.accounts["mastodon"].pk]),
        "organization": reverse("agency:analytics"),
        "links": reverse("links:links"), "link_new": reverse("links:new"), "link_rules": reverse("links:settings"),
    }  # fmt: skip


def _around(place: Any, account: Any, now: datetime) -> dict[str, Any]:
    """What stands beside figures; what of it has a page of its own, by the name of the page."""
    day, own = now.date() - timedelta(days=1), {"workspace": place}
    label, campaign = Label.objects.create(**own, name="Rye"), Campaign.objects.create(**own, name="Harvest")
    sent = Publication.objects.filter(account=account, published_at__gte=now - timedelta(days=20)).first()
    Post.objects.filter(pk=sent.post_id).update(campaign=campaign)
    PostLabel.objects.create(**own, post=sent.post, label=label)
    span = {"begins_on": SEPTEMBER.first, "ends_on": date(2026, 10, 31)}
    goal = Goal.objects.create(**own, aim=Aim.VIEWS, target=400_000, **span)
    Goal.objects.create(**own, aim=Aim.FOLLOWERS, target=900, account=account, **span)
    MixShare.objects.create(**own, format=Format.PICTURE, percent=40)
    MixShare.objects.create(**own, label=label, percent=30)
    Audience.objects.create(**own, account=account, day=day, taken_at=now, groups=GROUPS)
    rule = AlertRule.objects.create(
        **own, name="Views fell", kind="drop", metric="views", threshold=50, watches_from=day
    )
    Alert.objects.create(
        **own, rule=rule, version=1, account=account, window_on=day, day=day, value=1, usual=9, found_at=now
    )
    brought = Import.objects.create(
        **own, account=account, most=5, next_try_at=now, state=ImportState.COMPLETED, ended_at=now, found=1, kept=1
    )
    values = {"account": account, "text": "An old loaf", "likes": 12, "taken_at": now}
    imported = ImportedPost.objects.create(**own, **values, came_by=brought, remote_id="1", published_at=now)
    file = HistoryUpload.objects.create(
        **own, account=account, kind="posts", name="2024.csv", total=2, next_try_at=now, state=ImportState.COMPLETED,
        ended_at=now,
    )  # fmt: skip
    rows = [
        UploadedPost.objects.create(**own, **values, upload=file, remote_id="2", day=day - timedelta(days=step * 2))
        for step in range(3)
    ]
    link = Link.objects.create(
        **own, written="https://rye.example/", destination="https://rye.example/", title="Rye",
        outgoing="http://127.0.0.1:8000/l/rye", code="rye",
    )  # fmt: skip
    ClickDay.objects.create(**own, link=link, day=day, clicks=31)
    return {
        "post": sent.post_id, "label": label.pk, "campaign": campaign.pk, "goal": goal.pk, "alert_rule": rule.pk,
        "client": place.pk, "imported_post": imported.pk, "uploaded_post": rows[0].pk,
    }  # fmt: skip


def test_nobody_finds_anything_in_their_way(
    open_browser: Open, live_server: object, place: Any, addresses: dict[str, str]
) -> None:
    page = open_browser(str(live_server))
    sign_in(page, factories.signed_in(factories.member(place.organization), at=place))

    found = {}
    for name, address in addresses.items():
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found |= {f"{name}, {one}": page.url for one in axe.flaws(page)}
        shoot(page, f"analytics-{name}")
    assert found == {}
