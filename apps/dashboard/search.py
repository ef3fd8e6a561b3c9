"""Finding posts by their words, for the palette and as a page."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.dashboard import post_rows
from apps.dashboard.context import frame_of, shell_of
from apps.dashboard.workspaces import here
from apps.posts.models import Part, Post
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace

IN_THE_PALETTE = 6
ON_THE_PAGE = 50


@require_safe
@page("post.view")
def search(request: MemberRequest) -> HttpResponse:
    """Posts of the current workspace that hold the words; htmx gets the palette's list."""
    workspace = here(request)
    query = request.GET.get("q", "").strip()[:200]
    in_palette = bool(request.htmx)  # type: ignore[attr-defined]
    found = post_rows.rows(matching(workspace, query)[: IN_THE_PALETTE if in_palette else ON_THE_PAGE]) if query else []
    context = {"query": query, "posts": found, "zone": workspace.timezone, "search_url": reverse("dashboard:search")}
    if not in_palette:
        return render(request, "dashboard/search.html", context)
    actions = shell_of(request, request.member, frame_of(request)).actions
    named = [action for action in actions if query.casefold() in action.label.casefold()]
    return render(request, "dashboard/_found.html", {**context, "actions": named})


def matching(workspace: Workspace, query: str) -> list[Post]:
    """The newest posts with `query` in their title or in one of their texts."""
    said = Part.objects.filter(workspace=workspace, text__icontains=query).values("post")
    posts = Post.objects.filter(workspace=workspace, deleted_at=None)
    return list(posts.filter(Q(title__icontains=query) | Q(pk__in=said)).order_by("-id")[:ON_THE_PAGE])
