"""A program reads how late the posts of its clients were."""

from __future__ import annotations

import pytest

from apps.core import clock, tenancy
from apps.watch.models import Punctuality

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(workspace):
    """Two posts of today: of the workspace, and so of the organization."""
    facts = {"day": clock.now().date(), "posts": 2, "within_1s": 1, "within_10s": 2, "within_60s": 2,
             "p50_ms": 400, "p95_ms": 3_000, "p99_ms": 3_000, "worst_ms": 3_000}  # fmt: skip
    with tenancy.scope(organization_id=workspace.organization_id):
        Punctuality.objects.create(**facts)
        Punctuality.objects.create(workspace=workspace, **facts)


def test_the_organization_and_a_workspace_are_told_day_by_day(api, late, workspace):
    whole = api.get("/api/v1/on-time?days=7").json()
    one = api.get(f"/api/v1/workspaces/{workspace.pk}/on-time").json()

    assert (len(whole["days"]), len(one["days"])) == (7, 30)
    assert whole["days"][-1]["p99_ms"] == one["days"][-1]["p99_ms"] == 3_000
    assert whole["days"][0]["p50_ms"] is None
    assert one["sums"]["posts"] == 2


def test_a_key_of_a_workspace_reads_its_own_alone(workspace_api, late, workspace):
    assert workspace_api.get(f"/api/v1/workspaces/{workspace.pk}/on-time").status_code == 200
    assert workspace_api.get("/api/v1/on-time").status_code in (403, 404)


@pytest.mark.parametrize("asked", ["days=0", "days=400", "days=x", "platform=myspace"])
def test_what_cannot_be_asked_is_refused_in_words(api, asked):
    answer = api.get(f"/api/v1/on-time?{asked}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"]
