"""What a person does with a post or one of its publications: parse, authorise, call one service, answer.

Each works as a plain form, which leads back to the page of the post; asked by htmx it answers the fragment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from apps.posts.errors import PostNotReady
from apps.posts.models import Post
from apps.publishing import services
from apps.publishing.errors import DecisionIncomplete, PostBusy
from apps.publishing.models import FollowUp, Publication
from apps.publishing.presenting import Refused
from apps.publishing.services import Verdict
from apps.publishing.views.pages import post_context, publication_fragment
from apps.tenants.access import MemberRequest, page


@require_POST
@page("post.view")
def cancel(request: MemberRequest, post_id: UUID) -> HttpResponse:
    post = _post(request, post_id, "post.cancel")
    return _of_post(
        request, post, lambda: services.cancel(post=post, actor=request.member.actor), "Taken off the plan."
    )


@require_POST
@page("post.view")
def publish_now(request: MemberRequest, post_id: UUID) -> HttpResponse:
    post = _post(request, post_id, "post.publish")
    return _of_post(
        request,
        post,
        lambda: services.publish_now(post=post, actor=request.member.actor),
        "It goes out within seconds.",
    )


@require_POST
@page("post.view")
def prepare_media(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """Have files made anew that could not be made."""
    post = _post(request, post_id, "post.schedule")
    services.prepare_media(post)
    messages.success(request, "The files are made again.")
    return redirect("publishing:post", post_id=post.pk)


@require_POST
@page("post.view")
def delete(request: MemberRequest, post_id: UUID) -> HttpResponse:
    post = _post(request, post_id, "post.edit")
    try:
        services.discard(post=post, actor=request.member.actor)
    except PostBusy as error:
        messages.error(request, error.words)
        return redirect("publishing:post", post_id=post.pk)
    messages.success(request, "Deleted the draft.")
    return redirect("publishing:list")


@require_POST
@page("post.view")
def cancel_publication(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    row = _publication(request, publication_id, "post.cancel")
    verb = services.cancel_publication
    return _of_publication(
        request, row, lambda: verb(publication=row, actor=request.member.actor), "Taken off the plan."
    )


@require_POST
@page("post.view")
def retry(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    row = _publication(request, publication_id, "publication.retry")
    return _of_publication(
        request, row, lambda: services.retry(publication=row, actor=request.member.actor), "It is sent again."
    )


@require_POST
@page("post.view")
def resume(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    row = _publication(request, publication_id, "publication.retry")
    return _of_publication(
        request,
        row,
        lambda: services.resume(publication=row, actor=request.member.actor),
        "It goes out within seconds.",
    )


@require_POST
@page("post.view")
def retry_follow_up(request: MemberRequest, follow_up_id: UUID) -> HttpResponse:
    follow_up: FollowUp = get_object_or_404(
        FollowUp.objects.select_related("publication__post__workspace"), pk=follow_up_id
    )
    request.member.require("publication.retry", follow_up.workspace_id)
    verb = services.retry_follow_up
    return _of_publication(
        request,
        follow_up.publication,
        lambda: verb(follow_up=follow_up, actor=request.member.actor),
        "It is sent again.",
    )


@require_POST
@page("post.view")
def decide_out(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    """It is live; an address that is not of the platform comes back as it was pasted, with what is wanted (422)."""
    try:
        return _decide(request, publication_id, Verdict.OUT, "Noted: it is live.")
    except DecisionIncomplete as error:
        refused = Refused(publication_id, request.POST.get("remote_url", ""), error.words)
    row = _publication(request, publication_id, "publication.decide")
    if request.htmx:  # type: ignore[attr-defined]
        return publication_fragment(request, row, status=422, refused=refused)
    context = post_context(row.post, request.member, refused)
    return render(request, "publishing/post.html", context, status=422)


@require_POST
@page("post.view")
def decide_not_out(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    return _decide(request, publication_id, Verdict.NOT_OUT, "It is sent again.")


@require_POST
@page("post.view")
def decide_leave(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    return _decide(request, publication_id, Verdict.LEAVE, "Left as it is.")


def _decide(request: MemberRequest, publication_id: UUID, verdict: Verdict, done: str) -> HttpResponse:
    row = _publication(request, publication_id, "publication.decide")
    link = request.POST.get("remote_url", "")
    actor = request.member.actor
    return _of_publication(
        request, row, lambda: services.decide(publication=row, verdict=verdict, link=link, actor=actor), done
    )


def _post(request: MemberRequest, post_id: UUID, permission: str) -> Post:
    post = get_object_or_404(Post.objects, pk=post_id, deleted_at=None)
    request.member.require(permission, post.workspace_id)
    return post


def _publication(request: MemberRequest, publication_id: UUID, permission: str) -> Publication:
    row: Publication = get_object_or_404(Publication.objects.select_related("post__workspace"), pk=publication_id)
    request.member.require(permission, row.workspace_id)
    return row


def _of_post(request: HttpRequest, post: Post, verb: Callable[[], Any], done: str) -> HttpResponse:
    if problem := _refusal(verb):
        messages.error(request, problem)
    else:
        messages.success(request, done)
    return redirect("publishing:post", post_id=post.pk)


def _of_publication(request: HttpRequest, row: Publication, verb: Callable[[], Any], done: str) -> HttpResponse:
    problem = _refusal(verb)
    if request.htmx:  # type: ignore[attr-defined]
        return publication_fragment(request, row, status=422 if problem else 200)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, done)
    return redirect("publishing:post", post_id=row.post_id)


def _refusal(verb: Callable[[], Any]) -> str:
    """Do it, or say in words why not."""
    try:
        verb()
    except PostNotReady as error:
        return " ".join(dict.fromkeys(problem.words for problem in error.problems))
    except PostBusy as error:
        return error.words
    return ""
