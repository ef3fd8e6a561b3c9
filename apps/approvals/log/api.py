"""The log of decisions, for programs: in pages, and as a file."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import django_filters
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.approvals.log.exporting import as_file
from apps.approvals.log.lines import Wanted, decisions, every_line, lines
from apps.approvals.models import Decision
from apps.approvals.states import Verdict
from apps.tenants.rest import ids
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.ids import PublicId
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations

NARROWING: Final = [
    OpenApiParameter("workspace", str),
    OpenApiParameter("post", str),
    OpenApiParameter("since", {"type": "string", "format": "date-time"}),
    OpenApiParameter("until", {"type": "string", "format": "date-time"}, description="Not included."),
]


class LogLine(serializers.Serializer):
    """A decision in the log of its post. `holds`: it says what it said, and follows the line before."""

    place = serializers.IntegerField()
    decision = serializers.CharField()
    decided_at = serializers.CharField()
    workspace = PublicId(ids.WORKSPACE)
    post = PublicId(ids.POST)
    approval = PublicId(ids.APPROVAL, source="request")
    step = serializers.CharField()
    step_name = serializers.CharField()
    verdict = serializers.ChoiceField(Verdict.values)
    by_kind = serializers.CharField(help_text="user, guest, key or system.")
    name = serializers.CharField()
    address = serializers.CharField(allow_blank=True)
    revision = serializers.IntegerField()
    due_at = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    content_hash = serializers.CharField()
    previous_hash = serializers.CharField(allow_blank=True)
    hash = serializers.CharField()
    on_behalf_of = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="For whom they stood in, as the hash has it."
    )
    stood_in_for = serializers.ListField(child=serializers.CharField(), help_text="The same, by name.")
    came_by = serializers.DictField(allow_null=True, help_text="Which way a guest came, as the hash has it.")
    way_in = serializers.CharField(allow_blank=True, help_text="The same, in words.")
    holds = serializers.BooleanField()


class LogFilter(django_filters.FilterSet):
    """Reads the parameters; what they mean is the business of `log.lines`."""

    workspace = IdFilter(ids.WORKSPACE)
    post = IdFilter(ids.POST)
    since = django_filters.IsoDateTimeFilter()
    until = django_filters.IsoDateTimeFilter()

    def filter_queryset(self, queryset: Any) -> Any:
        return decisions(self.wanted)

    @property
    def wanted(self) -> Wanted:
        said = self.form.cleaned_data
        return Wanted(said["workspace"], said["post"], said["since"], said["until"])


class LogList(Operations):
    needs: ClassVar = {"GET": "audit.view"}

    @extend_schema(
        operation_id="approval_log_list",
        parameters=[*PARAMETERS, *NARROWING],
        responses=page_of(LogLine, "ApprovalLogLine"),
    )
    def get(self, request: Any) -> Response:
        """Every decision, the newest first. Lines are added and never changed; each holds the hash of the one before on
        its post."""
        return self.page(filtered(LogFilter, Decision.objects.all(), request), _shown)


class LogFile(Operations):
    needs: ClassVar = {"GET": "audit.view"}
    form: ClassVar = ""

    def _file(self, request: Any) -> StreamingHttpResponse:
        filtered(LogFilter, Decision.objects.all(), request)  # A parameter that is none is a problem here too.
        asked = LogFilter(request.query_params, queryset=Decision.objects.all(), request=request)
        asked.form.is_valid()
        return as_file(every_line(self.caller.scope, asked.wanted), self.form)


class LogAsCSV(LogFile):
    form: ClassVar = "csv"

    @extend_schema(
        operation_id="approval_log_csv", parameters=NARROWING, responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Any) -> StreamingHttpResponse:
        """The log as CSV, the oldest line first, for spreadsheets."""
        return self._file(request)


class LogAsJSONLines(LogFile):
    form: ClassVar = "jsonl"

    @extend_schema(
        operation_id="approval_log_jsonl",
        parameters=NARROWING,
        responses={(200, "application/jsonl"): OpenApiTypes.STR},
    )
    def get(self, request: Any) -> StreamingHttpResponse:
        """The log as JSON lines, the oldest first: what `manage.py verify_approvals --file` verifies."""
        return self._file(request)


def _shown(found: list[Decision]) -> list[Any]:
    data: list[Any] = LogLine(lines(found), many=True).data
    return data
