"""For the operator: how things are now, above what was not as it must be; and the record, to be read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from apps.tenants.operator import OperatorAdmin, TenantAdmin
from apps.watch.models import Breach, Departure, Punctuality, StatusPage
from apps.watch.reporting import report


@admin.register(Breach)
class BreachAdmin(OperatorAdmin):
    """The health page."""

    list_display = ("invariant", "began_at", "ended_at", "worst", "words", "begin_told_at", "end_told_at")
    list_filter = ("invariant", ("ended_at", admin.EmptyFieldListFilter))
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shown = {"title": "Health", "report": report()}
        return super().changelist_view(request, {**(extra_context or {}), **shown})


@admin.register(Departure)
class DepartureAdmin(TenantAdmin):
    list_display = ("publication_id", "platform", "due_at", "claimed_at", "committed_at", "answered_at", "lateness_ms")
    list_filter = ("platform", "is_at_once")
    search_fields = ("publication__id",)
    ordering = ("-due_at",)
    show_full_result_count = False


@admin.register(Punctuality)
class PunctualityAdmin(TenantAdmin):
    list_display = ("day", "organization", "workspace", "platform", "posts", "p50_ms", "p95_ms", "p99_ms", "worst_ms")
    list_select_related = ("organization", "workspace")
    list_filter = ("platform",)
    ordering = ("-day",)
    show_full_result_count = False


@admin.register(StatusPage)
class StatusPageAdmin(TenantAdmin):
    list_display = ("organization", "is_on", "updated_at")
    list_select_related = ("organization",)
