"""For support: who asked (as a code), and how far it is. Whom it is about is never shown."""

from __future__ import annotations

from django.contrib import admin

from apps.compliance.models import DataRequest
from apps.tenants.operator import OperatorAdmin


@admin.register(DataRequest)
class DataRequestAdmin(OperatorAdmin):
    list_display = ("code", "platform", "state", "received_at", "done_at", "tries", "problem", "of_organization")
    list_filter = ("state", "platform")
    search_fields = ("code",)
    exclude = ("identity", "targets")
