"""Saying something below a post that is out, and calling it off while it waits. Plain forms that lead back to the page
of the post; one that is refused comes back as it was typed (422)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from apps.core import ids
from apps.posts.appointments import appointment
from apps.posts.models import Post
from apps.posts.selectors import manuscript
from apps.publishing import selectors, services
from apps.publishing.comment_forms import CommentForm
from apps.publishing.errors import CommentRefused, PostBusy
from apps.publishing.models import FollowUp
from apps.publishing.remarks import Remark, Remarks
from apps.publishing.replying import places
from apps.publishing.views.pages import post_context
from apps.tenants.access import MemberRequest, page


@require_POST
@page("post.view")
def comment(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """Say something below the post, on the accounts that are chosen."""
    post = get_object_or_404(Post.objects.select_related("author", "workspace"), pk=post_id, deleted_at=None)
    request.member.require("post.publish", post.workspace_id)
    publications = selectors.publications_of(post)
    form = CommentForm(request.POST, below=places(publications, manuscript(post)), auto_id="comment-%s")
    if form.is_valid() and _written(request, post, form):
        return redirect("publishing:post", post_id=post.pk)
    context = post_context(post, request.member, comment_form=form)
    return render(request, "publishing/post.html", context, status=422)


@require_POST
@page("post.view")
def withdraw(request: MemberRequest, follow_up_id: UUID) -> HttpResponse:
    """Call off a comment that has not gone out."""
    row: FollowUp = get_object_or_404(FollowUp.objects.select_related("publication"), pk=follow_up_id)
    request.member.require("post.cancel", row.workspace_id)
    try:
        services.withdraw_comment(follow_up=row, actor=request.member.actor)
    except PostBusy as error:
        messages.error(request, error.words)
    else:
        messages.success(request, gettext("Called off."))
    return redirect("publishing:post", post_id=row.publication.post_id)


def _written(request: MemberRequest, post: Post, form: CommentForm) -> bool:
    """Whether it is on its way; if not, the form says why."""
    said = form.cleaned_data
    at = appointment(said["at"].replace(tzinfo=None), post.workspace.timezone).due_at if said["at"] else None
    rows = [row for row in selectors.publications_of(post) if row.pk in said["on"]]
    try:
        services.comment(
            post=post,
            publications=rows,
            remarks=Remarks(Remark(said["text"])),
            batch=said["key"] or ids.new_id(),
            due_at=at,
            actor=request.member.actor,
        )
    except CommentRefused as error:
        form.refuse(error.problems)
        return False
    except PostBusy as error:
        form.add_error("text", error.words)
        return False
    messages.success(request, gettext("It goes out at its hour.") if at else gettext("It goes out within seconds."))
    return True
