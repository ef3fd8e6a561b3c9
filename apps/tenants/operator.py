"""Django admin for the operator of the deployment: read-mostly, and across tenants."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from apps.core import tenancy


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
        shown = self.get_fields(request, obj) if self.fields else [f.name for f in self.model._meta.fields]
        return [str(name) for name in shown if name not in self.changeable]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.changeable) and super().has_change_permission(request, obj)
