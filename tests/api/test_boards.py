"""Boards, goals and the mix through the API: the numbers of the pages, null for what is not known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.analytics.boards.choosing import Choice
from apps.analytics.models import MixShare, PublicationSnapshot
from apps.analytics.overview import overview
from apps.core import tenancy
from apps.posts.models import Label
from tests.analytics.test_boards import Sorted
from tests.analytics.test_overview import FIRST, LAST
from tests.support import factories

pytestmark = pytest.mark.django_db
SPAN = f"from={FIRST}&to={LAST}"
NAMES = ("followers", "views", "published", "post_views", "interactions")


@pytest.fixture
def past(workspace):
    return Sorted(workspace, 1)


def board(workspace, **asked):
    with tenancy.scope(organization_id=workspace.organization_id):
        found = overview(workspace, first=FIRST, last=LAST, **asked)
        return {name: getattr(found, name) for name in NAMES}, found.trend("views"), found.apart


def test_the_board_of_a_workspace_is_that_of_its_page(api, workspace, past):
    told = api.get(f"/api/v1/analytics/workspaces/{workspace.pk}?{SPAN}").json()

    numbers, points, apart = board(workspace)
    for name, number in numbers.items():
        one = told["numbers"][name]
        assert (one["value"], one["known"], one["of"], one["now"], one["before"]) == (
            number.value, number.known, number.of, number.now, number.before,
        )  # fmt: skip
    assert [(one["day"], one["views"]["value"], one["views"]["part"]) for one in told["days"]] == [
        (point.day.isoformat(), point.value, point.part) for point in points
    ]
    assert any(one["views"]["value"] is None for one in told["days"]), "a gap is null"
    assert {one["platform"] for one in told["platforms"] if one["stands_apart"]} == apart
    assert told["before"] == {"first": str(FIRST - (LAST - FIRST) - timedelta(days=1)),
                              "last": str(FIRST - timedelta(days=1))}  # fmt: skip


def test_a_board_is_narrowed_by_ids_and_refuses_what_is_none(api, workspace, past):
    label, campaign = past.labels[0].pk, past.campaigns[0].pk
    base = f"/api/v1/analytics/workspaces/{workspace.pk}?{SPAN}"
    by_label = api.get(f"{base}&labels=lbl_{label.hex}").json()["numbers"]
    by_campaign = api.get(f"{base}&campaigns={campaign}").json()["numbers"]

    assert by_label == api.get(f"/api/v1/analytics/labels/lbl_{label.hex}?{SPAN}").json()["numbers"]
    assert by_campaign == api.get(f"/api/v1/analytics/campaigns/{campaign}?{SPAN}").json()["numbers"]
    assert by_label["followers"]["value"] is None
    both = api.get(f"/api/v1/analytics/campaigns/{campaign}?{SPAN}&labels={label}").json()["numbers"]
    assert both["published"]["value"] <= min(one["published"]["value"] for one in (by_label, by_campaign))
    assert api.get(f"{base}&labels=nonsense").status_code == 422
    assert api.get(f"{base}&from=2026-13-01").status_code == 422


def test_all_clients_beside_each_other(api, workspace, other_workspace, past):
    Sorted(other_workspace, 2)
    told = api.get(f"/api/v1/analytics/organization?{SPAN}").json()

    by_id = {one["workspace"]: one["numbers"] for one in told["data"]}
    for place in (workspace, other_workspace):
        numbers, _, _ = board(place)
        assert by_id[f"ws_{place.pk.hex}"]["interactions"]["value"] == numbers["interactions"].value
    assert told["all"]["published"]["value"] == sum(one["published"]["value"] for one in by_id.values())
    assert told["apart"] == ["youtube"]
    some = api.get(f"/api/v1/analytics/organization?{SPAN}&networks=facebook,x").json()
    numbers, _, _ = board(workspace, choice=Choice(networks=frozenset({"facebook", "x"})))
    (ours,) = (one["numbers"] for one in some["data"] if one["workspace"] == f"ws_{workspace.pk.hex}")
    assert ours["views"]["value"] == numbers["views"].value


def test_a_post_is_told_with_all_its_readings(api, past):
    with tenancy.across_tenants("a test looks"):
        row = PublicationSnapshot.across_tenants.filter(missing="").first()
        rows = list(PublicationSnapshot.across_tenants.filter(publication=row.publication_id).order_by("taken_at"))
        post = row.publication.post_id
    (one,) = api.get(f"/api/v1/analytics/posts/{post}").json()["publications"]
    assert [(reading["rung"], reading["figures"]["likes"], reading["missing"]) for reading in one["readings"]] == [
        (each.key, each.likes, each.missing or None) for each in rows
    ]


def test_hours_and_mix(api, workspace, past):
    hours = api.get(f"/api/v1/analytics/workspaces/{workspace.pk}/times?{SPAN}").json()
    assert sum(one["posts"] for one in hours["hours"]) == hours["counted"]
    assert all(one["is_enough"] is (one["posts"] >= 3) for one in hours["hours"])

    label = past.labels[0].pk
    plan = {"formats": [{"format": "text", "percent": 70}], "labels": [{"label": str(label), "percent": 30}]}
    address = f"/api/v1/analytics/workspaces/{workspace.pk}/mix"
    assert api.put(f"{address}/plan", plan).status_code == 204
    mix = api.get(f"{address}?{SPAN}").json()
    assert {one["format"]: one["planned_percent"] for one in mix["formats"]}["text"] == 70
    assert {one["label"]: one["planned_percent"] for one in mix["labels"]}[f"lbl_{label.hex}"] == 30

    too_much = {"formats": [{"format": one, "percent": 60} for one in ("text", "link")]}
    assert api.put(f"{address}/plan", too_much).status_code == 422
    with tenancy.across_tenants("a test looks"):
        assert MixShare.across_tenants.count() == 2


def test_the_label_of_another_client_has_no_share(api, workspace, other_workspace):
    with tenancy.across_tenants("a test makes a label"):
        own = {"organization_id": other_workspace.organization_id, "workspace": other_workspace}
        theirs = Label.across_tenants.create(**own, name="Theirs")
    answer = api.put(
        f"/api/v1/analytics/workspaces/{workspace.pk}/mix/plan", {"labels": [{"label": str(theirs.pk), "percent": 5}]}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/labels/0/label"


def test_a_goal_from_beginning_to_end(api, workspace, clock):
    clock.set(datetime(2026, 11, 11, 12, tzinfo=UTC))
    account = factories.account(workspace)
    body = {"account": str(account.pk), "aim": "published", "target": 5, "begins_on": "2026-11-01",
            "ends_on": "2026-11-20"}  # fmt: skip
    made = api.post("/api/v1/goals", body).json()
    assert (made["account"], made["progress"]["value"], made["progress"]["pace"]) == (
        f"acc_{account.pk.hex}", 0, "behind",
    )  # fmt: skip
    assert (made["progress"]["time"], made["progress"]["until"]) == (0.5, str(date(2026, 11, 10)))

    changed = api.patch(f"/api/v1/goals/{made['id']}", {"target": 9}).json()
    assert changed["target"] == 9
    assert [one["id"] for one in api.get(f"/api/v1/goals?workspace={workspace.pk}").json()["data"]] == [made["id"]]
    assert api.post("/api/v1/goals", {**body, "ends_on": "2026-10-01"}).status_code == 422
    assert api.delete(f"/api/v1/goals/{made['id']}").status_code == 204
    assert api.get(f"/api/v1/goals/{made['id']}").status_code == 404
