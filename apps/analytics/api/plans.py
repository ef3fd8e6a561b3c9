"""Operations on what a workspace means to reach: goals, and the mix of its posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.analytics import board_serializers as shapes
from apps.analytics import services
from apps.analytics.boards.goals import progress_of_all
from apps.analytics.models import Goal
from apps.analytics.states import Aim, Format
from apps.core import clock
from apps.core.calendar import cell_of
from apps.posts.models import Label
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import missing, place_of, refuse


class GoalFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    account = IdFilter(ids.ACCOUNT)


class GoalList(Operations):
    needs: ClassVar = {"GET": "analytics.view", "POST": "analytics.plan"}

    @extend_schema(
        operation_id="goals_list",
        parameters=[*PARAMETERS, OpenApiParameter("workspace", str), OpenApiParameter("account", str)],
        responses=page_of(shapes.GoalWithProgress, "Goal"),
    )
    def get(self, request: Any) -> Response:
        """Goals, each with how far it is and whether it goes fast enough."""
        return self.page(filtered(GoalFilter, goals(), request), _shown)

    @extend_schema(operation_id="goals_create", request=shapes.GoalToSet, responses={201: shapes.GoalWithProgress})
    def post(self, request: Any) -> Response:
        """A figure to be reached by a day. `goal.reached` tells when it is."""
        said = self.body(shapes.GoalToSet)
        account = said.get("account")
        place = account.workspace if account and not said.get("workspace") else place_of(self, said)
        self.caller.require("analytics.plan", place.pk)
        said = {**said, "workspace": place, "aim": Aim(said["aim"])}
        made = services.set_goal(actor=self.caller.actor, **said)
        (shown,) = _shown([made])
        return self.one(shown, status=201, location=reverse("api:goal", args=[made.pk]))


class GoalOperations(Operations):
    needs: ClassVar = {"GET": "analytics.view", "PATCH": "analytics.plan", "DELETE": "analytics.plan"}

    @extend_schema(operation_id="goals_read", responses=shapes.GoalWithProgress)
    def get(self, request: Any, goal_id: UUID) -> Response:
        """One goal."""
        return self.one(_shown([self.found(goals(), goal_id)])[0])

    @extend_schema(operation_id="goals_change", request=shapes.GoalToChange, responses=shapes.GoalWithProgress)
    def patch(self, request: Any, goal_id: UUID) -> Response:
        """Another target, or other days."""
        goal = mine(self, goal_id)
        said = self.body(shapes.GoalToChange, partial=True)
        self.require_match(_shown([goal])[0])
        changed = services.change_goal(goal=goal, actor=self.caller.actor, **said)
        return self.one(_shown([changed])[0])

    @extend_schema(operation_id="goals_delete", responses={204: None})
    def delete(self, request: Any, goal_id: UUID) -> Response:
        """Take a goal away."""
        goal = mine(self, goal_id)
        self.require_match(_shown([goal])[0])
        services.remove_goal(goal=goal, actor=self.caller.actor)
        return Response(status=204)


class MixPlan(Operations):
    needs: ClassVar = {"PUT": "analytics.plan"}

    @extend_schema(operation_id="analytics_mix_plan", request=shapes.MixPlan, responses={204: None})
    def put(self, request: Any, workspace_id: UUID) -> Response:
        """Say which shares a workspace's posts should have, in place of what was said before."""
        workspace: Workspace = self.found(Workspace.objects, workspace_id)
        self.caller.require("analytics.plan", workspace.pk)
        said = self.body(shapes.MixPlan)
        labels = said.get("labels", [])
        refuse(missing(Label, {f"/labels/{n}/label": one["label"] for n, one in enumerate(labels)}, workspace.pk))
        services.set_mix(
            workspace=workspace,
            formats={Format(one["format"]): one["percent"] for one in said.get("formats", [])},
            labels={one["label"]: one["percent"] for one in labels},
            actor=self.caller.actor,
        )
        return Response(status=204)


def goals() -> QuerySet[Goal]:
    rows: QuerySet[Goal] = Goal.objects.select_related("workspace")
    return rows


def mine(view: Operations, goal_id: UUID) -> Goal:
    goal: Goal = view.held(goals(), goal_id)
    view.caller.require("analytics.plan", goal.workspace_id)
    return goal


def _shown(rows: Sequence[Goal]) -> list[dict[str, Any]]:
    """Goals with their progress, in the order given; three queries for each workspace among them."""
    of: dict[UUID, list[Goal]] = defaultdict(list)
    for goal in rows:
        of[goal.workspace_id].append(goal)
    shown = {}
    for own in of.values():
        workspace = own[0].workspace
        yesterday = cell_of(clock.now(), workspace.timezone) - timedelta(days=1)
        for one in progress_of_all(workspace, own, yesterday=yesterday):
            shown[one.goal.pk] = shapes.goal_shown(one)
    return [shown[goal.pk] for goal in rows]
