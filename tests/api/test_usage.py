"""A program reads what was used of what is allowed."""

from __future__ import annotations

import pytest

from apps.core import tenancy
from apps.usage import services as usage
from apps.usage.meters import Meter
from tests.usage.conftest import give_plan

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
