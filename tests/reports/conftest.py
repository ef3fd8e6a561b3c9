from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.reports import services
from apps.reports.models import Report
from apps.reports.periods import Period
from apps.reports.plan import Plan, whole
from tests.reports.month import SEPTEMBER, MonthOf
from tests.support import factories
from tests.support.clock import Clock

OCTOBER_2 = datetime(2026, 10, 2, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: Settings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


class Desk:
    """Where reports of one client are made."""

    def __init__(self, workspace: Any, clock: Clock) -> None:
        self.workspace, self.clock = workspace, clock
        clock.set(OCTOBER_2)

    def scope(self) -> Any:
        return tenancy.scope(organization_id=self.workspace.organization_id)

    def ask(self, plan: Plan | None = None, period: Period = SEPTEMBER, **named: Any) -> Report:
        with self.scope():
            return services.ask(workspace=self.workspace, plan=plan or whole(), period=period, actor=SYSTEM, **named)

    def made(self, plan: Plan | None = None, period: Period = SEPTEMBER, **named: Any) -> Report:
        report = self.ask(plan, period, **named)
        services.make_due(now=self.clock.now)
        return self.again(report)

    def again(self, report: Report) -> Report:
        with tenancy.across_tenants("a test looks"):
            found: Report = Report.across_tenants.select_related("workspace").get(pk=report.pk)
        return found

    def rows(self, model: Any, **named: Any) -> list[Any]:
        with tenancy.across_tenants("a test looks"):
            return list(model.across_tenants.filter(**named).order_by("pk"))


@pytest.fixture
def place(db: None) -> Any:
    agency = factories.organization("Northlight Studio")
    return factories.workspace(agency, "Alder & Rye", timezone="Europe/Oslo")


@pytest.fixture
def desk(place: Any, clock: Clock) -> Desk:
    return Desk(place, clock)


@pytest.fixture
def month(place: Any, desk: Desk) -> MonthOf:
    return MonthOf(place)


@pytest.fixture
def public_url() -> str:
    return django_settings.PUBLIC_URL
