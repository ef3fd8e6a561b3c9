"""Clients' own domains for short links."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.links import serializers, services
from apps.links.models import LinkDomain
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import place_of


class DomainFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)


class LinkDomainList(Operations):
    needs: ClassVar = {"GET": "link.view", "POST": "workspace.edit"}

    @extend_schema(
        operation_id="link_domains_list",
        parameters=[*PARAMETERS, OpenApiParameter("workspace", str)],
        responses=page_of(serializers.LinkDomainShape, "LinkDomain"),
    )
    def get(self, request: Any) -> Response:
        """Domains for short links that clients have named, and how it stands with each."""
        return self.page(filtered(DomainFilter, domains(), request), serializers.LinkDomainShape)

    @extend_schema(
        operation_id="link_domains_create",
        request=serializers.LinkDomainToAdd,
        responses={201: serializers.LinkDomainShape},
    )
    def post(self, request: Any) -> Response:
        """Name a domain. Set the two records that the answer names, then have it checked."""
        said = self.body(serializers.LinkDomainToAdd)
        workspace = place_of(self, said)
        self.caller.require("workspace.edit", workspace.pk)
        made = services.add_domain(workspace=workspace, host=said["host"], actor=self.caller.actor)
        data = serializers.LinkDomainShape(made).data
        return self.one(data, status=201, location=reverse("api:link_domain", args=[made.pk]))


class LinkDomainOperations(Operations):
    needs: ClassVar = {"GET": "link.view", "DELETE": "workspace.edit"}

    @extend_schema(operation_id="link_domains_read", responses=serializers.LinkDomainShape)
    def get(self, request: Any, domain_id: UUID) -> Response:
        """One domain."""
        return self.one(serializers.LinkDomainShape(self.found(domains(), domain_id)).data)

    @extend_schema(operation_id="link_domains_delete", responses={204: None})
    def delete(self, request: Any, domain_id: UUID) -> Response:
        """Take a domain away that no link is on."""
        # Whoever removes a domain holds its workspace first.
        self.held(Workspace.objects.all(), _mine(self, domain_id).workspace_id, no_key=True)
        domain = self.held(domains(), domain_id)
        self.require_match(serializers.LinkDomainShape(domain).data)
        services.remove_domain(domain=domain, actor=self.caller.actor)
        return Response(status=204)


class LinkDomainCheck(Operations):
    needs: ClassVar = {"POST": "workspace.edit"}

    @extend_schema(operation_id="link_domains_check", request=None, responses=serializers.LinkDomainShape)
    def post(self, request: Any, domain_id: UUID) -> Response:
        """Have a worker look at it, usually within half a minute. Safe to repeat; less than a minute after a look it
        is refused as `too_soon`."""
        asked = services.ask_check(domain=_mine(self, domain_id), actor=self.caller.actor)
        return self.one(serializers.LinkDomainShape(asked).data)


def domains() -> QuerySet[LinkDomain]:
    rows: QuerySet[LinkDomain] = LinkDomain.objects.all()
    return rows


def _mine(view: Operations, pk: UUID) -> LinkDomain:
    domain: LinkDomain = view.found(domains(), pk)
    view.caller.require("workspace.edit", domain.workspace_id)
    return domain
