"""What a person does with a post as a whole, whatever has become of it: try again, take down, sort."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from apps.posts import services as posts
from apps.posts.errors import NotInWorkspace, SortingRefused
from apps.posts.models import Post
from apps.publishing import services
from apps.publishing.errors import PostBusy
from apps.publishing.services import Answer
from apps.tenants.access import MemberRequest, page

NO_SUCH_THING = "A label or campaign that you chose is not there any more. Nothing was changed."


@require_POST
@page("post.view")
def retry_all(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """Send again what failed, on every account."""
    post = _post(request, post_id, "publication.retry")
    try:
        answers = services.retry_all(post=post, actor=request.member.actor)
    except PostBusy as error:
        messages.error(request, error.words)
    else:
        _tell(request, answers, "It is sent again on {}.")
    return redirect("publishing:post", post_id=post_id)


@require_POST
@page("post.view", transaction=False)
def take_down_all(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """Delete the post wherever it is out and its platform lets us."""
    with request.member.scope():
        post = _post(request, post_id, "publication.remove")
    try:
        answers = services.take_down_all(post=post, actor=request.member.actor)
    except PostBusy as error:
        messages.error(request, error.words)
    else:
        _tell(request, answers, "Taken down on {}.")
    return redirect("publishing:post", post_id=post_id)


@require_POST
@page("post.view")
def sort(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """Give a post the labels and the campaign that are ticked."""
    post = _post(request, post_id, "post.edit")
    try:
        labels = [UUID(one) for one in request.POST.getlist("labels")]
        campaign = UUID(request.POST["campaign"]) if request.POST.get("campaign") else None
        posts.sort(post=post, label_ids=labels, campaign_id=campaign, actor=request.member.actor)
    except (ValueError, NotInWorkspace):
        messages.error(request, NO_SUCH_THING)
    except SortingRefused as error:
        messages.error(request, error.words)
    else:
        messages.success(request, "Labels and campaign were saved.")
    return redirect("publishing:post", post_id=post_id)


def _post(request: MemberRequest, post_id: UUID, permission: str) -> Post:
    post: Post = get_object_or_404(Post.objects, pk=post_id, deleted_at=None)
    request.member.require(permission, post.workspace_id)
    return post


def _tell(request: MemberRequest, answers: Sequence[Answer], words: str) -> None:
    """How many it was done on, and each reason why not, once."""
    if done := sum(answer.is_done for answer in answers):
        messages.success(request, words.format("1 account" if done == 1 else f"{done} accounts"))
    for reason in dict.fromkeys(answer.words for answer in answers if not answer.is_done):
        messages.warning(request, reason)
