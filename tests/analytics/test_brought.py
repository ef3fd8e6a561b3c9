"""The page of one post that was there before: what an import has found, and what somebody's file had."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from apps.analytics.models import HistoryUpload, Import, ImportedPost, UploadedPost
from apps.core import tenancy
from tests.dashboard.pages import Page
from tests.support import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def account(workspace):
    return factories.account(workspace, "instagram", handle="harbour")


@pytest.fixture
def own(account):
    return {"organization_id": account.organization_id, "workspace_id": account.workspace_id, "account": account}


@pytest.fixture
def browser(workspace, owner):
    return factories.signed_in(owner, at=workspace)


@pytest.fixture
def found(own):
    def make(**fields):
        with tenancy.across_tenants("a test imports"):
            came_by = Import.plain.create(**own, most=5, next_try_at=NOW)
            values = {"remote_id": "17", "text": "An old loaf", "published_at": NOW, "taken_at": NOW, **fields}
            return ImportedPost.plain.create(**own, came_by=came_by, **values)

    return make


@pytest.fixture
def brought(own):
    """Rows of one file: a post on three days, the middle one of which nobody counted, and another post."""
    with tenancy.across_tenants("a test uploads"):
        file = HistoryUpload.plain.create(**own, kind="posts", name="2024.csv", total=3, next_try_at=NOW)
        return [
            UploadedPost.plain.create(**own, upload=file, remote_id=name, day=day, taken_at=NOW, **figures)
            for name, day, figures in (
                (
                    "https://old.example/1",
                    date(2024, 5, 1),
                    {"likes": 4, "text": "Rye", "published_on": date(2024, 4, 30)},
                ),
                ("https://old.example/1", date(2024, 5, 3), {"likes": 9, "views": 300}),
                ("two", date(2024, 5, 2), {"views": 7}),
            )
        ]


def test_the_list_of_imports_leads_to_the_post(browser, account, found):
    post = found(url="https://network.example/17", likes=12, kind="CAROUSEL_ALBUM", media_urls=["a", "b"])
    address = reverse("analytics:imported_post", args=[post.pk])

    listed = browser.get(reverse("analytics:imports", args=[account.pk])).content.decode()
    shown = browser.get(address).content.decode()

    assert address in listed
    assert "An old loaf" in shown
    assert "CAROUSEL_ALBUM" in shown
    assert "2 pictures or films" in shown
    assert "like_count" in shown or "likes" in shown
    assert 'href="https://network.example/17"' in shown
    assert "never sends it" in shown


def test_what_was_not_told_of_it_has_its_reason_and_no_nought(browser, found):
    post = found(missing="refused", url="javascript:alert(1)", text="")

    shown = browser.get(reverse("analytics:imported_post", args=[post.pk])).content.decode()

    assert "The network refused the question" in shown
    assert "javascript:" not in shown
    assert "Without words" in shown
    assert '<td class="r strong">0</td>' not in shown


def test_the_list_of_uploads_has_each_post_once_and_leads_to_it(browser, account, brought):
    page = Page(browser.get(reverse("analytics:history", args=[account.pk])).content.decode())

    links = [one.get("href") for one in page.all("a") if "/history/posts/" in one.get("href")]
    assert links == [reverse("analytics:uploaded_post", args=[brought[place].pk]) for place in (1, 2)]


def test_a_post_of_a_file_shows_its_newest_figures_and_each_of_its_days(browser, brought):
    for row in brought[:2]:
        shown = browser.get(reverse("analytics:uploaded_post", args=[row.pk])).content.decode()

        assert "as they were on Fri 3 May 2024" in shown
        assert "From 2024.csv, uploaded" in shown
        assert "Out Tue 30 Apr 2024" in shown
        assert "Rye" in shown
        assert shown.index("Fri 3 May 2024</td>") < shown.index("Wed 1 May 2024</td>"), "the newest first"
        assert "Thu 2 May 2024" not in shown, "the day that nobody counted"
        assert '<td class="r">–</td>' in shown, "its views on the first day"
        assert 'href="https://old.example/1"' in shown


def test_one_day_is_no_drawing(browser, brought):
    shown = browser.get(reverse("analytics:uploaded_post", args=[brought[2].pk])).content.decode()

    assert '<svg class="chart"' not in shown
    assert "When it went out was not told" in shown
