"""An import brings what an account had published before, once, apart from what Postroom sends."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from django.db import transaction

from apps.analytics import services
from apps.analytics.errors import ImportRefused
from apps.analytics.models import Import, ImportedPost
from apps.analytics.services import importing
from apps.analytics.states import ImportState, Missing
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events import services as events
from apps.events.models import Event
from apps.governor.lanes import Lane
from apps.platforms.adapters.mastodon import MastodonAdapter
from apps.platforms.errors import NotOffered, NotSent
from apps.publishing.models import Publication
from apps.social_accounts import services as social_accounts
from apps.social_accounts.models import SocialAccount
from apps.usage.errors import OverLimit
from apps.usage.models import Assignment, Plan
from tests.support import factories

pytestmark = pytest.mark.django_db


def toots(client, *texts: str) -> list[str]:
    with httpx.Client(base_url=client.sandbox.origin("mastodon"), trust_env=False, verify=False) as http:
        headers = {"Authorization": f"Bearer {client.tokens['mastodon']}"}
        return [http.post("/api/v1/statuses", data={"status": text}, headers=headers).json()["id"] for text in texts]


def begun(account, **options) -> Import:
    with tenancy.scope(organization_id=account.organization_id):
        return services.start_import(account=account, actor=SYSTEM, **options)


def read(row):
    with tenancy.across_tenants("a test looks"):
        return type(row).across_tenants.get(pk=row.pk)


def imported(account) -> list[ImportedPost]:
    with tenancy.across_tenants("a test looks"):
        return list(ImportedPost.across_tenants.filter(account=account).order_by("published_at", "pk"))


def told(name: str) -> list[Event]:
    with tenancy.across_tenants("a test looks"):
        return list(Event.across_tenants.filter(name=name))


@pytest.fixture
def small_pages(monkeypatch):
    """Pages of two, as a platform with many posts would give."""
    whole, calls = MastodonAdapter.own_posts, []

    def own_posts(self, credential, *, cursor=""):
        calls.append(cursor)
        page, _, begin = cursor.partition("|")
        found = whole(self, credential, cursor=page)
        first = int(begin or 0)
        more = first + 2 < len(found.posts)
        return type(found)(found.posts[first : first + 2], f"{page}|{first + 2}" if more else found.cursor)

    monkeypatch.setattr(MastodonAdapter, "own_posts", own_posts)
    return calls


def test_an_import_brings_posts_with_their_figures_and_tells(client_of_ours):
    account = client_of_ours.account()
    toots(client_of_ours, "The first", "The second")
    client_of_ours.advance(days=3)
    row = begun(account)

    services.work_imports()

    row = read(row)
    assert (row.state, row.kept, row.ended_at) == (ImportState.COMPLETED, row.found, client_of_ours.clock.now)
    posts = [post for post in imported(account) if post.text in ("The first", "The second")]
    assert [post.text for post in posts] == ["The first", "The second"]
    assert all(post.likes is not None and post.views is None and not post.missing for post in posts)
    (event,) = told("import.completed")
    assert (event.payload["kept"], event.subject_id) == (row.kept, row.pk)


def test_what_postroom_published_is_not_imported_and_nothing_imported_is_ever_sent(client_of_ours):
    account = client_of_ours.account()
    ours, _ = toots(client_of_ours, "By Postroom", "By hand")
    client_of_ours.published(account, "By Postroom", remote_id=ours)
    begun(account)

    services.work_imports()

    assert "By Postroom" not in [post.text for post in imported(account)]
    assert "By hand" in [post.text for post in imported(account)]
    with tenancy.across_tenants("a test counts"):
        assert Publication.across_tenants.count() == 1
    assert not any(
        field.related_model is ImportedPost for model in (Publication,) for field in model._meta.get_fields()
    )


def test_an_import_that_is_killed_goes_on_where_it_was(client_of_ours, small_pages, monkeypatch):
    account = client_of_ours.account()
    toots(client_of_ours, *"ABCDE")
    row = begun(account)
    turn, pages = importing._turn, []

    def dies(claim, **page):
        if len(pages) == 1:
            raise KeyboardInterrupt
        pages.append(page)
        turn(claim, **page)

    monkeypatch.setattr(importing, "_turn", dies)
    with pytest.raises(KeyboardInterrupt):
        services.work_imports()
    monkeypatch.setattr(importing, "_turn", turn)
    asked = client_of_ours.sandbox.count("mastodon", "metrics")
    assert services.work_imports() == 0, "the lease of the dead still runs"
    client_of_ours.clock.advance(minutes=11)

    services.work_imports()

    row = read(row)
    texts = [post.text for post in imported(account)]
    assert (row.state, row.found, row.kept) == (ImportState.COMPLETED, len(texts), len(texts))
    assert len(texts) == len(set(texts))
    assert small_pages.count("|2") == 2, "only the page that was not done is asked for again"
    assert client_of_ours.sandbox.count("mastodon", "metrics") - asked <= len(texts) - 4


def test_a_limit_ends_it_and_so_does_a_date(client_of_ours, small_pages, settings):
    account = client_of_ours.account()
    toots(client_of_ours, *"ABCDE")
    settings.ANALYTICS_IMPORT_POSTS = 3
    first = begun(account)
    services.work_imports()
    assert (read(first).state, read(first).kept) == (ImportState.COMPLETED, 3)

    with tenancy.across_tenants("a test begins anew"):
        Import.across_tenants.all().delete()
    client_of_ours.advance(days=2)
    toots(client_of_ours, "Young")
    begun(account, since=client_of_ours.clock.now - timedelta(hours=1))
    services.work_imports()
    assert [post.text for post in imported(account)] == ["Young"]


def test_a_platform_that_cannot_be_reached_is_waited_for_and_then_it_has_failed_and_can_be_retried(client_of_ours):
    account = client_of_ours.account()
    client_of_ours.sandbox.fault("error_before", platform="mastodon", times=None)
    row = begun(account)
    for _ in range(len(importing.PAUSES) + 1):
        services.work_imports()
        client_of_ours.clock.advance(hours=4)

    row = read(row)
    assert (row.state, row.problem) == (ImportState.FAILED, Missing.UNREACHABLE)
    assert told("import.failed")[0].payload["problem"] == "unreachable"

    client_of_ours.sandbox.clear()
    with tenancy.scope(organization_id=account.organization_id):
        services.retry_import(import_id=row.pk, actor=SYSTEM)
    services.work_imports()
    assert read(row).state == ImportState.COMPLETED


def test_an_import_that_nothing_but_an_error_comes_of_ends_and_tells_once(client_of_ours, monkeypatch):
    account = client_of_ours.account()

    def breaks(*_, **__):
        raise ValueError("A page that nobody expected")

    with monkeypatch.context() as broken:
        broken.setattr(MastodonAdapter, "own_posts", breaks)
        row = begun(account)
        for tries in range(len(importing.PAUSES) + 1):
            assert (read(row).is_unfinished, read(row).tries) == (True, tries)
            services.work_imports()
            client_of_ours.clock.advance(hours=4)

    row = read(row)
    assert (row.state, row.problem) == (ImportState.FAILED, "not_read")
    assert [event.payload["problem"] for event in told("import.failed")] == ["not_read"]
    with tenancy.scope(organization_id=account.organization_id):
        services.retry_import(import_id=row.pk, actor=SYSTEM)
    services.work_imports()
    assert read(row).state == ImportState.COMPLETED


def test_posts_whose_figures_are_not_told_come_without(client_of_ours, monkeypatch):
    account = client_of_ours.account()
    toots(client_of_ours, "Silent")

    def refuses(*_, **__):
        raise NotOffered("No figures of this.")

    monkeypatch.setattr(MastodonAdapter, "post_metrics", refuses)
    begun(account)
    services.work_imports()

    silent = next(post for post in imported(account) if post.text == "Silent")
    assert (silent.missing, silent.likes) == (Missing.NOT_OFFERED, None)


def test_it_asks_in_the_last_lane(client_of_ours, monkeypatch):
    account = client_of_ours.account()
    lanes = []

    def adapter_of(whose, *, lane, timeout=None):
        lanes.append(lane)
        raise NotSent("Not today")

    monkeypatch.setattr(social_accounts, "adapter_of", adapter_of)
    begun(account)
    services.work_imports()

    assert lanes == [Lane.IMPORT]


def test_one_at_a_time_and_only_of_a_connected_account(client_of_ours):
    account = client_of_ours.account()
    begun(account)
    with pytest.raises(ImportRefused, match="already"):
        begun(account)

    broken = factories.account(client_of_ours.workspace, "mastodon", state="needs_reauth")
    with pytest.raises(ImportRefused, match="Reconnect"):
        begun(broken)


def test_the_plan_limits_imports_and_what_was_refused_is_not_there(client_of_ours):
    account = client_of_ours.account()
    with tenancy.across_tenants("a test gives a plan"):
        plan = Plan.objects.create(name="SMALL", monthly_imports=1)
        Assignment.across_tenants.create(organization_id=account.organization_id, plan=plan)
    begun(account)
    services.work_imports()
    services.work_imports()

    with pytest.raises(OverLimit, match="1 import a month"):
        begun(account)
    with tenancy.across_tenants("a test counts"):
        assert Import.across_tenants.count() == 1


def test_an_import_that_is_thrown_away_takes_its_posts_along_and_stops(client_of_ours, small_pages):
    account = client_of_ours.account()
    toots(client_of_ours, *"ABC")
    row = begun(account)
    services.work_imports()
    assert imported(account)

    with tenancy.scope(organization_id=account.organization_id):
        services.delete_import(import_id=row.pk, actor=SYSTEM)

    assert imported(account) == []
    assert services.work_imports() == 0


@pytest.mark.parametrize("wanted", [True, False])
def test_on_connect_where_the_deployment_wants_it(client_of_ours, settings, wanted):
    settings.ANALYTICS_IMPORT_ON_CONNECT = wanted
    account = client_of_ours.account()
    with tenancy.scope(organization_id=account.organization_id), transaction.atomic():
        events.emit("account.connected", subject=SocialAccount.objects.get(pk=account.pk), data={"is_new": True})
    events.relay()

    with tenancy.across_tenants("a test looks"):
        assert Import.across_tenants.filter(account=account).exists() is wanted
