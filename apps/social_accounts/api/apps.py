"""The organization's own apps at platforms, for programs. Secrets go in and never come out."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.core.secrets import Secret
from apps.platforms import registry
from apps.social_accounts import selectors, serializers, services
from apps.social_accounts.errors import AppRefused, AppReplaced
from apps.social_accounts.models import OrganizationApp
from apps.social_accounts.services import own_apps
from apps.tenants.rest import problems
from apps.tenants.rest.pages import page_of
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations


class AppList(Operations):
    needs: ClassVar = {"GET": "app.view"}

    @extend_schema(operation_id="oauth_apps_list", responses=page_of(serializers.AppShape, "OAuthApp"))
    def get(self, request: Any) -> Response:
        """Every network that takes apps, and which one accounts are connected with there."""
        own = {app.platform: app for app in OrganizationApp.objects.filter(replaced_at=None)}
        data = [_shown(name, own.get(name)) for name in serializers.WITH_APPS]
        return Response({"data": data, "next_cursor": None, "has_more": False})


class AppOperations(Operations):
    needs: ClassVar = {"GET": "app.view", "PUT": "app.edit", "DELETE": "app.edit"}

    @extend_schema(operation_id="oauth_apps_read", responses=serializers.AppShape)
    def get(self, request: Any, platform: str) -> Response:
        """The app at one network."""
        return self.one(_shown(_known(platform), own_apps.app_in_use(platform)))

    @extend_schema(operation_id="oauth_apps_enter", request=serializers.AppToEnter, responses=serializers.AppShape)
    def put(self, request: Any, platform: str) -> Response:
        """Enter your own app, or replace it: new accounts are connected with it from now on."""
        _known(platform)
        said = self.body(serializers.AppToEnter)
        if current := own_apps.app_in_use(platform):
            self.held(OrganizationApp.objects.all(), current.pk)
        self.require_match(_shown(platform, own_apps.app_in_use(platform)))
        try:
            app = own_apps.enter_app(
                platform=platform,
                client_id=said["client_id"].strip(),
                client_secret=Secret(said["client_secret"].strip()),
                confirmed=said["confirmed"],
                actor=self.caller.actor,
            )
        except AppRefused as refused:
            raise problems.invalid(f"/{refused.field}" if refused.field else "", refused.words) from refused
        except AppReplaced as replaced:
            raise Problem(409, "app_in_use", IN_USE.format(count=replaced.accounts)) from replaced
        return self.one(_shown(platform, app))

    @extend_schema(operation_id="oauth_apps_remove", responses={204: None})
    def delete(self, request: Any, platform: str) -> Response:
        """Connect new accounts with the app of this Postroom again; those that are connected go on. Safe to repeat."""
        own_apps.remove_app(platform=_known(platform), actor=self.caller.actor)
        return Response(status=204)


class AppTest(Operations):
    needs: ClassVar = {"POST": "app.edit"}
    calls_network = True

    @extend_schema(operation_id="oauth_apps_test", request=None, responses=serializers.AppTested)
    def post(self, request: Any, platform: str) -> Response:
        """Ask the network whether it knows your app and its secret. Nothing is changed by it."""
        _known(platform)
        with self.caller.scope():
            if own_apps.app_in_use(platform) is None:
                raise Problem(409, "no_app", "There is no app of your own to test. Enter it first.")
        try:
            words = own_apps.test_app(organization_id=self.caller.organization.pk, platform=platform)
        except AppRefused as refused:
            return self.one({"is_known": False, "words": refused.words})
        return self.one({"is_known": True, "words": words})


IN_USE = (
    "Accounts connected with the app in use: {count}. They go on with it for as long as it exists at the network. Send "
    "`confirmed`: true to replace it all the same."
)


def _known(platform: str) -> str:
    if platform not in serializers.WITH_APPS:
        raise Http404
    return platform


def _shown(platform: str, own: OrganizationApp | None) -> dict[str, Any]:
    source = "own" if own else "operator" if selectors.is_set_up(platform) else None
    data: dict[str, Any] = serializers.AppShape({
        "platform": platform,
        "source": source,
        "client_id": own.client_id if own else None,
        "secret_hint": own.secret_hint if own else "",
        "accounts": own_apps.accounts_on(own) if own else 0,
        "redirect_uri": services.redirect_uri(platform),
        "portal": registry.adapter_class(platform).setup.portal,
        "changed_at": own.updated_at if own else None,
    }).data  # fmt: skip
    return data
