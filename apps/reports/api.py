"""Reports, their files, links, templates and schedules, for programs."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.reports import selectors, serializers, services, serving
from apps.reports.errors import Malformed, ReportRefused
from apps.reports.models import Report, ReportLink, ReportTemplate, Schedule
from apps.reports.periods import Period
from apps.reports.plan import plan_of
from apps.reports.services.sharing import address_of
from apps.reports.states import ReportState
from apps.tenants.rest import ids, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations

TO_MAKE: Final = OpenApiExample(
    "A month, in three sections",
    request_only=True,
    value={
        "workspace": "ws_01984a5e7c0d7000a000000000000000",
        "first": "2026-09-01",
        "last": "2026-09-30",
        "plan": {
            "title": "Social media report",
            "comparison": "year",
            "language": "en",
            "sections": [
                {"kind": "summary", "text": "Rye week carried the month."},
                {"kind": "figures"},
                {"kind": "top", "count": 3},
            ],
        },
    },
)
AS_CSV: Final = OpenApiExample(
    "Figures", response_only=True, media_type="text/csv", value="# figures\r\nfigure,value\r\nfollowers,24061\r\n"
)
SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@problems.of(ReportRefused)
def _refused(error: ReportRefused) -> Problem:
    return Problem(409, error.code, error.words)


@problems.of(Malformed)
def _malformed(error: Malformed) -> Problem:
    place = error.field.replace(".", "/")
    inside = f"plan/{place}" if place.partition("/")[0] in ("title", "sections", "comparison", "language") else place
    return problems.invalid(f"/{inside}", error.words)


class ReportFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    state = django_filters.ChoiceFilter(choices=ReportState.choices)
    schedule = IdFilter(ids.REPORT_SCHEDULE)


class ReportList(Operations):
    needs: ClassVar = {"GET": "report.view", "POST": "report.edit"}

    @extend_schema(
        operation_id="reports_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("workspace", str),
            OpenApiParameter("state", str, enum=ReportState.values),
            OpenApiParameter("schedule", str),
        ],
        responses=page_of(serializers.ReportShape, "Report"),
    )
    def get(self, request: Any) -> Response:
        """Reports, without what they say."""
        return self.page(filtered(ReportFilter, reports(), request), serializers.ReportShape)

    @extend_schema(
        operation_id="reports_create",
        request=serializers.ReportToMake,
        responses={201: serializers.ReportShape},
        examples=[TO_MAKE],
    )
    def post(self, request: Any) -> Response:
        """Have a report made. A worker does it within seconds; `report.ready` or `report.failed` tells of it."""
        said = self.body(serializers.ReportToMake)
        workspace, template = said["workspace"], said["template"]
        self.caller.require("report.edit", workspace.pk)
        made = services.ask(
            workspace=workspace,
            plan=plan_of(template.plan if template else said["plan"]),
            period=Period(said["first"], said["last"]),
            actor=self.caller.actor,
            name=said["name"],
            template=template,
        )
        data = serializers.ReportShape(made).data
        return self.one(data, status=201, location=f"/api/v1/reports/{data['id']}")


class ReportOperations(Operations):
    needs: ClassVar = {"GET": "report.view", "DELETE": "report.edit"}

    @extend_schema(operation_id="reports_read", responses=serializers.WholeReport)
    def get(self, request: Any, report_id: UUID) -> Response:
        """One report, with all that it says."""
        return self.one(serializers.WholeReport(self.found(whole_reports(), report_id)).data)

    @extend_schema(operation_id="reports_delete", responses={204: None})
    def delete(self, request: Any, report_id: UUID) -> Response:
        """Throw a report away with its files and links. What was downloaded or mailed is not called back."""
        row = _mine(self, whole_reports(), report_id)
        self.require_match(serializers.WholeReport(row).data)
        services.delete(report=row, actor=self.caller.actor)
        return Response(status=204)


class ReportRetry(Operations):
    needs: ClassVar = {"POST": "report.edit"}

    @extend_schema(operation_id="reports_retry", request=None, responses=serializers.ReportShape)
    def post(self, request: Any, report_id: UUID) -> Response:
        """Let one that failed be made again. What was frozen of it stays."""
        row = services.retry(report=_mine(self, reports(), report_id), actor=self.caller.actor)
        return self.one(serializers.ReportShape(row).data)


class ReportAsFile(Operations):
    """`kind` is what the file is."""

    needs: ClassVar = {"GET": "report.view"}
    kind: ClassVar[str]

    def answer(self, report_id: UUID) -> HttpResponseBase:
        row = self.found(reports(), report_id)
        return serving.answer(row, serving.file_of(row, self.kind))


class ReportAsPDF(ReportAsFile):
    kind = "pdf"

    @extend_schema(operation_id="reports_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Any, report_id: UUID) -> HttpResponseBase:
        """The report on paper."""
        return self.answer(report_id)


class ReportAsCSV(ReportAsFile):
    kind = "csv"

    @extend_schema(operation_id="reports_csv", responses={(200, "text/csv"): OpenApiTypes.BINARY}, examples=[AS_CSV])
    def get(self, request: Any, report_id: UUID) -> HttpResponseBase:
        """The data: all tables in one file, each under its name. No cell begins like a formula."""
        return self.answer(report_id)


class ReportAsXLSX(ReportAsFile):
    kind = "xlsx"

    @extend_schema(operation_id="reports_xlsx", responses={(200, SHEET): OpenApiTypes.BINARY})
    def get(self, request: Any, report_id: UUID) -> HttpResponseBase:
        """The same as a workbook, with a sheet for each table."""
        return self.answer(report_id)


# --- links ------------------------------------------------------------------------------------------------------------


class ReportLinkList(Operations):
    needs: ClassVar = {"GET": "report.view", "POST": "report.edit"}

    @extend_schema(
        operation_id="report_links_list",
        parameters=PARAMETERS,
        responses=page_of(serializers.ReportLinkShape, "ReportLink"),
    )
    def get(self, request: Any, report_id: UUID) -> Response:
        """Links to a report, those that are over too."""
        row = self.found(reports(), report_id)
        return self.page(ReportLink.objects.filter(report=row), serializers.ReportLinkShape)

    @extend_schema(
        operation_id="report_links_create",
        request=serializers.ReportLinkToMake,
        responses={201: serializers.NewReportLink},
    )
    def post(self, request: Any, report_id: UUID) -> Response:
        """A link for somebody without a seat. Its address is told this once."""
        row = _mine(self, reports(), report_id)
        said = self.body(serializers.ReportLinkToMake)
        link, token = services.share(report=row, actor=self.caller.actor, **said)
        data = {**serializers.ReportLinkShape(link).data, "url": address_of(token)}
        return self.one(data, status=201, location=f"/api/v1/report-links/{data['id']}")


class ReportLinkOperations(Operations):
    needs: ClassVar = {"GET": "report.view", "DELETE": "report.edit"}

    @extend_schema(operation_id="report_links_read", responses=serializers.ReportLinkShape)
    def get(self, request: Any, report_link_id: UUID) -> Response:
        """One link, without its address."""
        return self.one(serializers.ReportLinkShape(self.found(links(), report_link_id)).data)

    @extend_schema(operation_id="report_links_delete", responses={204: None})
    def delete(self, request: Any, report_link_id: UUID) -> Response:
        """Withdraw a link at once."""
        row = _mine(self, links(), report_link_id)
        self.require_match(serializers.ReportLinkShape(row).data)
        services.revoke(link=row, actor=self.caller.actor)
        return Response(status=204)


# --- templates --------------------------------------------------------------------------------------------------------


class OfWorkspace(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)


class ReportTemplateList(Operations):
    needs: ClassVar = {"GET": "report.view", "POST": "report.edit"}

    @extend_schema(
        operation_id="report_templates_list",
        parameters=[*PARAMETERS, OpenApiParameter("workspace", str)],
        responses=page_of(serializers.ReportTemplateShape, "ReportTemplate"),
    )
    def get(self, request: Any) -> Response:
        """Templates of reports."""
        return self.page(filtered(OfWorkspace, templates(), request), serializers.ReportTemplateShape)

    @extend_schema(
        operation_id="report_templates_create",
        request=serializers.ReportTemplateToMake,
        responses={201: serializers.ReportTemplateShape},
    )
    def post(self, request: Any) -> Response:
        """Keep a plan under a name."""
        said = self.body(serializers.ReportTemplateToMake)
        self.caller.require("report.edit", said["workspace"].pk)
        made = services.add_template(
            workspace=said["workspace"], name=said["name"], plan=plan_of(said["plan"]), actor=self.caller.actor
        )
        data = serializers.ReportTemplateShape(made).data
        return self.one(data, status=201, location=f"/api/v1/report-templates/{data['id']}")


class ReportTemplateOperations(Operations):
    needs: ClassVar = {"GET": "report.view", "PATCH": "report.edit", "DELETE": "report.edit"}

    @extend_schema(operation_id="report_templates_read", responses=serializers.ReportTemplateShape)
    def get(self, request: Any, report_template_id: UUID) -> Response:
        """One template."""
        return self.one(serializers.ReportTemplateShape(self.found(templates(), report_template_id)).data)

    @extend_schema(
        operation_id="report_templates_update",
        request=serializers.ReportTemplateToChange,
        responses=serializers.ReportTemplateShape,
    )
    def patch(self, request: Any, report_template_id: UUID) -> Response:
        """Change a template. A plan is replaced as a whole; reports that were made stay what they are."""
        row = _mine(self, templates(), report_template_id)
        self.require_match(serializers.ReportTemplateShape(row).data)
        said = self.body(serializers.ReportTemplateToChange)
        plan = plan_of(said.get("plan", row.plan))
        changed = services.change_template(
            template=row, name=said.get("name", row.name), plan=plan, actor=self.caller.actor
        )
        return self.one(serializers.ReportTemplateShape(changed).data)

    @extend_schema(operation_id="report_templates_delete", responses={204: None})
    def delete(self, request: Any, report_template_id: UUID) -> Response:
        """Remove a template with its schedules. Its reports stay."""
        row = _mine(self, templates(), report_template_id)
        self.require_match(serializers.ReportTemplateShape(row).data)
        services.remove_template(template=row, actor=self.caller.actor)
        return Response(status=204)


# --- schedules --------------------------------------------------------------------------------------------------------


class ReportScheduleList(Operations):
    needs: ClassVar = {"GET": "report.view", "POST": "report.edit"}

    @extend_schema(
        operation_id="report_schedules_list",
        parameters=[*PARAMETERS, OpenApiParameter("workspace", str)],
        responses=page_of(serializers.ReportScheduleShape, "ReportSchedule"),
    )
    def get(self, request: Any) -> Response:
        """Schedules of reports."""
        return self.page(filtered(OfWorkspace, schedules(), request), serializers.ReportScheduleShape)

    @extend_schema(
        operation_id="report_schedules_create",
        request=serializers.ReportScheduleToMake,
        responses={201: serializers.ReportScheduleShape},
    )
    def post(self, request: Any) -> Response:
        """Have a template made into a report every week or month, and mailed."""
        said = self.body(serializers.ReportScheduleToMake)
        self.caller.require("report.edit", said["template"].workspace_id)
        is_paused = said.pop("is_paused", False)
        made = services.add_schedule(actor=self.caller.actor, **said)
        if is_paused:
            made = services.pause_schedule(schedule=made, is_paused=True, actor=self.caller.actor)
        data = serializers.ReportScheduleShape(made).data
        return self.one(data, status=201, location=f"/api/v1/report-schedules/{data['id']}")


class ReportScheduleOperations(Operations):
    needs: ClassVar = {"GET": "report.view", "PATCH": "report.edit", "DELETE": "report.edit"}

    @extend_schema(operation_id="report_schedules_read", responses=serializers.ReportScheduleShape)
    def get(self, request: Any, report_schedule_id: UUID) -> Response:
        """One schedule."""
        return self.one(serializers.ReportScheduleShape(self.found(schedules(), report_schedule_id)).data)

    @extend_schema(
        operation_id="report_schedules_update",
        request=serializers.ReportScheduleToChange,
        responses=serializers.ReportScheduleShape,
    )
    def patch(self, request: Any, report_schedule_id: UUID) -> Response:
        """Change a schedule, pause it, or let it go on. It is due at its next time from now."""
        row = _mine(self, schedules(), report_schedule_id)
        self.require_match(serializers.ReportScheduleShape(row).data)
        said = self.body(serializers.ReportScheduleToChange, partial=True)
        is_paused = said.pop("is_paused", row.is_paused)
        if said:
            row = services.change_schedule(schedule=row, actor=self.caller.actor, **said)
        if is_paused is not row.is_paused:
            row = services.pause_schedule(schedule=row, is_paused=is_paused, actor=self.caller.actor)
        return self.one(serializers.ReportScheduleShape(row).data)

    @extend_schema(operation_id="report_schedules_delete", responses={204: None})
    def delete(self, request: Any, report_schedule_id: UUID) -> Response:
        """Remove a schedule. Reports that it made stay."""
        row = _mine(self, schedules(), report_schedule_id)
        self.require_match(serializers.ReportScheduleShape(row).data)
        services.remove_schedule(schedule=row, actor=self.caller.actor)
        return Response(status=204)


def reports() -> QuerySet[Report]:
    return selectors.reports().prefetch_related("files")


def whole_reports() -> QuerySet[Report]:
    rows: QuerySet[Report] = Report.objects.defer("pictures").prefetch_related("files")
    return rows


def links() -> QuerySet[ReportLink]:
    rows: QuerySet[ReportLink] = ReportLink.objects.select_related("report")
    return rows


def templates() -> QuerySet[ReportTemplate]:
    rows: QuerySet[ReportTemplate] = ReportTemplate.objects.select_related("workspace")
    return rows


def schedules() -> QuerySet[Schedule]:
    rows: QuerySet[Schedule] = Schedule.objects.select_related("template", "workspace")
    return rows


def _mine(view: Operations, rows: QuerySet[Any], pk: UUID) -> Any:
    row = view.held(rows, pk)
    view.caller.require("report.edit", row.workspace_id)
    return row
