from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.social_accounts import serializers, services
from apps.social_accounts.api.sessions import shown_once
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.services import portal
from apps.social_accounts.states import AccountState
from apps.tenants.rest import ids
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations


class AccountFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    platform = django_filters.ChoiceFilter(choices=[(name, name) for name in serializers.PLATFORMS])
    state = django_filters.ChoiceFilter(choices=AccountState.choices)
    remote_id = django_filters.CharFilter(max_length=255)


class AccountList(Operations):
    needs: ClassVar = {"GET": "account.view"}

    @extend_schema(
        operation_id="social_accounts_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("workspace", str),
            OpenApiParameter("platform", str, enum=serializers.PLATFORMS),
            OpenApiParameter("state", str, enum=AccountState.values),
            OpenApiParameter("remote_id", str, description="The platform's own id."),
        ],
        responses=page_of(serializers.Account),
    )
    def get(self, request: Any) -> Response:
        """Every account of the workspaces that the key may see, disconnected ones too."""
        return self.page(filtered(AccountFilter, accounts(), request), serializers.Account)


class AccountOperations(Operations):
    needs: ClassVar = {"GET": "account.view"}

    @extend_schema(operation_id="social_accounts_read", responses=serializers.Account)
    def get(self, request: Any, account_id: UUID) -> Response:
        """One account."""
        return self.one(serializers.Account(self.found(accounts(), account_id)).data)


class AccountHealth(Operations):
    needs: ClassVar = {"GET": "account.view"}

    @extend_schema(operation_id="social_accounts_health", responses=serializers.AccountHealth)
    def get(self, request: Any, account_id: UUID) -> Response:
        """How the account is, as the daily check has found it. Nobody is asked."""
        return self.one(serializers.health_of(self.found(accounts(), account_id), was_asked=False))


class AccountCheck(Operations):
    needs: ClassVar = {"POST": "account.connect"}
    calls_network = True

    @extend_schema(operation_id="social_accounts_check", request=None, responses=serializers.AccountHealth)
    def post(self, request: Any, account_id: UUID) -> Response:
        """Ask the platform how the account is."""
        account = reachable(self, account_id, "account.connect")
        own = {"organization_id": account.organization_id, "account_id": account.pk}
        was_asked = services.check_account(**own) and account.grant_id is not None
        with self.caller.scope():
            return self.one(serializers.health_of(self.found(accounts(), account_id), was_asked=was_asked))


class AccountRefresh(Operations):
    needs: ClassVar = {"POST": "account.connect"}
    calls_network = True

    @extend_schema(operation_id="social_accounts_refresh", request=None, responses=serializers.Account)
    def post(self, request: Any, account_id: UUID) -> Response:
        """Ask for new tokens now, where the platform gives any without a person. Usually nobody has to."""
        account = reachable(self, account_id, "account.connect")
        if account.grant_id is None:
            raise Problem(409, "disconnected", "The account has no sign-in that could be refreshed. Reconnect it.")
        services.refresh_grant(organization_id=account.organization_id, grant_id=account.grant_id)
        with self.caller.scope():
            return self.one(serializers.Account(self.found(accounts(), account_id)).data)


class AccountChannels(Operations):
    needs: ClassVar = {"GET": "account.view"}

    @extend_schema(operation_id="social_accounts_channels", responses=serializers.Channels)
    def get(self, request: Any, account_id: UUID) -> Response:
        """What may be chosen at the platform for posts of this account, as it was read last."""
        return self.one(serializers.channels_of(self.found(accounts(), account_id)))


class AccountChannelsRefresh(Operations):
    needs: ClassVar = {"POST": "account.connect"}
    calls_network = True

    @extend_schema(operation_id="social_accounts_channels_refresh", request=None, responses=serializers.Channels)
    def post(self, request: Any, account_id: UUID) -> Response:
        """Read it at the platform now. What it does not tell now stays as it was."""
        account = reachable(self, account_id, "account.connect")
        services.read_choices(organization_id=account.organization_id, account_id=account.pk)
        with self.caller.scope():
            return self.one(serializers.channels_of(self.found(accounts(), account_id)))


class AccountReconnectLink(Operations):
    needs: ClassVar = {"POST": "account.connect"}

    @extend_schema(
        operation_id="social_accounts_reconnect_link",
        request=serializers.LinkToMake,
        responses={201: serializers.SessionShownOnce},
    )
    def post(self, request: Any, account_id: UUID) -> Response:
        """A link for whoever owns the account at the platform, who connects exactly this one with it again, once."""
        account = self.found(accounts(), account_id)
        self.caller.require("account.connect", account.workspace_id)
        wanted = self.body(serializers.LinkToMake)
        return shown_once(self, *portal.make_reconnect_link(member=self.caller, account=account, **wanted))


class AccountDisconnect(Operations):
    needs: ClassVar = {"POST": "account.disconnect"}
    calls_network = True

    @extend_schema(operation_id="social_accounts_disconnect", request=None, responses=serializers.Account)
    def post(self, request: Any, account_id: UUID) -> Response:
        """Stop publishing to the account and forget its tokens; its posts and its history stay. Safe to repeat."""
        account = reachable(self, account_id, "account.disconnect")
        services.disconnect(member=self.caller, account_id=account.pk)
        with self.caller.scope():
            return self.one(serializers.Account(self.found(accounts(), account_id)).data)


def accounts() -> QuerySet[SocialAccount]:
    rows: QuerySet[SocialAccount] = SocialAccount.objects.select_related("grant")
    return rows


def reachable(view: Operations, account_id: UUID, permission: str) -> SocialAccount:
    """The account, for a call to its platform that is made outside of any transaction."""
    with view.caller.scope():
        account: SocialAccount = view.found(accounts(), account_id)
        view.caller.require(permission, account.workspace_id)
    return account
