"""What the API says of reports, and what it takes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.reports.models import Report, ReportLink, ReportTemplate, Schedule
from apps.reports.plan import (
    MOST_HEADING,
    MOST_POSTS,
    MOST_SECTIONS,
    MOST_TEXT,
    TRENDS,
    USUAL_POSTS,
    Comparison,
    Kind,
)
from apps.reports.services.scheduling import MOST_RECIPIENTS
from apps.reports.services.sharing import LONGEST
from apps.reports.states import Cadence, FileKind, ReportState
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId


class ReportSection(serializers.Serializer):
    """A section, in its place. `words` may come several times, with a heading and a text of your own."""

    kind = serializers.ChoiceField([kind.value for kind in Kind])
    heading = serializers.CharField(
        required=False, allow_blank=True, max_length=MOST_HEADING, help_text="In place of the usual one."
    )
    text = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MOST_TEXT,
        help_text="Your own words; an empty line parts paragraphs.",
    )
    count = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_POSTS, help_text=f"Posts, of `top` and `flop` ({USUAL_POSTS})."
    )
    trends = serializers.ListField(
        child=serializers.ChoiceField(list(TRENDS)), required=False, min_length=1, max_length=len(TRENDS),
        help_text="Which drawings, of `trends` (all).",
    )  # fmt: skip


class ReportPlan(serializers.Serializer):
    """What a report consists of. `before` compares with as many days just before, `year` with the same of last year."""

    title = serializers.CharField(max_length=MOST_HEADING)
    comparison = serializers.ChoiceField([one.value for one in Comparison], required=False, default="before")
    language = serializers.ChoiceField([code for code, _ in settings.LANGUAGES], required=False, default="en")
    sections = ReportSection(many=True, min_length=1, max_length=MOST_SECTIONS)


class ReportToMake(serializers.Serializer):
    """With a template, or with a plan of its own."""

    workspace = Known(ids.WORKSPACE, Workspace)
    first = serializers.DateField(help_text="The first day, on the clock of the workspace.")
    last = serializers.DateField(help_text="The last day; yesterday at the latest.")
    name = serializers.CharField(required=False, allow_blank=True, max_length=120, help_text="Empty: the plan's title.")
    template = Known(ids.REPORT_TEMPLATE, ReportTemplate, required=False, allow_null=True)
    plan = ReportPlan(required=False)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        template = said.get("template")
        if (template is None) is ("plan" not in said):
            raise serializers.ValidationError("Name a template, or give a plan.")
        if template is not None and template.workspace_id != said["workspace"].pk:
            raise serializers.ValidationError({"template": "The template is of another workspace."})
        return {"name": "", "template": None, **said}


class ReportFileShape(serializers.Serializer):
    kind = serializers.ChoiceField(FileKind.values)
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.CharField(help_text="Where a key fetches it.")


class ReportShape(serializers.Serializer):
    """A report: frozen once, and the same for ever after. `sha256` is of its data."""

    id = PublicId(ids.REPORT)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    name = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    state = serializers.ChoiceField(ReportState.values)
    problem = serializers.CharField(source="problem_words", allow_blank=True, help_text="What to do, for people.")
    template = serializers.SerializerMethodField()
    schedule = serializers.SerializerMethodField(help_text="Null: somebody asked for it.")
    sha256 = serializers.CharField(allow_blank=True)
    as_of = serializers.DateTimeField(allow_null=True, help_text="When it was frozen.")
    ready_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    files = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_template(self, row: Report) -> str | None:
        return ids.public(ids.REPORT_TEMPLATE, row.template_id) if row.template_id else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_schedule(self, row: Report) -> str | None:
        return ids.public(ids.REPORT_SCHEDULE, row.schedule_id) if row.schedule_id else None

    @extend_schema_field(ReportFileShape(many=True))
    def get_files(self, row: Report) -> list[dict[str, Any]]:
        here = f"/api/v1/reports/{ids.public(ids.REPORT, row.pk)}"
        files = sorted(row.files.all(), key=lambda file: file.kind)
        return [
            {"kind": file.kind, "bytes": file.size, "sha256": file.sha256, "url": f"{here}/{file.kind}"}
            for file in files
        ]


class WholeReport(ReportShape):
    """The same with what was asked for, and with what was frozen."""

    plan = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField(
        help_text="Everything that the report shows. Null: not frozen yet, or emptied."
    )

    @extend_schema_field(ReportPlan)
    def get_plan(self, row: Report) -> Any:
        return row.plan

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_data(self, row: Report) -> Any:
        return row.data or None


# --- templates --------------------------------------------------------------------------------------------------------


class ReportTemplateToMake(serializers.Serializer):
    workspace = Known(ids.WORKSPACE, Workspace)
    name = serializers.CharField(max_length=80)
    plan = ReportPlan()


class ReportTemplateToChange(serializers.Serializer):
    name = serializers.CharField(max_length=80, required=False)
    plan = ReportPlan(required=False)


class ReportTemplateShape(serializers.Serializer):
    """A report to be made again and again."""

    id = PublicId(ids.REPORT_TEMPLATE)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    name = serializers.CharField()
    plan = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(ReportPlan)
    def get_plan(self, row: ReportTemplate) -> Any:
        return row.plan


# --- schedules --------------------------------------------------------------------------------------------------------


class ReportScheduleToChange(serializers.Serializer):
    cadence = serializers.ChoiceField(Cadence.values, required=False)
    weekday = serializers.IntegerField(required=False, min_value=0, max_value=6, help_text="0 is Monday.")
    day = serializers.IntegerField(
        required=False, min_value=1, max_value=31, help_text="Of the month; in a shorter one its last day."
    )
    hour = serializers.IntegerField(
        required=False, min_value=0, max_value=23, help_text="On the wall clock of the workspace."
    )
    recipients = serializers.ListField(
        child=serializers.EmailField(max_length=254), required=False, min_length=1, max_length=MOST_RECIPIENTS
    )
    attaches_pdf = serializers.BooleanField(required=False)
    link_days = serializers.IntegerField(required=False, min_value=1, max_value=400)
    passcode = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST, help_text="Asked for behind each link. Empty: none."
    )
    is_paused = serializers.BooleanField(required=False)


class ReportScheduleToMake(ReportScheduleToChange):
    template = Known(ids.REPORT_TEMPLATE, ReportTemplate)
    cadence = serializers.ChoiceField(Cadence.values)
    recipients = serializers.ListField(
        child=serializers.EmailField(max_length=254), min_length=1, max_length=MOST_RECIPIENTS
    )


class ReportScheduleShape(serializers.Serializer):
    """That a template is made into a report every week or month, and mailed."""

    id = PublicId(ids.REPORT_SCHEDULE)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    template = PublicId(ids.REPORT_TEMPLATE, source="template_id")
    cadence = serializers.ChoiceField(Cadence.values)
    weekday = serializers.IntegerField()
    day = serializers.IntegerField()
    hour = serializers.IntegerField()
    recipients = serializers.ListField(child=serializers.CharField())
    attaches_pdf = serializers.BooleanField()
    link_days = serializers.IntegerField()
    has_passcode = serializers.SerializerMethodField()
    is_paused = serializers.BooleanField()
    next_at = serializers.SerializerMethodField(help_text="When it is due. Null: it is paused.")
    created_at = serializers.DateTimeField()

    def get_has_passcode(self, row: Schedule) -> bool:
        return bool(row.passcode_hash)

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_next_at(self, row: Schedule) -> Any:
        return None if row.is_paused else serializers.DateTimeField().to_representation(row.next_at)


# --- links ------------------------------------------------------------------------------------------------------------


class ReportLinkToMake(serializers.Serializer):
    expires_at = serializers.DateTimeField(help_text="At most 400 days from now.")
    passcode = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)


class ReportLinkShape(serializers.Serializer):
    """A way to one report for somebody without a seat."""

    id = PublicId(ids.REPORT_LINK)
    report = PublicId(ids.REPORT, source="report_id")
    note = serializers.CharField(allow_blank=True)
    has_passcode = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_has_passcode(self, row: ReportLink) -> bool:
        return bool(row.passcode_hash)


class NewReportLink(ReportLinkShape):
    """With its address, which is told this once."""

    url = serializers.CharField()
