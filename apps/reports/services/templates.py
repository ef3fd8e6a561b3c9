"""Templates: reports to be made again and again."""

from __future__ import annotations

from django.db import transaction

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.reports.errors import Malformed
from apps.reports.models import ReportTemplate
from apps.reports.plan import Plan
from apps.tenants.models import Workspace

MOST_NAME = 80


@transaction.atomic
def add_template(*, workspace: Workspace, name: str, plan: Plan, actor: Actor) -> ReportTemplate:
    """Keep the plan under a name; raises Malformed for one that is taken."""
    template = ReportTemplate(workspace=workspace, name=_free(workspace, name), plan=plan.as_data())
    template.save()
    audit.record("report_template.added", subject=template, actor=actor)
    return template


@transaction.atomic
def change_template(*, template: ReportTemplate, name: str, plan: Plan, actor: Actor) -> ReportTemplate:
    """Reports that were made stay what they are; raises Malformed for a name that is taken."""
    template.name = _free(template.workspace, name, other_than=template)
    template.plan = plan.as_data()
    template.save()
    audit.record("report_template.changed", subject=template, actor=actor)
    return template


@transaction.atomic
def remove_template(*, template: ReportTemplate, actor: Actor) -> None:
    """With its schedules. Reports that were made from it stay."""
    audit.record("report_template.removed", subject=template, actor=actor)
    template.delete()


def _free(workspace: Workspace, name: str, *, other_than: ReportTemplate | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Malformed("name", "Give the template a name.")
    if len(name) > MOST_NAME:
        raise Malformed("name", f"A name has up to {MOST_NAME} characters.")
    taken = ReportTemplate.objects.filter(workspace=workspace, name=name)
    if (taken.exclude(pk=other_than.pk) if other_than else taken).exists():
        raise Malformed("name", "Another template of this workspace has this name.")
    return name
