"""Figures and imports through the API: what is there, what is missing, and nothing that a platform was asked for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.analytics import services
from apps.analytics.models import AccountSnapshot, Audience, PublicationSnapshot, Reading
from apps.core import tenancy
from apps.publishing.states import State
from tests.support import factories

pytestmark = pytest.mark.django_db


def written(model, row, **columns):
    with tenancy.across_tenants("a test writes figures"):
        return model.across_tenants.create(
            organization_id=row.organization_id, workspace_id=row.workspace_id, **columns
        )


@pytest.fixture
def account(workspace):
    return factories.account(workspace, "facebook", handle="harbour")


@pytest.fixture
def publication(workspace, account, clock):
    post = factories.post(workspace, accounts=[account], external_ref="spring")
    made = factories.publication(post, account, state=State.PUBLISHED)
    row = written(
        PublicationSnapshot, made, account=account, publication=made, key="1h", taken_at=clock.now, views=7, likes=0
    )
    written(
        Reading, made, account=account, publication=made, published_at=clock.now, latest=row, step="6h",
        step_at=clock.now + timedelta(hours=6), next_try_at=clock.now + timedelta(hours=6),
    )  # fmt: skip
    return made


def day(account, on: str, clock, revision: int = 1, **figures):
    return written(
        AccountSnapshot, account, account=account, day=date.fromisoformat(on), revision=revision, taken_at=clock.now,
        **figures,
    )  # fmt: skip


def test_an_account_day_by_day_with_corrections_gaps_and_meanings(api, account, clock):
    day(account, "2026-11-01", clock, views=10, followers=5)
    day(account, "2026-11-01", clock, 2, views=12, followers=5)
    day(account, "2026-11-02", clock, missing="throttled")
    day(account, "2026-11-04", clock, views=0)

    told = api.get(f"/api/v1/analytics/accounts/{account.pk}?from=2026-11-01&to=2026-11-04").json()

    assert [(one["day"], one["revision"], one["missing"], one["figures"]["views"]) for one in told["days"]] == [
        ("2026-11-01", 2, None, 12),
        ("2026-11-02", 1, "throttled", None),
        ("2026-11-04", 1, None, 0),
    ]
    assert all(one["taken_at"] for one in told["days"])
    assert told["complete_until"] == "2026-11-04"
    assert told["definitions"]["views"]["name"] == "page_media_view"
    assert "likes" not in told["definitions"], "of a Page Facebook tells none"


@pytest.mark.parametrize(
    "query", ["from=yesterday", "from=2026-11-02&to=2026-11-01", "from=2020-01-01", "to=0001-01-01"]
)
def test_a_span_that_is_none_is_refused(api, account, query):
    assert api.get(f"/api/v1/analytics/accounts/{account.pk}?{query}").status_code == 422


def test_posts_by_id_and_by_their_own_names(api, publication):
    by_id = api.get(f"/api/v1/analytics/posts?posts={publication.post_id}").json()
    by_ref = api.get("/api/v1/analytics/posts?external_refs=spring,unknown").json()

    assert by_id == by_ref
    (one,) = by_id["data"]
    (figures,) = one["publications"]
    assert (figures["figures"]["views"], figures["figures"]["likes"], figures["figures"]["reach"]) == (7, 0, None)
    assert figures["taken_at"]
    assert by_id["definitions"]["facebook"]["likes"]["words"] == "reactions of every kind, not likes alone"


def test_what_was_never_read_says_so(api, workspace, account):
    post = factories.post(workspace, accounts=[account])
    factories.publication(post, account, state=State.PUBLISHED)

    (one,) = api.get(f"/api/v1/analytics/posts?posts={post.pk}").json()["data"]

    assert (one["publications"][0]["taken_at"], one["publications"][0]["figures"]["views"]) == (None, None)


def test_a_hundred_posts_take_as_many_queries_as_one(api, workspace, account):
    posts = [factories.post(workspace, accounts=[account]) for _ in range(100)]
    for post in posts:
        factories.publication(post, account, state=State.PUBLISHED)
    names = ",".join(f"post_{post.pk.hex}" for post in posts)
    api.get(f"/api/v1/analytics/posts?posts={posts[0].pk}")  # the key is known from here on

    with CaptureQueriesContext(connection) as few:
        api.get(f"/api/v1/analytics/posts?posts={posts[0].pk}")
    with CaptureQueriesContext(connection) as many:
        told = api.get(f"/api/v1/analytics/posts?posts={names}").json()

    assert len(told["data"]) == 100
    assert len(few) == len(many)
    assert api.get(f"/api/v1/analytics/posts?posts={names},post_{posts[0].pk.hex}").status_code == 422
    assert api.get("/api/v1/analytics/posts").status_code == 422


def test_posts_of_others_are_left_out(api, stranger_workspace):
    theirs = factories.post(stranger_workspace)

    assert api.get(f"/api/v1/analytics/posts?posts={theirs.pk}").json()["data"] == []


def test_a_wish_for_fresh_figures_is_written_down_and_no_platform_is_asked(api, account, publication, clock):
    body = {"accounts": [str(account.pk)], "posts": [str(publication.post_id)]}
    answer = api.post("/api/v1/analytics/refreshes", body)

    assert answer.status_code == 202
    wishes = answer.json()["data"]
    assert [one["state"] for one in wishes] == ["waiting", "waiting"]
    assert answer.json()["left"] == 198
    with tenancy.across_tenants("a test looks"):
        assert all(row.next_try_at == clock.now for row in Reading.across_tenants.all())
    again = api.post("/api/v1/analytics/refreshes", body).json()
    assert {one["id"] for one in again["data"]} == {one["id"] for one in wishes}, "of one thing one wish waits"
    assert again["left"] == 198
    assert api.get(f"/api/v1/analytics/refreshes/{wishes[0]['id']}").json() == wishes[0]


def test_there_are_so_many_wishes_a_day(api, account, workspace, settings, clock):
    settings.ANALYTICS_REFRESHES = 1
    other = factories.account(workspace)
    both = {"accounts": [str(account.pk), str(other.pk)]}
    assert api.post("/api/v1/analytics/refreshes", both).status_code == 429
    assert api.post("/api/v1/analytics/refreshes", {"accounts": [str(account.pk)]}).status_code == 202
    assert api.post("/api/v1/analytics/refreshes", {"accounts": [str(other.pk)]}).status_code == 429

    clock.advance(days=1)

    assert api.post("/api/v1/analytics/refreshes", {"accounts": [str(other.pk)]}).status_code == 202


def test_a_wish_is_about_one_workspace(api, account, other_workspace):
    other = factories.account(other_workspace)

    assert api.post("/api/v1/analytics/refreshes", {"accounts": [str(account.pk), str(other.pk)]}).status_code == 422
    assert api.post("/api/v1/analytics/refreshes", {}).status_code == 422


def test_an_import_from_beginning_to_end(api, account):
    made = api.post("/api/v1/imports", {"account": str(account.pk)})

    assert made.status_code == 201
    address = made.headers["Location"]
    told = api.get(address).json()
    assert (told["state"], told["found"], told["kept"], told["problem"]) == ("waiting", 0, 0, None)
    assert [one["id"] for one in api.get(f"/api/v1/imports?account={account.pk}").json()["data"]] == [told["id"]]
    assert api.get(f"{address}/posts").json()["data"] == []
    assert api.post("/api/v1/imports", {"account": str(account.pk)}).json()["code"] == "import_running"
    assert api.post(f"{address}/retry").json()["code"] == "not_failed"
    assert api.send("DELETE", address).status_code == 204
    assert api.get(address).status_code == 404


def test_a_rule_is_made_finds_and_is_seen_to(api, account, clock, owner):
    rule = {
        "workspace": str(account.workspace_id), "name": "Fell", "kind": "drop", "metric": "views", "threshold": 50,
        "account": str(account.pk), "mail_to": [owner.user.email.upper()],
    }  # fmt: skip
    made = api.post("/api/v1/analytics/alert-rules", rule).json()
    assert (made["window"], made["mail_to"], made["watches_from"]) == ("week", [owner.user.email], "2026-11-29")
    for back in range(2, 20):
        day(account, (clock.now - timedelta(days=back)).date().isoformat(), clock, views=100)
    day(account, "2026-11-29", clock, views=0)
    services.look_at(organization_id=account.organization_id, workspace_id=account.workspace_id)

    (alert,) = api.get("/api/v1/analytics/alerts?open=true").json()["data"]
    assert (alert["rule"], alert["value"], alert["usual"], alert["sample"]) == (made["id"], 0, 100, 18)
    seen = api.post(f"/api/v1/analytics/alerts/{alert['id']}/acknowledge").json()
    assert seen["acknowledged_at"]
    assert api.get("/api/v1/analytics/alerts?open=true").json()["data"] == []
    assert api.get(f"/api/v1/analytics/alerts?rule={made['id']}").json()["data"] == [seen]

    refused = api.patch(f"/api/v1/analytics/alert-rules/{made['id']}", {"of_posts": True})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/kind")
    assert (alert["post"], alert["publication"], made["of_posts"]) == (None, None, False)
    foreign = api.post("/api/v1/analytics/alert-rules", rule | {"mail_to": ["nobody@example.org"]})
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (422, "/mail_to")
    assert api.delete(f"/api/v1/analytics/alert-rules/{made['id']}").status_code == 204
    assert api.get("/api/v1/analytics/alerts").json()["data"] == []


def test_who_follows_an_account_as_it_was_told_last_or_until_a_day(api, workspace, clock):
    account = factories.account(workspace, "instagram")
    address = f"/api/v1/analytics/accounts/{account.pk}/audience"
    own = {"account": account, "taken_at": clock.now}
    written(Audience, account, **own, day=date(2026, 11, 20), groups={"age": {"18-24": 1}})
    groups = {"gender": {"M": 40, "F": 55, "U": 5}, "age": {"25-34": 9, "18-24": 8}}
    written(Audience, account, **own, day=date(2026, 11, 27), groups=groups)

    now, then, before = (api.get(address + asked).json() for asked in ("", "?until=2026-11-26", "?until=2026-11-01"))

    assert (now["day"], now["platform"], now["missing"]) == ("2026-11-27", "instagram", None)
    assert [(one["by"], one["told"]) for one in now["data"]] == [("age", 17), ("gender", 100)]
    assert now["data"][1]["groups"][0] == {"name": "F", "count": 55}
    assert now["data"][0]["definition"]["name"] == "follower_demographics, age"
    assert (then["day"], then["data"][0]["told"]) == ("2026-11-20", 1)
    assert (before["day"], before["taken_at"], before["data"]) == (None, None, [])
    assert api.get(f"{address}?until=soon").status_code == 422


def test_why_it_was_not_told_is_beside_what_was_told_before(api, workspace, clock):
    account = factories.account(workspace, "threads")
    own = {"account": account, "taken_at": clock.now}
    written(Audience, account, **own, day=date(2026, 11, 20), groups={"age": {"18-24": 1}})
    written(Audience, account, **own, day=date(2026, 11, 27), missing="no_permission")

    told = api.get(f"/api/v1/analytics/accounts/{account.pk}/audience").json()

    assert (told["day"], told["missing"]) == ("2026-11-20", "no_permission")
