"""Operations on boards: the same numbers as on the pages, for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.analytics import board_serializers as shapes
from apps.analytics.api.figures import DAY, USUAL_DAYS, days_asked
from apps.analytics.boards.choosing import MOST, Choice
from apps.analytics.boards.mix import mix_of
from apps.analytics.boards.organization import organization_board
from apps.analytics.boards.post import grown
from apps.analytics.overview import Overview, overview
from apps.posts.models import Campaign, Label, Post
from apps.tenants.models import Organization, Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.problems import bad_parameter
from apps.tenants.rest.views import Operations

SPAN: Final = [
    OpenApiParameter("from", DAY, description=f"The first day; {USUAL_DAYS} days before the last."),
    OpenApiParameter("to", DAY, description="The last day; yesterday, where the workspace is."),
]
ACCOUNTS: Final = OpenApiParameter("accounts", str, description="Of these alone: ids, with commas.")
NETWORKS: Final = OpenApiParameter("networks", str, description="Of these alone, with commas.")
LABELS: Final = OpenApiParameter("labels", str, description="Of posts with any of these: ids, with commas.")
CAMPAIGNS: Final = OpenApiParameter("campaigns", str, description="Of posts of any of these: ids, with commas.")
CHOICE: Final = [ACCOUNTS, NETWORKS, LABELS, CAMPAIGNS]


class WorkspaceBoard(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(operation_id="analytics_workspace", parameters=[*SPAN, *CHOICE], responses=shapes.Board)
    def get(self, request: Any, workspace_id: UUID) -> Response:
        """A workspace day by day, beside the period before. With `labels` or `campaigns` only posts are counted: what
        accounts tell of their days is of all their posts."""
        return self.one(shapes.board_of(_asked(self, request, workspace_id)))


class WorkspaceTimes(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(operation_id="analytics_times", parameters=[*SPAN, *CHOICE], responses=shapes.TimesShape)
    def get(self, request: Any, workspace_id: UUID) -> Response:
        """When posts do well, by weekday and hour, with how many posts each hour stands on."""
        found = _asked(self, request, workspace_id)
        return self.one(shapes.times_shown(found.times, found))


class WorkspaceMix(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(operation_id="analytics_mix", parameters=[*SPAN, *CHOICE], responses=shapes.MixShape)
    def get(self, request: Any, workspace_id: UUID) -> Response:
        """What the posts of a span were made of, beside what was planned."""
        found = _asked(self, request, workspace_id)
        workspace = Workspace.objects.get(pk=workspace_id)
        return self.one(shapes.mix_shown(mix_of(workspace, found), found))


class CampaignBoard(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(
        operation_id="analytics_campaign", parameters=[*SPAN, ACCOUNTS, NETWORKS, LABELS], responses=shapes.Board
    )
    def get(self, request: Any, campaign_id: UUID) -> Response:
        """The posts of a campaign day by day, beside the period before."""
        campaign = self.found(Campaign.objects, campaign_id)
        own = {"campaigns": frozenset([campaign.pk])}
        return self.one(shapes.board_of(_asked(self, request, campaign.workspace_id, **own)))


class LabelBoard(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(
        operation_id="analytics_label", parameters=[*SPAN, ACCOUNTS, NETWORKS, CAMPAIGNS], responses=shapes.Board
    )
    def get(self, request: Any, label_id: UUID) -> Response:
        """The posts with a label day by day, beside the period before."""
        label = self.found(Label.objects, label_id)
        own = {"labels": frozenset([label.pk])}
        return self.one(shapes.board_of(_asked(self, request, label.workspace_id, **own)))


class ClientsBoard(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(operation_id="analytics_organization", parameters=[*SPAN, NETWORKS], responses=shapes.ClientsBoard)
    def get(self, request: Any) -> Response:
        """All workspaces that the key may see beside each other, and together. Days are those of each one's own clock;
        yesterday is where the organization is."""
        organization = Organization.objects.get(pk=self.caller.key.organization_id)
        first, last = days_asked(request.query_params, organization.timezone)
        workspaces = list(Workspace.objects.filter(archived_at=None).order_by("name", "pk"))
        networks = frozenset(_named(request, "networks"))
        board = organization_board(workspaces, first=first, last=last, zone=organization.timezone, networks=networks)
        found = board.everybody
        data = {
            "span": {"first": first, "last": last},
            "before": {"first": first - found.length, "last": first - timedelta(days=1)},
            "all": shapes.numbers_of(found),
            "apart": sorted(found.apart & set(found.platform_of.values())),
            "data": [shapes.client_of(*client) for client in board.clients],
        }
        return self.one(dict(shapes.ClientsBoard(data).data))


class PostBoard(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(operation_id="analytics_post", responses=shapes.PostBoard)
    def get(self, request: Any, post_id: UUID) -> Response:
        """All readings of a post on each account that it is on, beside what is usual there at the same age."""
        post = self.found(Post.objects.filter(deleted_at=None), post_id)
        data = {"post": post.pk, "publications": [shapes.grown_shown(one) for one in grown(post)]}
        return self.one(dict(shapes.PostBoard(data).data))


def _asked(view: Operations, request: Any, workspace_id: UUID, **own: frozenset[UUID]) -> Overview:
    """The rows of the workspace that the request is about, narrowed as it asks."""
    workspace: Workspace = view.found(Workspace.objects, workspace_id)
    first, last = days_asked(request.query_params, workspace.timezone)
    chosen = {
        "accounts": _ids(request, "accounts", ids.ACCOUNT),
        "labels": _ids(request, "labels", ids.LABEL),
        "campaigns": _ids(request, "campaigns", ids.CAMPAIGN),
        **own,
    }
    networks = frozenset(_named(request, "networks"))
    return overview(workspace, first=first, last=last, choice=Choice(networks=networks, **chosen))


def _ids(request: Any, name: str, kind: str) -> frozenset[UUID]:
    found = [ids.read(kind, text) for text in _named(request, name)]
    if None in found:
        raise bad_parameter(name, "This is no id of that kind.")
    return frozenset(one for one in found if one is not None)


def _named(request: Any, name: str) -> list[str]:
    named = [one for text in request.query_params.getlist(name) for one in text.split(",") if one]
    if len(named) > MOST:
        raise bad_parameter(name, f"Up to {MOST}.")
    return named
