"""Figures that are told, rules that look at them, and what they found, as tests say it."""

from __future__ import annotations

from datetime import timedelta

from apps.analytics import services
from apps.analytics.alerts.kinds import Kind, Window
from apps.analytics.models import AccountSnapshot, Alert, AlertRule
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.models import Event

DAY = timedelta(days=1)


def tell(account, day, *, revision=1, **figures):
    with tenancy.scope(organization_id=account.organization_id):
        AccountSnapshot.objects.create(
            workspace_id=account.workspace_id, account=account, day=day, revision=revision,
            taken_at=account.connected_at, **figures,
        )  # fmt: skip


def usual_weeks(account, until, *, views=100):
    for back in range(1, 29):
        tell(account, until - DAY * back, views=views + back % 3)


def ruled(workspace, **fields):
    values = {"name": "Views fell", "kind": Kind.DROP, "metric": "views", "threshold": 50, "window": Window.DAY}
    with tenancy.scope(organization_id=workspace.organization_id):
        return services.make_rule(workspace=workspace, actor=SYSTEM, **(values | fields))


def changed(rule, **fields):
    with tenancy.scope(organization_id=rule.organization_id):
        services.change_rule(rule=rule, actor=SYSTEM, **fields)


def look(workspace) -> int:
    return services.look_at(organization_id=workspace.organization_id, workspace_id=workspace.pk)


def found() -> list[Alert]:
    with tenancy.across_tenants("a test looks"):
        return list(Alert.across_tenants.select_related("rule").order_by("day", "pk"))


def rules() -> list[AlertRule]:
    with tenancy.across_tenants("a test looks"):
        return list(AlertRule.across_tenants.all())


def told_events() -> list[Event]:
    with tenancy.across_tenants("a test looks"):
        return list(Event.across_tenants.filter(name="analytics.alert"))
