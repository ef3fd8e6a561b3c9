"""A program reads what was used of what is allowed."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from apps.core import tenancy
from apps.usage import services as usage
from apps.usage.errors import OverLimit
from apps.usage.meters import Meter
from tests.support import factories
from tests.usage.conftest import give_plan
from tests.usage.conftest import november as november

pytestmark = pytest.mark.django_db


def test_the_use_of_the_organization_and_of_each_workspace_is_told(api, workspace):
    give_plan(workspace.organization, monthly_publications=10)
    with tenancy.scope(organization_id=workspace.organization_id):
        usage.consume(Meter.PUBLICATIONS, 4, workspace_id=workspace.pk, key="a")

    told = api.get("/api/v1/usage").json()

    assert {"label": "Publications", "used": 4, "limit": 10} in told["gauges"]
    (place,) = told["workspaces"]
    assert (place["name"], place["month"], place["own_limit"]) == (workspace.name, 4, None)
    assert place["id"].startswith("ws_")


def test_a_key_of_a_workspace_is_not_told(workspace_api):
    assert workspace_api.get("/api/v1/usage").status_code in (403, 404)


@pytest.fixture
def used(workspace, other_workspace, november):
    """Three publications in October, four in November; two of the four in another workspace."""
    with tenancy.scope(organization_id=workspace.organization_id):
        for place, amount, day, key in (
            (workspace, 3, datetime(2026, 10, 5, 12, tzinfo=UTC), "a"),
            (workspace, 2, datetime(2026, 11, 5, 12, tzinfo=UTC), "b"),
            (other_workspace, 2, datetime(2026, 11, 6, 12, tzinfo=UTC), "c"),
        ):
            usage.consume(Meter.PUBLICATIONS, amount, workspace_id=place.pk, key=key, at=day)


@pytest.mark.usefixtures("used")
def test_past_months_are_told_for_the_organization_and_by_workspace(api, workspace, other_workspace):
    months = api.get("/usage/months").json()["data"]
    assert [(row["month"], row["used"]["publications"]) for row in months] == [("2026-11", 4), ("2026-10", 3)]

    rows = {row["workspace"]: row["used"] for row in api.get("/usage/months/2026-10").json()["data"]}
    assert rows[f"ws_{workspace.pk.hex}"] == {"publications": 3, "imports": 0}
    assert rows[f"ws_{other_workspace.pk.hex}"]["publications"] == 0
    one = api.get("/usage/months/2026-11", workspace=f"ws_{workspace.pk.hex}").json()["data"]
    assert [row["used"]["publications"] for row in one] == [2]
    paged = api.get("/usage/months/2026-11", limit=1).json()
    assert (len(paged["data"]), paged["has_more"]) == (1, True)
    for nothing in ("2026-13", "1999-01", "soon"):
        assert api.get(f"/usage/months/{nothing}").status_code == 404


@pytest.mark.usefixtures("used")
def test_a_month_is_had_as_csv_and_test_workspaces_are_in_none(api, organization):
    factories.workspace(organization, name="Trying out", is_test=True)
    answer = api.get("/usage/months/2026-11.csv")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))

    assert answer["Content-Type"].startswith("text/csv")
    assert sum(int(line["amount"]) for line in lines if line["meter"] == "publications") == 4
    assert "Trying out" not in answer.content.decode()
    assert "Trying out" not in api.get("/usage/months/2026-11").content.decode()


def test_what_is_allowed_is_told(api, organization, settings):
    assert (api.get("/limits").json()["plan"], api.get("/limits").json()["publications_a_month"]) == ("", None)
    give_plan(organization, monthly_publications=10, daily_publications={"tiktok": 5, "*": 10}, keys=3, accounts=2)
    settings.API_RATE_WINDOWS = ((7, 1),)

    told = api.get("/limits").json()

    assert (told["publications_a_month"], told["publications_a_day"]) == (10, {"tiktok": 5, "*": 10})
    assert (told["api_keys"], told["accounts"], told["webhook_endpoints"]) == (3, 2, settings.WEBHOOK_MAX_ENDPOINTS)
    assert told["requests"] == [{"requests": 7, "seconds": 1}]


def test_a_workspace_is_limited_and_the_limit_holds(api, workspace, other_workspace, organization):
    path = f"/workspaces/ws_{workspace.pk.hex}/limits"
    assert api.get(path).json() == {"publications": None, "imports": None}

    answer = api.put(path, {"publications": 1, "imports": None})
    assert (answer.status_code, answer.json()) == (200, {"publications": 1, "imports": None})
    with tenancy.scope(organization_id=organization.pk):
        usage.consume(Meter.PUBLICATIONS, workspace_id=workspace.pk, key="a")
        with pytest.raises(OverLimit, match="allows this workspace 1 publication a month"):
            usage.consume(Meter.PUBLICATIONS, workspace_id=workspace.pk, key="b")
        usage.consume(Meter.PUBLICATIONS, 5, workspace_id=other_workspace.pk, key="c")
    (row,) = [row for row in api.get("/usage").json()["workspaces"] if row["name"] == workspace.name]
    assert (row["month"], row["own_limit"]) == (1, 1)

    stale = api.put(path, {"publications": 9, "imports": None}, If_Match='"another"')
    assert stale.status_code == 412
    assert api.put(path, {"publications": -1, "imports": None}).status_code == 422
    assert api.put(path, {"publications": None, "imports": None}).json()["publications"] is None
    assert [row["diff"]["monthly"] for row in api.get("/audit", verb="usage.limited").json()["data"]] == [None, 1]


def test_limits_are_not_set_twice_for_nothing(api, workspace):
    path = f"/workspaces/ws_{workspace.pk.hex}/limits"
    for _ in range(2):
        api.put(path, {"publications": 5, "imports": 2})

    assert len(api.get("/audit", verb="usage.limited").json()["data"]) == 2  # one for each meter
