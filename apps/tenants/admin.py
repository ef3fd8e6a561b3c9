"""What the operator sees of people, tenants, events and diaries."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from apps.audit.models import Entry
from apps.events.models import Event
from apps.tenants.models import (
    AnsweredRequest,
    ApiKey,
    Branding,
    Invitation,
    Membership,
    Organization,
    User,
    Workspace,
    WorkspaceAccess,
)
from apps.tenants.operator import OperatorAdmin, TenantAdmin


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


@admin.register(Branding)
class BrandingAdmin(TenantAdmin):
    """What clients see; the operator says who may leave out the name of the software."""

    fields = ("organization", "colour", "back_label", "back_url", "hides_product", "may_hide_product", "updated_at")
    changeable = ("may_hide_product",)
    list_display = ("organization", "colour", "hides_product", "may_hide_product", "updated_at")
    list_select_related = ("organization",)
    search_fields = ("organization__name",)


@admin.register(Workspace)
class WorkspaceAdmin(TenantAdmin):
    list_display = ("name", "organization", "is_test", "timezone", "archived_at")
    list_select_related = ("organization",)
    list_filter = ("is_test",)
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


@admin.register(ApiKey)
class ApiKeyAdmin(TenantAdmin):
    """Which programs may act for whom; what makes a key one is not even stored."""

    fields = (
        "organization", "workspace", "name", "masked", "mode", "scopes", "allowed_addresses", "expires_at",
        "last_used_at", "rolled_at", "overlaps_until", "revoked_at", "made_by", "created_at",
    )  # fmt: skip
    readonly_fields = ("masked",)
    list_display = ("name", "masked", "organization", "workspace", "mode", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("mode", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization", "workspace")
    search_fields = ("name", "lookup", "organization__name")


@admin.register(AnsweredRequest)
class AnsweredRequestAdmin(TenantAdmin):
    """Requests that are answered once however often they come; what was answered may be a secret."""

    fields = ("organization", "api_key", "started_at", "answered_at", "status")
    list_display = ("api_key_id", "organization", "started_at", "answered_at", "status")
    list_select_related = ("organization",)
    show_full_result_count = False


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
