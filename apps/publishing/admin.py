"""For support: what was sent, when, and what the platform said. Nothing can be changed here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core import tenancy
from apps.publishing.models import Attempt, Publication


def _rendered(response: Any) -> Any:
    """Rows are read while a page is rendered, so that happens before the tenant is left."""
    return response.render() if hasattr(response, "render") and not response.is_rendered else response


class Readable(admin.ModelAdmin):
    """Rows of every tenant, to be looked at."""

    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model.plain.all()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        with tenancy.across_tenants("an operator looks at publications"):
            return _rendered(super().changelist_view(request, extra_context))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with tenancy.across_tenants("an operator looks at a publication"):
            return _rendered(super().changeform_view(request, *args, **kwargs))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Publication)
class PublicationAdmin(Readable):
    list_display = ["id", "state", "due_at", "account", "fence", "attempts_made", "problem", "remote_id"]
    list_filter = ["state"]
    list_select_related = ["account"]
    search_fields = ["id", "post__id", "remote_id"]
    exclude = ["staged"]


@admin.register(Attempt)
class AttemptAdmin(Readable):
    list_display = ["publication_id", "number", "outcome", "started_at", "sent_at", "ended_at", "words"]
    list_filter = ["outcome"]
    search_fields = ["publication__id"]
