"""For support: what platforms told and what others were told, and what became of it."""

from __future__ import annotations

from django.contrib import admin

from apps.tenants.operator import OperatorAdmin, TenantAdmin
from apps.webhooks.models import Delivery, Endpoint, InboundNotice


@admin.register(InboundNotice)
class InboundNoticeAdmin(OperatorAdmin):
    list_display = ("received_at", "platform", "kind", "state", "tries", "problem", "happened_at", "of_organization")
    list_filter = ("platform", "state", "kind")
    exclude = ("text", "data")  # What people wrote is not an operator's to read.
    show_full_result_count = False


@admin.register(Endpoint)
class EndpointAdmin(TenantAdmin):
    """Where organizations are told of what happens; what signs it is not shown."""

    fields = (
        "organization", "workspace", "is_test", "url", "description", "events", "state", "reason", "failures",
        "rests_until", "version", "overlaps_until", "created_at",
    )  # fmt: skip
    list_display = ("url", "organization", "workspace", "is_test", "state", "failures")
    list_filter = ("state", "is_test")
    list_select_related = ("organization", "workspace")
    search_fields = ("url", "organization__name")


@admin.register(Delivery)
class DeliveryAdmin(TenantAdmin):
    fields = ("organization", "endpoint", "event", "state", "tries", "next_try_at", "lease_until", "delivered_at")
    list_display = ("endpoint_id", "event_id", "organization", "state", "tries", "next_try_at")
    list_filter = ("state",)
    list_select_related = ("organization",)
    show_full_result_count = False
