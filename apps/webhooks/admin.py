"""For support: what platforms told, and what became of it."""

from __future__ import annotations

from django.contrib import admin

from apps.tenants.operator import OperatorAdmin
from apps.webhooks.models import InboundNotice


@admin.register(InboundNotice)
class InboundNoticeAdmin(OperatorAdmin):
    list_display = ("received_at", "platform", "kind", "state", "tries", "problem", "happened_at", "of_organization")
    list_filter = ("platform", "state", "kind")
    exclude = ("text", "data")  # What people wrote is not an operator's to read.
    show_full_result_count = False
