"""Operations on what posts are sorted by and begin with: labels, campaigns, templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

import django_filters
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.posts import serializers, services
from apps.posts.errors import SortingRefused
from apps.posts.models import Campaign, Label, Template, TemplateLabel
from apps.posts.sorting import folded
from apps.tenants.rest import expand, ids, problems
from apps.tenants.rest.expand import Expansion
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Fault, Problem
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import missing, place_of, refuse

LISTED: Final = [*PARAMETERS, OpenApiParameter("workspace", str)]
NAME: Final = OpenApiParameter("name", str, description="Exactly, but for capitals.")
REFERENCE: Final = OpenApiParameter("external_ref", str, description="Your own name for it, exactly.")


@problems.of(SortingRefused)
def _refused(error: SortingRefused) -> Problem:
    pointer = f"/{error.field}"
    if error.code == "taken":
        return Problem(409, "taken", error.words, faults=[Fault(pointer, "taken", error.words)])
    return problems.invalid(pointer, error.words, code=error.code)


def labels() -> QuerySet[Label]:
    rows: QuerySet[Label] = Label.objects.all()
    return rows


def campaigns() -> QuerySet[Campaign]:
    rows: QuerySet[Campaign] = Campaign.objects.all()
    return rows


def templates() -> QuerySet[Template]:
    shown = TemplateLabel.objects.order_by("label__folded_name", "id")
    rows: QuerySet[Template] = Template.objects.prefetch_related(Prefetch("labelled", queryset=shown))
    return rows


EXPANDS: Final[Mapping[str, Expansion]] = {
    "labels": Expansion(ids.LABEL, "labels.*", "post.view", expand.shows(serializers.LabelShape, labels)),
}


class NameFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    name = django_filters.CharFilter(method="named", max_length=120)

    def named(self, rows: QuerySet[Any], _: str, value: str) -> QuerySet[Any]:
        return rows.filter(folded_name=folded(value))


class CampaignFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    external_ref = django_filters.CharFilter(max_length=200)


class LabelList(Operations):
    needs: ClassVar = {"GET": "post.view", "POST": "post.edit"}

    @extend_schema(
        operation_id="labels_list", parameters=[*LISTED, NAME], responses=page_of(serializers.LabelShape, "Label")
    )
    def get(self, request: Any) -> Response:
        """The labels of the workspaces that the key may see."""
        return self.page(filtered(NameFilter, labels(), request), serializers.LabelShape)

    @extend_schema(
        operation_id="labels_create", request=serializers.LabelToMake, responses={201: serializers.LabelShape}
    )
    def post(self, request: Any) -> Response:
        """A label for a workspace's posts."""
        said, place = _to_make(self, serializers.LabelToMake)
        made = services.make_label(workspace_id=place, actor=self.caller.actor, **said)
        shown = serializers.LabelShape(made).data
        return self.one(shown, status=201, location=reverse("api:label", args=[made.pk]))


class LabelOperations(Operations):
    needs: ClassVar = {"GET": "post.view", "PATCH": "post.edit", "DELETE": "post.edit"}

    @extend_schema(operation_id="labels_read", responses=serializers.LabelShape)
    def get(self, request: Any, label_id: UUID) -> Response:
        """One label."""
        return self.one(serializers.LabelShape(self.found(labels(), label_id)).data)

    @extend_schema(operation_id="labels_change", request=serializers.LabelToChange, responses=serializers.LabelShape)
    def patch(self, request: Any, label_id: UUID) -> Response:
        """Another name or colour, on every post that has it."""
        label = mine(self, labels(), label_id)
        said = self.body(serializers.LabelToChange, partial=True)
        self.require_match(serializers.LabelShape(label).data)
        changed = services.change_label(label=label, actor=self.caller.actor, **said)
        return self.one(serializers.LabelShape(changed).data)

    @extend_schema(operation_id="labels_delete", responses={204: None})
    def delete(self, request: Any, label_id: UUID) -> Response:
        """Take a label away, and off every post; the posts stay."""
        label = mine(self, labels(), label_id)
        self.require_match(serializers.LabelShape(label).data)
        services.remove_label(label=label, actor=self.caller.actor)
        return Response(status=204)


class CampaignList(Operations):
    needs: ClassVar = {"GET": "post.view", "POST": "post.edit"}

    @extend_schema(
        operation_id="campaigns_list",
        parameters=[*LISTED, REFERENCE],
        responses=page_of(serializers.CampaignShape, "Campaign"),
    )
    def get(self, request: Any) -> Response:
        """The campaigns of the workspaces that the key may see."""
        return self.page(filtered(CampaignFilter, campaigns(), request), serializers.CampaignShape)

    @extend_schema(
        operation_id="campaigns_create", request=serializers.CampaignToMake, responses={201: serializers.CampaignShape}
    )
    def post(self, request: Any) -> Response:
        """A campaign for a workspace's posts."""
        said, place = _to_make(self, serializers.CampaignToMake)
        made = services.make_campaign(workspace_id=place, actor=self.caller.actor, **said)
        shown = serializers.CampaignShape(made).data
        return self.one(shown, status=201, location=reverse("api:campaign", args=[made.pk]))


class CampaignOperations(Operations):
    needs: ClassVar = {"GET": "post.view", "PATCH": "post.edit", "DELETE": "post.edit"}

    @extend_schema(operation_id="campaigns_read", responses=serializers.CampaignShape)
    def get(self, request: Any, campaign_id: UUID) -> Response:
        """One campaign."""
        return self.one(serializers.CampaignShape(self.found(campaigns(), campaign_id)).data)

    @extend_schema(
        operation_id="campaigns_change", request=serializers.CampaignToChange, responses=serializers.CampaignShape
    )
    def patch(self, request: Any, campaign_id: UUID) -> Response:
        """Change what is named, and nothing else."""
        campaign = mine(self, campaigns(), campaign_id)
        said = self.body(serializers.CampaignToChange, partial=True)
        self.require_match(serializers.CampaignShape(campaign).data)
        changed = services.change_campaign(campaign=campaign, actor=self.caller.actor, **said)
        return self.one(serializers.CampaignShape(changed).data)

    @extend_schema(operation_id="campaigns_delete", responses={204: None})
    def delete(self, request: Any, campaign_id: UUID) -> Response:
        """Take a campaign away; its posts stay, and belong to none."""
        campaign = mine(self, campaigns(), campaign_id)
        self.require_match(serializers.CampaignShape(campaign).data)
        services.remove_campaign(campaign=campaign, actor=self.caller.actor)
        return Response(status=204)


class TemplateList(Operations):
    needs: ClassVar = {"GET": "post.view", "POST": "post.edit"}
    expands: ClassVar = EXPANDS

    @extend_schema(
        operation_id="templates_list",
        parameters=[*LISTED, NAME, expand.parameter(EXPANDS)],
        responses=page_of(serializers.TemplateShape, "Template"),
    )
    def get(self, request: Any) -> Response:
        """The templates of the workspaces that the key may see."""
        return self.page(filtered(NameFilter, templates(), request), serializers.TemplateShape)

    @extend_schema(
        operation_id="templates_create", request=serializers.TemplateToMake, responses={201: serializers.TemplateShape}
    )
    def post(self, request: Any) -> Response:
        """A post to begin with: POST /posts with `template` takes from it what is not said."""
        said, place = _to_make(self, serializers.TemplateToMake)
        made = services.make_template(workspace_id=place, actor=self.caller.actor, **_labelled(said, place))
        shown = _template(self.found(templates(), made.pk))
        return self.one(shown, status=201, location=reverse("api:template", args=[made.pk]))


class TemplateOperations(Operations):
    needs: ClassVar = {"GET": "post.view", "PATCH": "post.edit", "DELETE": "post.edit"}
    expands: ClassVar = EXPANDS

    @extend_schema(
        operation_id="templates_read", parameters=[expand.parameter(EXPANDS)], responses=serializers.TemplateShape
    )
    def get(self, request: Any, template_id: UUID) -> Response:
        """One template."""
        return self.one(_template(self.found(templates(), template_id)))

    @extend_schema(
        operation_id="templates_change", request=serializers.TemplateToChange, responses=serializers.TemplateShape
    )
    def patch(self, request: Any, template_id: UUID) -> Response:
        """Change what is named; posts that began with it stay as they are."""
        template = mine(self, templates(), template_id)
        said = self.body(serializers.TemplateToChange, partial=True)
        self.require_match(_template(template))
        said = _labelled(said, template.workspace_id)
        services.change_template(template=template, actor=self.caller.actor, **said)
        return self.one(_template(self.found(templates(), template_id)))

    @extend_schema(operation_id="templates_delete", responses={204: None})
    def delete(self, request: Any, template_id: UUID) -> Response:
        """Take a template away; posts that began with it stay as they are."""
        template = mine(self, templates(), template_id)
        self.require_match(_template(template))
        services.remove_template(template=template, actor=self.caller.actor)
        return Response(status=204)


def mine(view: Operations, rows: QuerySet[Any], pk: UUID) -> Any:
    row = view.held(rows, pk)
    view.caller.require("post.edit", row.workspace_id)
    return row


def _to_make(view: Operations, shape: Any) -> tuple[dict[str, Any], UUID]:
    """What is said of something new, and the workspace that it is for."""
    said = view.body(shape)
    place = place_of(view, said)
    view.caller.require("post.edit", place.pk)
    said.pop("workspace", None)
    return said, place.pk


def _labelled(said: dict[str, Any], workspace_id: UUID) -> dict[str, Any]:
    """The same with labels as services take them. Raises Problem with the place of every foreign one."""
    if "labels" not in said:
        return said
    wanted = said.pop("labels")
    refuse(missing(Label, {f"/labels/{number}": pk for number, pk in enumerate(wanted)}, workspace_id))
    return {**said, "label_ids": wanted}


def _template(template: Template) -> dict[str, Any]:
    data: dict[str, Any] = serializers.TemplateShape(template).data
    return data
