from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core import clock
from apps.core.calendar import cell_of
from apps.links import selectors, serializers, services
from apps.links.models import Link, LinkSettings
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import bad_parameter
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import place_of

DAY: Final = {"type": "string", "format": "date"}
USUAL_DAYS: Final = 30
MOST_DAYS: Final = 400


class LinkFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    post = IdFilter(ids.POST)
    account = IdFilter(ids.ACCOUNT)


class LinkList(Operations):
    needs: ClassVar = {"GET": "link.view", "POST": "link.edit"}

    @extend_schema(
        operation_id="links_list",
        parameters=[*PARAMETERS, *(OpenApiParameter(name, str) for name in ("workspace", "post", "account"))],
        responses=page_of(serializers.LinkShape, "Link"),
    )
    def get(self, request: Any) -> Response:
        """Addresses of posts as they go out, and short ones by hand."""
        return self.page(filtered(LinkFilter, links(), request), serializers.LinkShape)

    @extend_schema(
        operation_id="links_create", request=serializers.ShortLinkToMake, responses={201: serializers.LinkShape}
    )
    def post(self, request: Any) -> Response:
        """A short link by hand, for a profile or a printed page. Those of posts are made when a post is written."""
        said = self.body(serializers.ShortLinkToMake)
        workspace = place_of(self, said)
        said.pop("workspace", None)
        self.caller.require("link.edit", workspace.pk)
        made = services.make_link(workspace=workspace, actor=self.caller.actor, **said)
        data = serializers.LinkShape(made).data
        return self.one(data, status=201, location=reverse("api:link", args=[made.pk]))


class LinkOperations(Operations):
    needs: ClassVar = {"GET": "link.view", "PATCH": "link.edit", "DELETE": "link.edit"}

    @extend_schema(operation_id="links_read", responses=serializers.LinkShape)
    def get(self, request: Any, short_link_id: UUID) -> Response:
        """One link."""
        return self.one(serializers.LinkShape(self.found(links(), short_link_id)).data)

    @extend_schema(operation_id="links_change", request=serializers.ShortLinkToChange, responses=serializers.LinkShape)
    def patch(self, request: Any, short_link_id: UUID) -> Response:
        """Pause it, let it end, name it; let it lead elsewhere, unless it stands in a post."""
        link = self._mine(short_link_id)
        said = self.body(serializers.ShortLinkToChange, partial=True)
        self.require_match(serializers.LinkShape(link).data)
        if "paused" in said:
            said["paused_at"] = (link.paused_at or clock.now()) if said.pop("paused") else None
        changed = services.change_link(link=link, actor=self.caller.actor, **said)
        return self.one(serializers.LinkShape(changed).data)

    @extend_schema(operation_id="links_delete", responses={204: None})
    def delete(self, request: Any, short_link_id: UUID) -> Response:
        """Take a link by hand away, with its clicks. One that stands in a post can be paused."""
        link = self._mine(short_link_id)
        self.require_match(serializers.LinkShape(link).data)
        services.remove_link(link=link, actor=self.caller.actor)
        return Response(status=204)

    def _mine(self, pk: UUID) -> Link:
        link: Link = self.held(links(), pk)
        self.caller.require("link.edit", link.workspace_id)
        return link


class LinkClickList(Operations):
    needs: ClassVar = {"GET": "link.view"}

    @extend_schema(
        operation_id="links_clicks",
        parameters=[
            OpenApiParameter("from", DAY, description=f"The first day; {USUAL_DAYS} days before the last."),
            OpenApiParameter("to", DAY, description="The last day; today, where the workspace is."),
        ],
        responses=serializers.LinkClicks,
    )
    def get(self, request: Any, short_link_id: UUID) -> Response:
        """Clicks on a short link by day. Programs that look ahead are left out; nothing is known of people."""
        link = self.found(links().select_related("workspace"), short_link_id)
        first, last = _days(request.query_params, link.workspace.timezone)
        days = selectors.clicks_on(link, first=first, last=last)
        shown = [{"day": day, "clicks": clicks} for day, clicks in days]
        total = sum(clicks for _, clicks in days)
        return self.one(dict(serializers.LinkClicks({"link": link.pk, "total": total, "days": shown}).data))


class LinkSettingsOperations(Operations):
    needs: ClassVar = {"GET": "link.view", "PATCH": "workspace.edit"}

    @extend_schema(operation_id="link_settings_read", responses=serializers.LinkSettingsRead)
    def get(self, request: Any, workspace_id: UUID) -> Response:
        """What becomes of addresses in a workspace's posts."""
        workspace = self.found(_workspaces(), workspace_id)
        return self.one(_shown(selectors.settings_of(workspace.pk), workspace))

    @extend_schema(
        operation_id="link_settings_change",
        request=serializers.LinkSettingsShape,
        responses=serializers.LinkSettingsRead,
    )
    def patch(self, request: Any, workspace_id: UUID) -> Response:
        """Change what is named, for posts that are written from now on. What is planned already goes out as it was."""
        workspace = self.held(_workspaces(), workspace_id, no_key=True)
        self.caller.require("workspace.edit", workspace.pk)
        said = self.body(serializers.LinkSettingsShape, partial=True)
        self.require_match(_shown(selectors.settings_of(workspace.pk), workspace))
        changed = services.change_settings(workspace=workspace, actor=self.caller.actor, **said)
        return self.one(_shown(changed, workspace))


def links() -> QuerySet[Link]:
    rows: QuerySet[Link] = Link.objects.all()
    return rows


def _workspaces() -> QuerySet[Workspace]:
    rows: QuerySet[Workspace] = Workspace.objects.select_related("organization")
    return rows


def _shown(rules: LinkSettings, workspace: Workspace) -> dict[str, Any]:
    values = {name: getattr(rules, name) for name in serializers.LinkSettingsShape().fields}
    domains = list(selectors.domains_for(workspace))
    return dict(serializers.LinkSettingsRead({**values, "workspace_id": workspace.pk, "domains": domains}).data)


def _days(asked: Any, zone: str) -> tuple[date, date]:
    last = _day(asked, "to") or cell_of(clock.now(), zone)
    first = _day(asked, "from") or last - timedelta(days=USUAL_DAYS - 1)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise bad_parameter("from", f"From 1 to {MOST_DAYS} days.")
    return first, last


def _day(asked: Any, name: str) -> date | None:
    text = asked.get(name, "")
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise bad_parameter(name, "A day is written 2026-11-30.") from None
    if found is not None and not 2000 <= found.year <= 2200:
        raise bad_parameter(name, "There is nothing so far away.")
    return found
