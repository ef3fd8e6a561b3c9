from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.posts import services
from apps.posts.forms import CampaignForm
from apps.posts.models import Campaign
from apps.posts.views.pages import Kind, Line, form_page, here, kept
from apps.posts.views.pages import listed as list_page
from apps.tenants.access import MemberRequest, page

KIND = Kind(
    title="Campaigns",
    one="campaign",
    several="campaigns",
    lede="What a number of posts are for, and from when to when. A post belongs to one at most.",
    empty="Give a launch or a season a name, its days and its goal, and put posts into it.",
    removal="Its posts stay as they are, and belong to no campaign.",
    list_name="posts:campaigns",
    new_name="posts:campaign_new",
)


@require_safe
@page("post.view")
def listed(request: MemberRequest) -> HttpResponse:
    return list_page(request, KIND, Campaign.objects.filter(workspace=here(request)), _line)


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.edit")
def make(request: MemberRequest) -> HttpResponse:
    form = CampaignForm(request.POST or None)
    own: dict[str, Any] = {"workspace_id": here(request).pk, "actor": request.member.actor}
    done = kept(request, KIND, form, lambda said: services.make_campaign(**own, **said)) if request.POST else None
    return done or form_page(request, KIND, form, heading="New campaign", action_url=reverse("posts:campaign_new"))


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.view")
def change(request: MemberRequest, campaign_id: UUID) -> HttpResponse:
    campaign = _mine(request, campaign_id)
    form = CampaignForm(request.POST) if request.method == "POST" else CampaignForm.of(campaign)
    own: dict[str, Any] = {"campaign": campaign, "actor": request.member.actor}
    done = kept(request, KIND, form, lambda said: services.change_campaign(**own, **said))
    return done or form_page(
        request,
        KIND,
        form,
        heading=campaign.name,
        action_url=reverse("posts:campaign", args=[campaign.pk]),
        remove_url=reverse("posts:campaign_remove", args=[campaign.pk]),
    )


@require_POST
@page("post.view")
def remove(request: MemberRequest, campaign_id: UUID) -> HttpResponse:
    campaign = _mine(request, campaign_id)
    services.remove_campaign(campaign=campaign, actor=request.member.actor)
    messages.success(request, f"{campaign.name} was removed.")
    return redirect("posts:campaigns")


def _mine(request: MemberRequest, campaign_id: UUID) -> Campaign:
    campaign: Campaign = get_object_or_404(Campaign.objects, pk=campaign_id)
    request.member.require("post.edit", campaign.workspace_id)
    return campaign


def _line(campaign: Campaign, may_edit: bool) -> Line:
    return Line(
        name=campaign.name,
        colour=campaign.colour,
        note=" · ".join(filter(None, [_days(campaign), campaign.goal[:140]])),
        posts_url=f"{reverse('publishing:list')}?campaign={campaign.pk}",
        edit_url=reverse("posts:campaign", args=[campaign.pk]) if may_edit else "",
    )


def _days(campaign: Campaign) -> str:
    """ "1 Mar 2026 to 31 May 2026", as much of it as is known."""
    first, last = campaign.starts_on, campaign.ends_on
    if first and last:
        return f"{first:%-d %b %Y} to {last:%-d %b %Y}"
    if first:
        return f"from {first:%-d %b %Y}"
    return f"until {last:%-d %b %Y}" if last else ""
