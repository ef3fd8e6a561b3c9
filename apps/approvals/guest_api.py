"""The client's guests, for programs: who was invited to review, and that they are forgotten."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.approvals import services
from apps.approvals.link_serializers import GuestOfClient
from apps.approvals.models import Guest
from apps.tenants.rest import ids
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations


class GuestFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    email = django_filters.CharFilter(lookup_expr="iexact", max_length=254)


class GuestList(Operations):
    needs: ClassVar = {"GET": "approval.view"}

    @extend_schema(
        operation_id="guests_list",
        parameters=[*PARAMETERS, OpenApiParameter("workspace", str), OpenApiParameter("email", str)],
        responses=page_of(GuestOfClient, "Guest"),
    )
    def get(self, request: Any) -> Response:
        """The client's people who were invited by review links; not those who were forgotten."""
        return self.page(filtered(GuestFilter, _guests().filter(forgotten_at=None), request), GuestOfClient)


class GuestOperations(Operations):
    needs: ClassVar = {"GET": "approval.view"}

    @extend_schema(operation_id="guests_read", responses=GuestOfClient)
    def get(self, request: Any, guest_id: UUID) -> Response:
        """One guest; of one who was forgotten the id and when."""
        return self.one(GuestOfClient(self.found(_guests(), guest_id)).data)


class GuestForget(Operations):
    needs: ClassVar = {"POST": "workspace.edit"}

    @extend_schema(operation_id="guests_forget", request=None, responses=GuestOfClient)
    def post(self, request: Any, guest_id: UUID) -> Response:
        """Forget the name and the address of a guest, and withdraw their links. What they decided and said stays, as
        that of a guest who was forgotten. There is no way back. Safe to repeat."""
        guest: Guest = self.found(_guests(), guest_id)
        self.caller.require("workspace.edit", guest.workspace_id)
        return self.one(GuestOfClient(services.forget_guest(guest_id=guest.pk, actor=self.caller.actor)).data)


def _guests() -> QuerySet[Guest]:
    rows: QuerySet[Guest] = Guest.objects.all()
    return rows
