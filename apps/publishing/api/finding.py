"""By what posts are found and sorted."""

from __future__ import annotations

from typing import Any, Final

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from drf_spectacular.utils import OpenApiParameter

from apps.posts.models import Variant
from apps.posts.serializers import PLATFORMS
from apps.publishing.states import PostState
from apps.publishing.whole_states import posts_in
from apps.tenants.models import Membership
from apps.tenants.rest import ids, pages
from apps.tenants.rest.filters import IdFilter

# As the pages have it, and an index of the table.
ORDERS: Final = {"due_at": Coalesce("due_at", "created_at")}
_INSTANT: Final = {"type": "string", "format": "date-time"}
PARAMETERS: Final = [
    *pages.parameters(ORDERS),
    OpenApiParameter("workspace", str),
    OpenApiParameter("account", str, description="Posts that go to this account."),
    OpenApiParameter("platform", str, enum=PLATFORMS, description="Posts that go to an account there."),
    OpenApiParameter("status", str, enum=PostState.values),
    OpenApiParameter("label", str),
    OpenApiParameter("campaign", str),
    OpenApiParameter("author", str, description="Posts that this member began."),
    OpenApiParameter("external_ref", str, description="Your own name for it, exactly."),
    OpenApiParameter("due_after", _INSTANT),
    OpenApiParameter("due_before", _INSTANT),
]


class PostFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    account = IdFilter(ids.ACCOUNT, "variants__account")
    platform = django_filters.ChoiceFilter(choices=[(name, name) for name in PLATFORMS], method="at_platform")
    status = django_filters.ChoiceFilter(choices=PostState.choices, method="in_state")
    label = IdFilter(ids.LABEL, "labelled__label")
    campaign = IdFilter(ids.CAMPAIGN)
    author = IdFilter(ids.MEMBER, method="by_member")
    external_ref = django_filters.CharFilter(max_length=200)
    due_after = django_filters.IsoDateTimeFilter("due_at", "gte")
    due_before = django_filters.IsoDateTimeFilter("due_at", "lt")

    def at_platform(self, rows: QuerySet[Any], _: str, value: str) -> QuerySet[Any]:
        return rows.filter(Exists(Variant.objects.filter(post=OuterRef("pk"), account__platform=value)))

    def in_state(self, rows: QuerySet[Any], _: str, value: str) -> QuerySet[Any]:
        return rows.filter(posts_in(PostState(value)))

    def by_member(self, rows: QuerySet[Any], _: str, value: Any) -> QuerySet[Any]:
        return rows.filter(author__in=Membership.objects.filter(pk=value).values("user"))
