"""Django admin for the operator of the deployment: read-mostly, and across tenants.

Rooms register their tenant-owned models with `TenantAdmin`; a look at a tenant's rows is then written in its diary.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import Actor, ActorKind
from apps.tenants.access import address_of
from apps.tenants.models import Organization


class OperatorSite(admin.AdminSite):
    """Admin whose requests serve all tenants; its sign-in is the one of everybody, limits included."""

    site_header = site_title = "Postroom operator"
    index_title = "Operator"
    site_url = "/"

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        def across_tenants(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with tenancy.across_tenants("operator"):
                response: Any = guarded(request, *args, **kwargs)
                if hasattr(response, "render") and not response.is_rendered:
                    response = response.render()
            answer: HttpResponseBase = response
            return answer

        return update_wrapper(across_tenants, view)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied("This part is for the operator of this Postroom.")
        return redirect_to_login(request.GET.get("next", "/"))


class OperatorAdmin(admin.ModelAdmin):
    """Rows of every tenant, to be read; subclasses say what may be changed."""

    changeable: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        manager: Any = getattr(self.model, "across_tenants", self.model._default_manager)
        rows: models.QuerySet[Any] = manager.all()
        return rows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        shown = self.fields or [field.name for field in self.model._meta.fields]
        return [str(name) for name in shown if name not in (*self.changeable, *(self.exclude or ()))]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.changeable) and super().has_change_permission(request, obj)


class TenantAdmin(OperatorAdmin):
    """Rows that belong to tenants, whose diaries tell who has looked."""

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        if row is not None:
            with transaction.atomic():
                audit.record("operator.viewed", subject=row, actor=operator(request))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: Any = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", {}).get("cl")
        if listed is not None:
            _record_list(request, {row.organization_id for row in listed.result_list}, self.model._meta.model_name)
        answer: HttpResponse = response
        return answer


def operator(request: HttpRequest) -> Actor:
    """The operator as diaries name them."""
    request_id = getattr(request, "request_id", "")
    return Actor(ActorKind.OPERATOR, request.user.pk, request_id, address_of(request))


@transaction.atomic
def _record_list(request: HttpRequest, organization_ids: set[UUID], what: str | None) -> None:
    for organization in Organization.objects.filter(pk__in=organization_ids):
        audit.record("operator.listed", subject=organization, actor=operator(request), diff={"what": what})
