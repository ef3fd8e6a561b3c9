"""Figures as files: as they hold, whole, a batch at a time, and no formula among them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta

import pytest
from django.urls import reverse

from apps.analytics import exporting
from apps.analytics.exporting import DAYS, POSTS, Span, download
from apps.analytics.models import AccountSnapshot, HistoryUpload, PublicationSnapshot, UploadedDay
from apps.core import tenancy
from tests.support import factories

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


@pytest.fixture
def account(workspace):
    return factories.account(workspace, handle="=cmd|'/c calc'!A1")


@pytest.fixture
def span(workspace):
    return Span.of(workspace, FIRST, LAST)


def content(span, what, form):
    return b"".join(download(span, what=what, form=form).streaming_content).decode()


def test_days_hold_as_the_page_has_them(workspace, account, span, clock):
    with tenancy.scope(organization_id=workspace.organization_id):
        own = {"workspace": workspace, "account": account, "taken_at": clock.now}
        AccountSnapshot.objects.create(**own, day=FIRST, views=1)
        AccountSnapshot.objects.create(**own, day=FIRST, views=2, revision=2)
        AccountSnapshot.objects.create(**own, day=date(2026, 10, 9), missing="throttled")
        AccountSnapshot.objects.create(**own, day=LAST, likes=0)
        AccountSnapshot.objects.create(**own, day=LAST + timedelta(days=1), views=9)
        upload = HistoryUpload.objects.create(
            workspace=workspace, account=account, kind="accounts", total=1, next_try_at=clock.now
        )
        for day in (FIRST, date(2026, 10, 9), date(2026, 10, 10)):
            UploadedDay.objects.create(**own, upload=upload, day=day, views=50)

    rows = [json.loads(line) for line in content(span, DAYS, "jsonl").splitlines()]
    assert [(row["day"][-2:], row["source"], row["revision"], row["views"], row["likes"]) for row in rows] == [
        ("01", "platform", 2, 2, None), ("09", "upload", 0, 50, None), ("10", "upload", 0, 50, None),
        ("31", "platform", 1, None, 0),
    ]  # fmt: skip
    (first, *_) = csv.DictReader(io.StringIO(content(span, DAYS, "csv")))
    assert first["handle"] == "'=cmd|'/c calc'!A1"
    assert (first["views"], first["likes"], first["platform"]) == ("2", "", "mastodon")


def test_readings_of_posts_are_all_there_over_many_batches(workspace, account, span, clock, monkeypatch):
    monkeypatch.setattr(exporting, "BATCH", 3)
    post = factories.post(workspace, accounts=[account], external_ref="@ref")
    live = factories.publication(post, account, state="published")
    clock.set(clock.now.replace(month=10, day=15))
    with tenancy.scope(organization_id=workspace.organization_id):
        own = {"workspace": workspace, "account": account, "publication": live}
        for number in range(8):
            at = clock.now + timedelta(minutes=number // 4)  # several at one instant
            PublicationSnapshot.objects.create(**own, key=f"k{number}", taken_at=at, likes=number)
        PublicationSnapshot.objects.create(**own, key="later", taken_at=clock.now + timedelta(days=40))

    rows = list(csv.DictReader(io.StringIO(content(span, POSTS, "csv"))))

    assert [row["key"] for row in rows] == [f"k{number}" for number in range(8)]
    assert {row["external_ref"] for row in rows} == {"'@ref"}


def test_a_stranger_gets_nothing_of_it(workspace, account, span, clock):
    other = factories.workspace()
    with tenancy.scope(organization_id=workspace.organization_id):
        AccountSnapshot.objects.create(workspace=workspace, account=account, day=FIRST, taken_at=clock.now, views=1)
    assert len(content(Span.of(other, FIRST, LAST), DAYS, "jsonl")) == 0
    assert len(content(span, DAYS, "jsonl").splitlines()) == 1


def test_the_page_offers_what_it_shows(owner, workspace, account, clock):
    browser = factories.signed_in(owner, at=workspace)
    with tenancy.scope(organization_id=workspace.organization_id):
        yesterday = clock.now.date() - timedelta(days=1)
        AccountSnapshot.objects.create(workspace=workspace, account=account, day=yesterday, taken_at=clock.now, views=1)
    assert 'popovertarget="export"' in browser.get(reverse("analytics:overview")).content.decode()
    asked = {"what": DAYS, "format": "csv", "from": yesterday.isoformat(), "to": yesterday.isoformat()}

    answer = browser.get(reverse("analytics:export"), asked)

    assert answer["Content-Disposition"] == f'attachment; filename="account-days-{yesterday}-{yesterday}.csv"'
    assert len(b"".join(answer.streaming_content).splitlines()) == 2
    for wrong in ({"what": "all"}, {"format": "exe"}, {"from": "x"}, {"from": "1000-01-01"}):
        assert browser.get(reverse("analytics:export"), {**asked, **wrong}).status_code == 404
