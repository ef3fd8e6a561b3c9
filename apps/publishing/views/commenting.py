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
from apps.media import services as media
from apps.media.errors import MediaRefused
from apps.media.models import Asset
from apps.posts.appointments import appointment
from apps.posts.models import Post
from apps.posts.selectors import manuscript
from apps.publishing import selectors, services
from apps.publishing.comment_forms import CommentForm, pictures_of
from apps.publishing.errors import CommentRefused, PostBusy
from apps.publishing.models import FollowUp
from apps.publishing.replying import places
from apps.publishing.views.pages import post_context
from apps.tenants.access import MemberRequest, page


@require_POST
@page("post.view", transaction=False)
def comment(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """Say something below the post, on the accounts that are chosen. A new picture is looked at before."""
    with request.member.scope():
        post = get_object_or_404(Post.objects.select_related("author", "workspace"), pk=post_id, deleted_at=None)
        request.member.require("post.publish", post.workspace_id)
        below = places(selectors.publications_of(post), manuscript(post))
        pictures = pictures_of(post.workspace_id)
        form = CommentForm(request.POST, request.FILES, below=below, pictures=pictures, auto_id="comment-%s")
        is_sound = form.is_valid()
    picture = _taken_in(request, post, form) if is_sound else None
    with request.member.scope():
        if form.is_valid() and _written(request, post, form, picture):
            return redirect("publishing:post", post_id=post.pk)
        if picture is not None:
            form.choose(picture)
        context = post_context(post, request.member, comment_form=form)
        return render(request, "publishing/post.html", context, status=422)


def _taken_in(request: MemberRequest, post: Post, form: CommentForm) -> Asset | None:
    """The new picture, in the library; None where there is none, or the form says why it was refused."""
    file = form.cleaned_data.get("picture")
    if file is None:
        return None
    request.member.require("media.upload", post.workspace_id)
    to = media.Destination(post.organization_id, post.workspace_id, request.member.actor)
    try:
        return media.take_file(file=file, name=file.name, to=to)
    except MediaRefused as error:
        form.add_error("picture", error.words)
        return None


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


def _written(request: MemberRequest, post: Post, form: CommentForm, picture: Asset | None) -> bool:
    """Whether it is on its way; if not, the form says why."""
    said = form.cleaned_data
    at = appointment(said["at"].replace(tzinfo=None), post.workspace.timezone).due_at if said["at"] else None
    rows = [row for row in selectors.publications_of(post) if row.pk in said["on"]]
    try:
        services.comment(
            post=post,
            publications=rows,
            remarks=form.remarks(picture.pk if picture else said.get("shown")),
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
