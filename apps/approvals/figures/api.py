"""How long approvals take, for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.approvals.figures import Pace, paces
from apps.core import clock
from apps.core.numbers import whole
from apps.tenants.models import Workspace
from apps.tenants.rest import ids, problems
from apps.tenants.rest.ids import PublicId
from apps.tenants.rest.views import Operations

USUAL: Final = 90
MOST: Final = 730


class ApprovalPace(serializers.Serializer):
    """How long one step took at one client; without a step, a post from its request to its last approval."""

    workspace = PublicId(ids.WORKSPACE)
    step = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(help_text="How many were decided in the span.")
    median_seconds = serializers.IntegerField()
    p90_seconds = serializers.IntegerField(help_text="Nine of ten took no longer.")


class ApprovalPaces(serializers.Serializer):
    days = serializers.IntegerField()
    data = ApprovalPace(many=True)


class FiguresOfApprovals(Operations):
    needs: ClassVar = {"GET": "approval.view"}

    @extend_schema(
        operation_id="approval_figures",
        parameters=[OpenApiParameter("days", int, description=f"Up to {MOST}; {USUAL} unless told otherwise.")],
        responses=ApprovalPaces,
    )
    def get(self, request: Any) -> Response:
        """The time that approvals took, by workspace and step: half of them, and nine of ten."""
        days = whole(request.query_params.get("days", str(USUAL)))
        if days is None or not 1 <= days <= MOST:
            raise problems.bad_parameter("days", f"A number from 1 to {MOST}.")
        since = clock.now() - timedelta(days=days)
        found = paces(since=since, workspaces=list(Workspace.objects.all()))
        return Response(ApprovalPaces({"days": days, "data": [_shown(one) for one in found]}).data)


def _shown(pace: Pace) -> dict[str, Any]:
    return {
        "workspace": pace.workspace_id, "step": pace.step or None, "name": pace.name, "count": pace.count,
        "median_seconds": round(pace.median.total_seconds()), "p90_seconds": round(pace.ninetieth.total_seconds()),
    }  # fmt: skip
