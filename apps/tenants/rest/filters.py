"""Filters of lists, as django-filter reads them; a value that is none is a problem and not an empty list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import QuerySet

from apps.tenants.rest import ids
from apps.tenants.rest.problems import Fault, Problem


class IdField(forms.Field):
    kind = ""

    def to_python(self, value: Any) -> UUID | None:
        if value in self.empty_values:
            return None
        found = ids.read(self.kind, value)
        if found is None:
            raise forms.ValidationError("This is no id of that kind.", code="invalid")
        return found


class IdFilter(django_filters.Filter):
    """Rows that refer to this id."""

    def __init__(self, kind: str, *args: Any, **options: Any) -> None:
        self.field_class = type("KindOfIdField", (IdField,), {"kind": kind})
        super().__init__(*args, **options)


def filtered(filters: type[django_filters.FilterSet], rows: QuerySet[Any], request: Any) -> QuerySet[Any]:
    """Those of the rows that the request asks for."""
    asked = filters(request.query_params, queryset=rows, request=request)
    if asked.is_valid():
        found: QuerySet[Any] = asked.qs
        return found
    faults = [
        Fault("", error["code"] or "invalid", error["message"], parameter=name)
        for name, errors in asked.form.errors.get_json_data().items()
        for error in errors
    ]
    raise Problem(422, "invalid", "A parameter of the request is not valid; errors says which.", faults=faults)
