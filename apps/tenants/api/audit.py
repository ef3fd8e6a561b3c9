"""Who did what to which subject: the diary, for programs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django import forms
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.audit.models import Entry
from apps.audit.selectors import Wanted, entries
from apps.tenants import selectors, serializers
from apps.tenants.rest import ids
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations


class AnyIdField(forms.Field):
    def to_python(self, value: Any) -> UUID | None:
        if value in self.empty_values:
            return None
        found = ids.read_any(value)
        if found is None:
            raise forms.ValidationError("This is no id.", code="invalid")
        return found


class AnyIdFilter(django_filters.Filter):
    """Rows that name this id, whatever kind of thing it is."""

    field_class = AnyIdField


class AuditFilter(django_filters.FilterSet):
    """Reads the parameters; what they mean is `apps.audit.selectors`' business, and the page's too."""

    actor = AnyIdFilter()
    subject = AnyIdFilter()
    workspace = IdFilter(ids.WORKSPACE)
    verb = django_filters.CharFilter(max_length=64)
    since = django_filters.IsoDateTimeFilter()
    until = django_filters.IsoDateTimeFilter()

    def filter_queryset(self, queryset: Any) -> Any:
        said = self.form.cleaned_data
        return entries(
            Wanted(
                actor_id=said["actor"],
                subject_id=said["subject"],
                workspace_id=said["workspace"],
                verb=said["verb"],
                since=said["since"],
                until=said["until"],
            )
        )


class AuditList(Operations):
    needs: ClassVar = {"GET": "audit.view"}

    @extend_schema(
        operation_id="audit_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("actor", str, description="The id of who did it: a person, a key, a portal link."),
            OpenApiParameter("verb", str, description="Such as `post.scheduled`; `post.*` for a family of them."),
            OpenApiParameter("subject", str, description="The id of what it was done to."),
            OpenApiParameter("workspace", str),
            OpenApiParameter("since", {"type": "string", "format": "date-time"}),
            OpenApiParameter("until", {"type": "string", "format": "date-time"}, description="Not included."),
        ],
        responses=page_of(serializers.AuditEntry, "AuditEntry"),
    )
    def get(self, request: Any) -> Response:
        """What was done, the newest first. Entries are added and never changed; people are in them by id."""
        return self.page(filtered(AuditFilter, Entry.objects.all(), request), _shown)


def _shown(found: Collection[Entry]) -> list[Any]:
    names = selectors.names_of_actors(found)
    data: list[Any] = serializers.AuditEntry(found, many=True, context={"names": names}).data
    return data
