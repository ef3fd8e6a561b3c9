"""Figures as files, for programs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.analytics.api.figures import DAY, USUAL_DAYS, days_asked
from apps.analytics.exporting import BATCHES, CSV, TYPES, Span, download
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.problems import bad_parameter
from apps.tenants.rest.views import Operations


class Export(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(
        operation_id="analytics_export",
        parameters=[
            OpenApiParameter("what", str, OpenApiParameter.PATH, enum=sorted(BATCHES)),
            OpenApiParameter("workspace", str, description="Needed where the key is not of one."),
            OpenApiParameter("from", DAY, description=f"The first day; {USUAL_DAYS} days before the last."),
            OpenApiParameter("to", DAY, description="The last day; yesterday, where the workspace is."),
            OpenApiParameter("format", str, enum=sorted(TYPES), default=CSV),
        ],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/x-ndjson"): OpenApiTypes.STR},
    )
    def get(self, request: Any, what: str) -> HttpResponseBase:
        """Days of accounts, or readings of posts, as a file that is streamed. An empty cell (null) was not told;
        `source` says whether the platform did, or somebody uploaded it."""
        if what not in BATCHES:
            raise Http404
        form = request.query_params.get("format", CSV)
        if form not in TYPES:
            raise bad_parameter("format", "csv or jsonl.")
        workspace = self._workspace(request)
        first, last = days_asked(request.query_params, workspace.timezone)
        return download(Span.of(workspace, first, last), what=what, form=form)

    def _workspace(self, request: Any) -> Workspace:
        text = request.query_params.get("workspace", "")
        pk = ids.read(ids.WORKSPACE, text) if text else self.caller.key.workspace_id
        if pk is None:
            raise bad_parameter("workspace", "Name the workspace.")
        found: Workspace = self.found(Workspace.objects.all(), pk)
        self.caller.require("analytics.view", found.pk)
        return found
