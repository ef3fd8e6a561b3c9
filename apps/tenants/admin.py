"""What the operator sees of people, tenants, events and diaries; a look at a tenant's rows is written in its diary."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from apps.audit import services as audit
from apps.audit.models import Entry
from apps.core.actors import Actor, ActorKind
from apps.events.models import Event
from apps.tenants.access import address_of
from apps.tenants.models import Invitation, Membership, Organization, User, Workspace, WorkspaceAccess
from apps.tenants.operator import OperatorAdmin


class TenantAdmin(OperatorAdmin):
    """Rows that belong to tenants."""

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        if row is not None:
            with transaction.atomic():
                audit.record("operator.viewed", subject=row, actor=_operator(request))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: Any = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", {}).get("cl")
        if listed is not None:
            _record_list(request, {row.organization_id for row in listed.result_list}, self.model._meta.model_name)
        answer: HttpResponse = response
        return answer


@admin.register(User)
class UserAdmin(OperatorAdmin):
    fields = ("email", "name", "is_active", "is_staff", "is_superuser", "last_login", "created_at")
    changeable = ("name", "is_active", "is_staff", "is_superuser")
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)


@admin.register(Organization)
class OrganizationAdmin(TenantAdmin):
    list_display = ("name", "slug", "timezone", "created_at")
    search_fields = ("name", "slug")


@admin.register(Workspace)
class WorkspaceAdmin(TenantAdmin):
    list_display = ("name", "organization", "timezone", "archived_at")
    list_select_related = ("organization",)
    search_fields = ("name", "external_ref")


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    list_display = ("user", "organization", "role", "joined_at")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "organization__name")


@admin.register(WorkspaceAccess)
class WorkspaceAccessAdmin(TenantAdmin):
    list_display = ("membership_id", "workspace", "role", "access_until")
    list_select_related = ("workspace",)


@admin.register(Invitation)
class InvitationAdmin(TenantAdmin):
    fields = ("organization", "email", "role", "invited_by", "sent_at", "expires_at", "accepted_at", "revoked_at")
    list_display = ("email", "organization", "role", "sent_at", "expires_at", "accepted_at", "revoked_at")
    list_select_related = ("organization",)
    search_fields = ("email",)


@admin.register(Event)
class EventAdmin(TenantAdmin):
    list_display = ("name", "subject_type", "subject_id", "sequence", "created_at", "relayed_at", "tries", "problem")
    list_filter = ("name", ("relayed_at", admin.EmptyFieldListFilter))
    search_fields = ("subject_id",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Entry)
class EntryAdmin(TenantAdmin):
    list_display = ("created_at", "verb", "subject_type", "subject_id", "actor_kind", "actor_id")
    list_filter = ("verb", "actor_kind")
    search_fields = ("subject_id", "actor_id")
    show_full_result_count = False


class SecondFactorAdmin(OperatorAdmin):
    """Enough to help somebody who has lost theirs: it can be removed, and its keys are never shown."""

    fields = ("user", "type", "created_at", "last_used_at")
    list_display = fields
    list_select_related = ("user",)
    search_fields = ("user__email",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


def replace_foreign_admins() -> None:
    """Take other packages' pages away where they would show secrets or offer what nobody here uses."""
    admin.site.unregister([Authenticator, Group])
    admin.site.register(Authenticator, SecondFactorAdmin)


def _operator(request: HttpRequest) -> Actor:
    request_id = getattr(request, "request_id", "")
    return Actor(ActorKind.OPERATOR, request.user.pk, request_id, address_of(request))


@transaction.atomic
def _record_list(request: HttpRequest, organization_ids: set[UUID], what: str | None) -> None:
    for organization in Organization.objects.filter(pk__in=organization_ids):
        audit.record("operator.listed", subject=organization, actor=_operator(request), diff={"what": what})
