"""What was used and what is allowed, for programs."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core.calendar import Month
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations
from apps.usage import exporting, months, pace, selectors, serializers, services
from apps.usage.meters import Limit, Meter

MONTH = OpenApiParameter(
    "period",
    {"type": "string", "pattern": f"^{months.PATTERN}$"},
    OpenApiParameter.PATH,
    description="Such as 2026-11.",
)


class UsageOperations(Operations):
    needs: ClassVar = {"GET": "usage.view"}

    @extend_schema(operation_id="usage_read", responses=serializers.Usage)
    def get(self, request: Any) -> Response:
        """What the organization and each of its workspaces used this month, against what is allowed."""
        return self.one(serializers.Usage(selectors.usage_of(self.caller.organization)).data)


class MonthList(Operations):
    needs: ClassVar = {"GET": "usage.view"}

    @extend_schema(operation_id="usage_months_list", responses=page_of(serializers.MonthOfUse, "UsageMonth"))
    def get(self, request: Any) -> Response:
        """The months in which anything was counted, and this one: what the organization used in each. Two years."""
        data = serializers.MonthOfUse(selectors.use_by_month(self.caller.organization), many=True).data
        return Response({"data": data, "next_cursor": None, "has_more": False})


class PlaceFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE, "pk")
    external_ref = django_filters.CharFilter(max_length=200)


class MonthByWorkspace(Operations):
    needs: ClassVar = {"GET": "usage.view"}

    @extend_schema(
        operation_id="usage_month_read",
        parameters=[
            MONTH,
            *PARAMETERS,
            OpenApiParameter("workspace", str),
            OpenApiParameter("external_ref", str, description="Your own name for it, exactly."),
        ],
        responses=page_of(serializers.UseInMonth, "UsageOfWorkspace"),
    )
    def get(self, request: Any, period: Month) -> Response:
        """What each workspace used in a month, out of the ledger. Days are those of the organization's time zone."""
        places = filtered(PlaceFilter, _places(), request)
        return self.page(places, lambda found: serializers.shown_in_month(selectors.use_in_month(period, found)))


class MonthAsCSV(Operations):
    needs: ClassVar = {"GET": "usage.view"}

    @extend_schema(
        operation_id="usage_month_export", parameters=[MONTH], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Any, period: Month) -> HttpResponse:
        """The same as CSV, for whoever writes invoices: a line for each workspace and meter."""
        return exporting.as_csv(period, selectors.invoiced(period))


class LimitsOperations(Operations):
    needs: ClassVar = {"GET": "usage.view"}

    @extend_schema(operation_id="limits_read", responses=serializers.Limits)
    def get(self, request: Any) -> Response:
        """What the plan allows, and how fast a key may ask. Null: no limit."""
        plan = selectors.plan_in_force()
        allowed = {limit.value: getattr(plan, limit.value) if plan else None for limit in Limit}
        return self.one(serializers.Limits({
            "plan": str(plan) if plan else "",
            "publications_a_month": plan.monthly_publications if plan else None,
            "publications_a_day": plan.daily_publications if plan else {},
            "imports_a_month": plan.monthly_imports if plan else None,
            **allowed,
            "api_keys": _smaller(allowed["keys"], settings.API_MAX_KEYS),
            "webhook_endpoints": _smaller(allowed["webhooks"], settings.WEBHOOK_MAX_ENDPOINTS),
            "test_workspaces": settings.MAX_TEST_WORKSPACES,
            "requests": [{"requests": one.most, "seconds": one.seconds} for one in pace.windows_in_force()],
        }).data)  # fmt: skip


class WorkspaceLimits(Operations):
    needs: ClassVar = {"GET": "usage.view", "PUT": "organization.edit"}

    @extend_schema(operation_id="workspace_limits_read", responses=serializers.OwnLimits)
    def get(self, request: Any, workspace_id: UUID) -> Response:
        """What the organization lets this workspace use in a month, on top of its plan. Null: as much as the plan."""
        return self.one(_own_limits(self.found(_places(), workspace_id)))

    @extend_schema(operation_id="workspace_limits_set", request=serializers.OwnLimits, responses=serializers.OwnLimits)
    def put(self, request: Any, workspace_id: UUID) -> Response:
        """Set them, all at once. What is planned already stays; what is over a limit at its hour is held."""
        place = self.held(_places(), workspace_id, no_key=True)
        said = self.body(serializers.OwnLimits)
        before = _own_limits(place)
        self.require_match(before)
        for meter in Meter:
            if said[meter.value] != before[meter.value]:
                services.set_own_limit(workspace=place, meter=meter, monthly=said[meter.value], actor=self.caller.actor)
        return self.one(_own_limits(place))


def _places() -> QuerySet[Workspace]:
    """Workspaces in which anything counts."""
    rows: QuerySet[Workspace] = Workspace.objects.filter(is_test=False)
    return rows


def _own_limits(place: Workspace) -> Any:
    return serializers.OwnLimits(selectors.own_limits_of([place])[place.pk]).data


def _smaller(allowed: int | None, most: int) -> int:
    return most if allowed is None else min(allowed, most)
