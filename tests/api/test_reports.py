"""Reports through the API: asked for, frozen by a worker, fetched, shared, made again and again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apps.reports import services
from tests.reports.month import MonthOf
from tests.support import factories
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db
PLAN = {"title": "Ours", "sections": [{"kind": "figures"}, {"kind": "words", "heading": "Next", "text": "More rye."}]}
DAYS = {"first": "2026-09-01", "last": "2026-09-30"}


@pytest.fixture(autouse=True)
def _october(clock: Clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clock.set(datetime(2026, 10, 2, 7, tzinfo=UTC))


def test_a_report_is_asked_for_made_and_fetched(api, workspace):
    MonthOf(workspace, posts=4, pictures=0)
    answer = api.post("/api/v1/reports", {"workspace": str(workspace.pk), **DAYS, "plan": PLAN})
    told = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/reports/{told['id']}"
    assert (told["state"], told["files"], told["sha256"]) == ("queued", [], "")
    assert api.get(f"/api/v1/reports/{told['id']}/pdf").status_code == 404

    services.make_due(now=datetime(2026, 10, 2, 7, tzinfo=UTC))

    whole = api.get(f"/api/v1/reports/{told['id']}").json()
    assert whole["state"] == "ready"
    assert [section["kind"] for section in whole["data"]["sections"]] == ["figures", "words"]
    assert whole["plan"]["comparison"] == "before"
    for file in whole["files"]:
        fetched = api.get(file["url"])
        assert len(b"".join(fetched.streaming_content)) == file["bytes"]
    assert api.get(f"/api/v1/reports/{told['id']}/pdf")["Content-Type"] == "application/pdf"
    (listed,) = api.get(f"/api/v1/reports?workspace={workspace.pk}&state=ready").json()["data"]
    assert "data" not in listed
    assert "account" not in str(listed)

    link = api.post(
        f"/api/v1/reports/{told['id']}/links", {"expires_at": "2026-12-01T00:00:00Z", "passcode": "rye bread"}
    )
    assert link.status_code == 201
    assert "/r/" in link.json()["url"]
    (known,) = api.get(f"/api/v1/reports/{told['id']}/links").json()["data"]
    assert "url" not in known
    assert known["has_passcode"] is True
    assert api.delete(f"/api/v1/report-links/{known['id']}").status_code == 204

    assert api.delete(f"/api/v1/reports/{told['id']}").status_code == 204
    assert api.get(f"/api/v1/reports/{told['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"plan": {**PLAN, "sections": []}}, "/plan/sections"),
        ({"plan": {**PLAN, "sections": [{"kind": "words"}]}}, "/plan/sections/0/text"),
        ({"plan": {**PLAN, "sections": [{"kind": "top"}, {"kind": "top"}]}}, "/plan/sections/1/kind"),
        ({"plan": {**PLAN, "language": "xx"}}, "/plan/language"),
        ({"last": "2026-10-02"}, "/last"),
        ({"plan": None}, "/plan"),
    ],
)
def test_what_makes_no_sense_is_pointed_at(api, workspace, change, pointer):
    answer = api.post("/api/v1/reports", {"workspace": str(workspace.pk), **DAYS, "plan": PLAN, **change})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


def test_a_template_of_another_workspace_is_refused(api, workspace, organization):
    other = factories.workspace(organization)
    made = api.post("/api/v1/report-templates", {"workspace": str(other.pk), "name": "Monthly", "plan": PLAN}).json()

    answer = api.post("/api/v1/reports", {"workspace": str(workspace.pk), **DAYS, "template": made["id"]})

    assert answer.status_code == 422


def test_templates_and_schedules(api, workspace):
    own = {"workspace": str(workspace.pk), "name": "Monthly", "plan": PLAN}
    template = api.post("/api/v1/report-templates", own).json()
    assert api.post("/api/v1/report-templates", own).status_code == 422
    path = f"/api/v1/report-templates/{template['id']}"
    assert api.patch(path, {"name": "Weekly"}, If_Match='"another"').status_code == 412
    assert api.patch(path, {"name": "Weekly"}).json()["plan"] == template["plan"]

    said = {
        "template": template["id"],
        "cadence": "monthly",
        "day": 31,
        "recipients": ["a@b.example"],
        "passcode": "rye bread",
    }
    schedule = api.post("/api/v1/report-schedules", said).json()
    assert schedule["has_passcode"] is True
    assert "rye bread" not in str(schedule)
    assert schedule["next_at"].startswith("2026-10-31")
    path = f"/api/v1/report-schedules/{schedule['id']}"
    assert api.patch(path, {"is_paused": True}).json()["next_at"] is None
    assert api.patch(path, {"is_paused": False, "hour": 7}).json()["hour"] == 7
    assert api.patch(path, {"recipients": []}).status_code == 422
    assert api.delete(path).status_code == 204
