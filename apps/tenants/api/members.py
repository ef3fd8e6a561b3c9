from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.core import clock
from apps.tenants import serializers, services
from apps.tenants.models import Invitation, Membership
from apps.tenants.permissions import Role
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations


class MemberList(Operations):
    needs: ClassVar = {"GET": "member.view"}

    @extend_schema(operation_id="members_list", parameters=PARAMETERS, responses=page_of(serializers.Member))
    def get(self, request: Any) -> Response:
        """Everybody in the organization."""
        return self.page(_members(), serializers.Member)


class MemberOperations(Operations):
    needs: ClassVar = {"GET": "member.view", "PUT": "member.edit", "DELETE": "member.remove"}

    @extend_schema(operation_id="members_read", responses=serializers.Member)
    def get(self, request: Any, membership_id: UUID) -> Response:
        """One member."""
        return self.one(serializers.Member(self.found(_members(), membership_id)).data)

    @extend_schema(operation_id="members_change_role", request=serializers.RoleChange, responses=serializers.Member)
    def put(self, request: Any, membership_id: UUID) -> Response:
        """Give a member another role, in place of all they had."""
        membership = self.held(_members(), membership_id)
        wanted = self.body(serializers.RoleChange)
        self.require_match(serializers.Member(membership).data)
        services.change_member(
            membership=membership,
            role=Role(wanted["role"]),
            workspace_ids=[row.pk for row in wanted["workspaces"]],
            access_until=wanted["access_until"],
            by=self.caller,
        )
        return self.one(serializers.Member(self.found(_members(), membership_id)).data)

    @extend_schema(operation_id="members_remove", responses={204: None})
    def delete(self, request: Any, membership_id: UUID) -> Response:
        """End a membership at once; what the person wrote and planned stays."""
        membership = self.held(_members(), membership_id)
        self.require_match(serializers.Member(membership).data)
        services.remove_member(membership=membership, by=self.caller)
        return Response(status=204)


class InvitationList(Operations):
    needs: ClassVar = {"GET": "member.view", "POST": "member.invite"}

    @extend_schema(operation_id="invitations_list", parameters=PARAMETERS, responses=page_of(serializers.Invitation))
    def get(self, request: Any) -> Response:
        """Invitations that somebody can still accept."""
        return self.page(Invitation.objects.open(clock.now()), serializers.Invitation)

    @extend_schema(
        operation_id="invitations_create", request=serializers.Invite, responses={201: serializers.Invitation}
    )
    def post(self, request: Any) -> Response:
        """Invite somebody by mail; an earlier invitation of the same address is replaced."""
        wanted = self.body(serializers.Invite)
        places = [row.pk for row in wanted["workspaces"]]
        made = services.invite(email=wanted["email"], role=Role(wanted["role"]), workspace_ids=places, by=self.caller)
        return self.one(serializers.Invitation(made).data, status=201)


class InvitationOperations(Operations):
    needs: ClassVar = {"DELETE": "member.invite"}

    @extend_schema(operation_id="invitations_revoke", responses={204: None})
    def delete(self, request: Any, invitation_id: UUID) -> Response:
        """Withdraw an invitation that nobody has accepted yet."""
        services.revoke(invitation=self.found(Invitation.objects.all(), invitation_id), by=self.caller)
        return Response(status=204)


def _members() -> QuerySet[Membership]:
    rows: QuerySet[Membership] = Membership.objects.select_related("user").prefetch_related("accesses")
    return rows
