"""For support: what was sent, when, and what the platform said. Nothing can be changed here."""

from __future__ import annotations

from django.contrib import admin

from apps.publishing.models import Attempt, Publication
from apps.tenants.operator import TenantAdmin


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
