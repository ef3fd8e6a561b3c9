"""For the operator: the apps that Postroom is at each platform, and a read-mostly look at accounts. Secrets stay
masked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from apps.core.secrets import Secret
from apps.social_accounts import breaker_admin
from apps.social_accounts.models import OAuthApp, OrganizationApp, PortalLink, ReturnOrigin
from apps.social_accounts.operators_view import platform_rows
from apps.tenants.operator import TenantAdmin


class OAuthAppForm(forms.ModelForm):
    new_secret = forms.CharField(
        required=False,
        widget=forms.PasswordInput,
        label="client secret",
        help_text="Written only: it is never shown again. Empty keeps the one that is stored.",
    )

    class Meta:
        model = OAuthApp
        fields = ("platform", "server", "redirect_uri", "client_id")

    def save(self, commit: bool = True) -> OAuthApp:
        app: OAuthApp = super().save(commit=False)
        if self.cleaned_data["new_secret"]:
            app.client_secret = Secret(self.cleaned_data["new_secret"])
        if commit:
            app.save()
        return app


@admin.register(OAuthApp)
class OAuthAppAdmin(admin.ModelAdmin):
    form = OAuthAppForm
    list_display = ("platform", "server", "client_id", "is_test", "updated_at")
    list_filter = ("platform", "is_test")
    search_fields = ("server", "client_id")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "platforms": platform_rows()})

    def get_urls(self) -> list[Any]:
        return [*breaker_admin.urls(self.admin_site), *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Grants refer to their app; it is replaced, never removed under them.
        return False


@admin.register(OrganizationApp)
class OrganizationAppAdmin(TenantAdmin):
    """The apps that organizations brought themselves; they alone enter and change them."""

    fields = ("organization", "platform", "client_id", "replaced_at", "created_at", "updated_at")
    list_display = ("organization", "platform", "client_id", "updated_at", "replaced_at")
    list_select_related = ("organization",)
    list_filter = ("platform", ("replaced_at", admin.EmptyFieldListFilter))
    search_fields = ("organization__name", "client_id")


@admin.register(ReturnOrigin)
class ReturnOriginAdmin(TenantAdmin):
    list_display = ("organization", "origin", "created_at")
    list_select_related = ("organization",)
    search_fields = ("organization__name", "origin")


@admin.register(PortalLink)
class PortalLinkAdmin(TenantAdmin):
    fields = (
        "organization", "workspace", "note", "platforms", "max_accounts", "connected", "language", "made_by",
        "created_at", "expires_at", "last_used_at", "revoked_at", "spent_at",
    )  # fmt: skip
    list_display = ("workspace", "note", "connected", "max_accounts", "expires_at", "revoked_at", "spent_at")
    list_select_related = ("workspace",)
