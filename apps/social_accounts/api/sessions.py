from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core import clock
from apps.core.secrets import Secret
from apps.social_accounts import serializers
from apps.social_accounts.models import PortalLink
from apps.social_accounts.services import portal
from apps.tenants.rest import ids, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import place_of


class SessionFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)


class SessionList(Operations):
    needs: ClassVar = {"GET": "account.view", "POST": "account.connect"}

    @extend_schema(
        operation_id="connect_sessions_list",
        parameters=[*PARAMETERS, OpenApiParameter("workspace", str)],
        responses=page_of(serializers.Session, "ConnectSession"),
    )
    def get(self, request: Any) -> Response:
        """Sessions that were made, those that are over too; for ninety days."""
        return self.page(filtered(SessionFilter, _sessions(), request), serializers.Session)

    @extend_schema(
        operation_id="connect_sessions_create",
        request=serializers.SessionToMake,
        responses={201: serializers.SessionShownOnce},
    )
    def post(self, request: Any) -> Response:
        """A page of ours, at an address that is told once, where somebody connects accounts of the workspace."""
        wanted = self.body(serializers.SessionToMake)
        workspace = place_of(self, wanted)
        self.caller.require("account.connect", workspace.pk)
        link, token = portal.make_link(
            member=self.caller,
            workspace_id=workspace.pk,
            platforms=wanted.get("platforms") or serializers.PLATFORMS,
            expires_at=clock.now() + timedelta(minutes=wanted["expires_in_minutes"]),
            max_accounts=wanted.get("max_accounts"),
            language=wanted.get("language", ""),
            note=wanted.get("note", ""),
            return_url=wanted.get("return_url", ""),
            is_chosen_elsewhere=wanted["selection"] == "api",
            look=wanted.get("branding"),
        )
        return shown_once(self, link, token)


class SessionOperations(Operations):
    needs: ClassVar = {"GET": "account.view"}

    @extend_schema(operation_id="connect_sessions_read", responses=serializers.Session)
    def get(self, request: Any, session_id: UUID) -> Response:
        """One session, and the accounts that came by it."""
        return self.one(serializers.Session(self.found(_sessions(), session_id)).data)


class SessionPending(Operations):
    needs: ClassVar = {"GET": "account.view"}

    @extend_schema(
        operation_id="connect_sessions_pending",
        parameters=PARAMETERS,
        responses=page_of(serializers.Journey, "PendingJourney"),
    )
    def get(self, request: Any, session_id: UUID) -> Response:
        """Consents that gave several accounts, of which somebody has to choose."""
        link = self.found(_sessions(), session_id)
        return self.page(portal.pending_journeys(link), serializers.Journey)


class SessionFinalize(Operations):
    needs: ClassVar = {"POST": "account.connect"}

    @extend_schema(
        operation_id="connect_sessions_finalize",
        request=serializers.Chosen,
        responses=page_of(serializers.Account, "ConnectedAccount"),
    )
    def post(self, request: Any, session_id: UUID) -> Response:
        """Connect one or several of the accounts that a consent gave; for sessions with `selection: api`."""
        link = self.found(_sessions(), session_id)
        self.caller.require("account.connect", link.workspace_id)
        chosen = self.body(serializers.Chosen)
        journey = portal.pending_journeys(link).filter(pk=chosen["journey"]).first()
        if journey is None:
            raise problems.invalid("/journey", "No journey of this session waits for a choice.", code="not_found")
        accounts = portal.choose(link=link, journey=journey, remote_ids=chosen["channels"], actor=self.caller.actor)
        data = serializers.Account(accounts, many=True).data
        return Response({"data": data, "next_cursor": None, "has_more": False})


class SessionCancel(Operations):
    needs: ClassVar = {"POST": "account.connect"}

    @extend_schema(operation_id="connect_sessions_cancel", request=None, responses=serializers.Session)
    def post(self, request: Any, session_id: UUID) -> Response:
        """Close a session at once; what came by it stays connected. Safe to repeat."""
        link = self.found(_sessions(), session_id)
        self.caller.require("account.connect", link.workspace_id)
        portal.revoke_link(link=link, member=self.caller)
        return self.one(serializers.Session(self.found(_sessions(), session_id)).data)


def shown_once(view: Operations, link: PortalLink, token: Secret) -> Response:
    data = {**serializers.Session(link).data, "url": portal.address_of(token)}
    return view.one(data, status=201, location=reverse("api:session", args=[link.pk]))


def _sessions() -> QuerySet[PortalLink]:
    rows: QuerySet[PortalLink] = PortalLink.objects.prefetch_related("sessions")
    return rows
