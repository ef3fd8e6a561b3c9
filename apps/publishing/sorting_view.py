"""What the page of a post shows of its labels and its campaign, and the choice that a member has."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from apps.posts.models import Campaign, Label, Post, PostLabel
from apps.tenants.members import Member


@dataclass(frozen=True, slots=True)
class Choice:
    id: UUID
    name: str
    colour: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SortingView:
    """`labels` and `campaigns` are all that the workspace has; `url` is "" for who may not change it."""

    labels: tuple[Choice, ...]
    campaigns: tuple[Choice, ...]
    url: str
    manage_url: str

    @property
    def chosen(self) -> tuple[Choice, ...]:
        return tuple(one for one in self.labels if one.is_chosen)

    @property
    def campaign(self) -> Choice | None:
        return next((one for one in self.campaigns if one.is_chosen), None)


def named_choices(kind: type[Label] | type[Campaign], workspace_id: UUID, chosen: UUID | None) -> list[Choice]:
    """The labels or campaigns of a workspace, to filter by."""
    rows = kind.objects.filter(workspace_id=workspace_id)
    return [Choice(row.pk, row.name, row.colour, row.pk == chosen) for row in rows]


def sorting_of(post: Post, member: Member) -> SortingView:
    worn = set(PostLabel.objects.filter(post=post).values_list("label_id", flat=True))
    labels = Label.objects.filter(workspace_id=post.workspace_id)
    campaigns = Campaign.objects.filter(workspace_id=post.workspace_id)
    may_edit = member.may_in(post.workspace_id, "post.edit")
    return SortingView(
        labels=tuple(Choice(one.pk, one.name, one.colour, one.pk in worn) for one in labels),
        campaigns=tuple(Choice(one.pk, one.name, one.colour, one.pk == post.campaign_id) for one in campaigns),
        url=reverse("publishing:sort", args=[post.pk]) if may_edit else "",
        manage_url=reverse("posts:labels"),
    )
