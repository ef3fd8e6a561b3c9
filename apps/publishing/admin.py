"""For support: what was sent, when, and what the platform said. All that can be done here is the operator's stop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.platforms import registry
from apps.posts.models import Place, Queue, Slot
from apps.publishing import services
from apps.publishing.errors import PostBusy
from apps.publishing.models import Attempt, OperatorStop, Publication, Stop
from apps.tenants.operator import OperatorAdmin, TenantAdmin, operator


@admin.register(Publication)
class PublicationAdmin(TenantAdmin):
    list_display = ("id", "state", "due_at", "account", "fence", "attempts_made", "problem", "remote_id")
    list_filter = ("state",)
    list_select_related = ("account",)
    search_fields = ("id", "post__id", "remote_id")
    exclude = ("staged",)
    show_full_result_count = False


@admin.register(Attempt)
class AttemptAdmin(TenantAdmin):
    list_display = ("publication_id", "number", "outcome", "started_at", "sent_at", "ended_at", "words")
    list_filter = ("outcome",)
    search_fields = ("publication__id",)
    show_full_result_count = False


@admin.register(Queue)
class QueueAdmin(TenantAdmin):
    list_display = ("name", "workspace", "jitter_minutes", "paused_at", "slots_made")
    list_filter = (("paused_at", admin.EmptyFieldListFilter),)
    list_select_related = ("workspace",)
    search_fields = ("id", "name")
    show_full_result_count = False


@admin.register(Slot)
class SlotAdmin(TenantAdmin):
    list_display = ("queue", "number", "weekday", "at")
    list_select_related = ("queue",)
    search_fields = ("queue__id",)
    show_full_result_count = False


@admin.register(Place)
class PlaceAdmin(TenantAdmin):
    """Who had which slot: what went out keeps its place."""

    list_display = ("post_id", "queue", "slot_at", "due_at", "priority")
    list_select_related = ("queue",)
    search_fields = ("post__id", "queue__id")
    show_full_result_count = False


@admin.register(Stop)
class StopAdmin(TenantAdmin):
    """What members have stopped; they lift it themselves."""

    list_display = ("scope", "organization", "workspace", "platform", "reason", "since", "lifted_at")
    list_filter = ("scope", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization", "workspace")
    show_full_result_count = False


@admin.register(OperatorStop)
class OperatorStopAdmin(OperatorAdmin):
    """The operator's emergency stop: add one to stop, choose it and "Start publishing again" to lift it."""

    list_display = ("what", "reason", "since", "by", "lifted_at")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("by",)
    actions = ("lift",)

    @admin.display(description="stopped")
    def what(self, row: OperatorStop) -> str:
        return registry.label(row.platform) if row.platform else "Everything"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and bool(getattr(request.user, "is_superuser", False))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("platform", "reason")
        return ("platform", "reason", "since", "by", "lifted_at", "lifted_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.get_fields(request, obj)) if obj else []

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name != "platform":
            return super().formfield_for_dbfield(db_field, request, **options)
        choices = [("", "Everything"), *((name, registry.label(name)) for name in registry.ADAPTERS)]
        return forms.ChoiceField(choices=choices, required=False, help_text="Nothing goes out there from now on.")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = services.stop_all(reason=obj.reason, platform=obj.platform, actor=operator(request))
        obj.pk = made.pk

    @admin.action(description="Start publishing again")
    def lift(self, request: HttpRequest, rows: QuerySet[OperatorStop]) -> None:
        for row in rows:
            try:
                services.lift_all(stop=row, actor=operator(request))
            except PostBusy as error:
                self.message_user(request, error.words, messages.WARNING)
            else:
                self.message_user(request, f"Publishing goes on: {self.what(row)}.")
