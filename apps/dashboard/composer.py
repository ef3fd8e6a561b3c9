"""Writing and planning a post. One form, in which every button sends all of it.

The steps of the form (a picture up, one more reply) change only what is on the page; what is stored changes with
"draft", "schedule" and "publish_now". A refused form comes back with all that was written, and answers 422.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core import clock
from apps.core.ids import new_id
from apps.dashboard import workspaces
from apps.dashboard.attaching import Attached, attach
from apps.dashboard.composer_form import Writing
from apps.dashboard.composer_media import picks
from apps.dashboard.composer_page import Desk, composer, refused
from apps.dashboard.media_form import uuid_of, with_cover
from apps.dashboard.post_rows import progress_of
from apps.dashboard.problems import ComposerErrors
from apps.posts import selectors as posts_selectors
from apps.posts import services as posts
from apps.posts.appointments import appointment
from apps.posts.errors import NotInWorkspace, PostChanged, PostMalformed, PostNotReady
from apps.posts.models import Post, Queue, Template
from apps.posts.queueing import Priority
from apps.publishing import queues
from apps.publishing import services as publishing
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.states import OPEN
from apps.publishing.views.queues import tell_joined
from apps.social_accounts import selectors as social_accounts
from apps.tenants.access import MemberRequest, page

KEY_SALT = "composer.form"
KEY_LIFETIME = timedelta(days=30)
NO_QUEUE = "Choose a queue of this workspace."
NO_TIME = "Choose a day and a time, or publish now."
GONE = "The post that this form became was deleted. Send it again to make a new one."
SENT_BEFORE = "This form was sent in before, and this is its post. What you changed since is not in it."
NEEDS = {"schedule": "post.schedule", "enqueue": "post.schedule", "publish_now": "post.publish", "draft": "post.edit"}


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.edit", transaction=False)
def compose(request: MemberRequest) -> HttpResponse:
    """A new post; `?date=2026-10-15` begins with that day, `?template=` with the words of a template."""
    attached = attach(request, workspaces.here(request)) if request.method == "POST" else Attached()
    with request.member.scope():
        desk = _desk(request)
        if request.method == "POST":
            return _answer(request, desk, None, attached)
        known = {account.pk for account in desk.accounts}
        only = tuple(known) if len(known) == 1 else ()
        begun = Writing(date=request.GET.get("date", "")[:10], accounts=only, form_key=_new_key())
        if template := _template(desk, uuid_of(request.GET.get("template", ""))):
            begun = begun.beginning_with(template, desk.accounts)
        named = uuid_of(request.GET.get("media", ""))
        return _show(request, desk, begun.with_media([named]) if named else begun)


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.view", transaction=False)
def edit(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """A post that is a draft or waits to go out."""
    with request.member.scope():
        post = _post(request, post_id)
        workspace = workspaces.of(request, post.workspace_id)
    attached = attach(request, workspace) if request.method == "POST" else Attached()
    with request.member.scope():
        post = _post(request, post_id)
        desk = _desk(request, post)
        if request.method == "POST":
            return _answer(request, desk, post, attached)
        return _show(request, desk, Writing.of_post(post, posts_selectors.content_of(post)))


@require_POST
@page("post.edit")
def preview(request: MemberRequest) -> HttpResponse:
    """Counters, problems and previews of what is being written; nothing is stored."""
    desk = _desk(request, _named_post(request))
    return render(request, "posts/_live.html", {"composer": composer(desk, Writing.of_form(request.POST))})


@require_POST
@page("post.edit", transaction=False)
def piece(request: MemberRequest) -> HttpResponse:
    """A part of the form after one of its steps: the files, or what comes after the post."""
    with request.member.scope():
        post = _named_post(request)
        workspace = workspaces.of(request, post.workspace_id) if post else workspaces.here(request)
    attached = attach(request, workspace)
    with request.member.scope():
        desk = _desk(request, post)
        writing, errors = _stepped(request, Writing.of_form(request.POST), attached)
        is_about_files = request.FILES or request.POST.get("action", "").startswith(("media", "fit", "cover"))
        template = "posts/_media.html" if is_about_files else "posts/_after.html"
        context = {"composer": composer(desk, writing, errors=errors)}
        return render(request, template, context, status=422 if errors.media else 200)


@require_safe
@page("post.edit")
def pick(request: MemberRequest) -> HttpResponse:
    """Files of the library to choose from, found by words."""
    desk = _desk(request, _named_post(request))
    which = f"?{request.GET.urlencode()}" if request.GET.get("post") else ""
    context = {
        "picks": picks(desk.workspace.pk, request.GET.get("pick", "").strip()[:100]),
        "piece_url": f"{reverse('dashboard:compose_piece')}{which}",
    }
    return render(request, "posts/_picks.html", context)


def _answer(request: MemberRequest, desk: Desk, post: Post | None, attached: Attached) -> HttpResponse:
    """What becomes of a form that was sent in."""
    writing, errors = _stepped(request, Writing.of_form(request.POST), attached)
    action = request.POST.get("action", "check")
    if errors.media or action not in NEEDS:
        return _show(request, desk, writing, errors, status=422 if errors.media else 200)
    request.member.require(NEEDS[action], desk.workspace.pk)
    _, writing = desk.manuscript(writing)
    if post is None and (known := _of_this_form(desk, writing)):
        return _sent_before(request, desk, writing, known)
    if action == "schedule" and writing.local is None:
        return _show(request, desk, writing, ComposerErrors(form="Not on the plan yet.", when=NO_TIME), status=422)
    if action == "enqueue" and _queue(desk, writing) is None:
        return _show(request, desk, writing, ComposerErrors(form="Not on the plan yet.", when=NO_QUEUE), status=422)
    try:
        with transaction.atomic():
            kept = _store(request, desk, post, writing, action)
    except PostNotReady as error:
        return _show(request, desk, writing, refused(writing, error.problems, action=action), status=422)
    except (PostBusy, PostChanged, PostMalformed) as error:
        return _show(request, desk, writing, ComposerErrors(form=error.words), status=422)
    except NotInWorkspace as error:
        return _show(request, desk, writing, ComposerErrors(form=f"{error}."), status=422)
    return redirect("publishing:post", kept.pk)


def _store(request: MemberRequest, desk: Desk, post: Post | None, writing: Writing, action: str) -> Post:
    """Write the post down and do what the button says, all or nothing."""
    actor = request.member.actor
    if action == "enqueue" and writing.queue:
        queues.held([writing.queue])  # before the post: locks are taken in one order
    content = writing.content(desk.known_options())
    if post is None:
        post_id = _key(writing.form_key) or new_id()
        try:
            with transaction.atomic():
                post = posts.create(
                    workspace_id=desk.workspace.pk,
                    content=content,
                    author_id=request.user.pk,
                    actor=actor,
                    post_id=post_id,
                    label_ids=_labels(desk, writing),
                )
        except IntegrityError:
            # The same form in the same moment: a second click. What the first one did is what counts.
            return get_object_or_404(Post.objects, pk=post_id, workspace_id=desk.workspace.pk)
    else:
        if action == "draft" and desk.is_planned:
            publishing.cancel(post=post, actor=actor)
        post = publishing.edit(post=post, content=content, actor=actor, expected_revision=writing.revision)
    return DOING[action](request, desk, post, writing)


def _labels(desk: Desk, writing: Writing) -> list[UUID]:
    """Those of the template that a new post began with, if that is still there."""
    template = _template(desk, writing.template)
    return [row.label_id for row in template.labelled.all()] if template else []


def _template(desk: Desk, template_id: UUID | None) -> Template | None:
    if template_id is None:
        return None
    found: Template | None = Template.objects.filter(pk=template_id, workspace=desk.workspace).first()
    return found


def _of_this_form(desk: Desk, writing: Writing) -> Post | None:
    """The post that this form has become already."""
    post_id = _key(writing.form_key)
    return Post.objects.filter(pk=post_id, workspace_id=desk.workspace.pk).first() if post_id else None


def _sent_before(request: MemberRequest, desk: Desk, writing: Writing, post: Post) -> HttpResponse:
    """A reload shows what the form did; who went back and wrote on is told that this is not in the post."""
    if post.deleted_at:
        return _show(request, desk, replace(writing, form_key=_new_key()), ComposerErrors(form=GONE), status=422)
    if writing.content(desk.known_options()) != posts_selectors.content_of(post):
        messages.warning(request, SENT_BEFORE)
    return redirect("publishing:post", post.pk)


def _draft(request: MemberRequest, desk: Desk, post: Post, writing: Writing) -> Post:
    local = writing.local
    post = posts.set_appointment(post=post, appointment=appointment(local, desk.workspace.timezone) if local else None)
    messages.success(request, "Taken off the plan and saved as a draft." if desk.is_planned else "Saved as a draft.")
    return post


def _schedule(request: MemberRequest, desk: Desk, post: Post, writing: Writing) -> Post:
    zone, local = desk.workspace.timezone, writing.local
    if local is None:  # the form was looked at before
        raise PostMalformed(NO_TIME, field="due_at")
    actor = request.member.actor
    plan = publishing.schedule(post=post, local=local, zone=zone, actor=actor, all_the_same=writing.all_the_same)
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    # Where clocks change, the plan may differ from what was typed.
    at = plan.appointment.due_at.astimezone(ZoneInfo(zone))
    year = "" if at.year == clock.now().astimezone(at.tzinfo).year else f" {at.year}"
    messages.success(request, f"Scheduled for {at:%a %-d %b}{year}, {at:%H:%M} {place} time.")
    for words in (plan.note, *(warning.words for warning in plan.warnings)):
        if words:
            messages.warning(request, words)
    return post


def _enqueue(request: MemberRequest, desk: Desk, post: Post, writing: Writing) -> Post:
    queue = _queue(desk, writing)
    if queue is None:  # the form was looked at before
        raise PostMalformed(NO_QUEUE, field="queue")
    priority = Priority.of(writing.queue_priority)
    tell_joined(request, queue, queues.join(post=post, queue=queue, priority=priority, actor=request.member.actor))
    return post


def _queue(desk: Desk, writing: Writing) -> Queue | None:
    found: Queue | None = Queue.objects.filter(pk=writing.queue, workspace=desk.workspace).first()
    return found


def _publish_now(request: MemberRequest, desk: Desk, post: Post, writing: Writing) -> Post:
    plan = publishing.publish_now(post=post, actor=request.member.actor, all_the_same=writing.all_the_same)
    for warning in plan.warnings:
        messages.warning(request, warning.words)
    messages.success(request, "Publishing now.")
    return post


DOING: dict[str, Callable[[MemberRequest, Desk, Post, Writing], Post]] = {
    "draft": _draft,
    "schedule": _schedule,
    "enqueue": _enqueue,
    "publish_now": _publish_now,
}


def _stepped(request: MemberRequest, writing: Writing, attached: Attached) -> tuple[Writing, ComposerErrors]:
    """The writing after the button that was pressed, with the files that came along."""
    writing = writing.after(request.POST.get("action", "")).with_media(attached.asset_ids)
    if attached.cover:
        writing = replace(writing, media=with_cover(writing.media, *attached.cover))
    return writing, ComposerErrors(media=attached.words)


def _post(request: MemberRequest, post_id: UUID) -> Post:
    post: Post = get_object_or_404(Post.objects, pk=post_id, deleted_at=None)
    request.member.require("post.edit", post.workspace_id)
    return post


def _named_post(request: MemberRequest) -> Post | None:
    """The stored post that a fragment is asked for, named in its address."""
    if "post" not in request.GET:
        return None
    if (post_id := uuid_of(request.GET["post"])) is None:
        raise Http404("No such post")
    return _post(request, post_id)


def _desk(request: MemberRequest, post: Post | None = None) -> Desk:
    workspace = workspaces.of(request, post.workspace_id) if post else workspaces.here(request)
    accounts = tuple(social_accounts.accounts_of(workspace.pk))
    desk = Desk(
        workspace=workspace,
        accounts=accounts,
        may_schedule=request.member.may_in(workspace, "post.schedule"),
        may_publish=request.member.may_in(workspace, "post.publish"),
    )
    if post is None:
        return desk
    planned = Publication.objects.filter(post=post, state__in=OPEN).exists()
    return replace(desk, post_id=post.pk, state=progress_of([post])[post.pk].state.value, is_planned=planned)


def _show(
    request: MemberRequest, desk: Desk, writing: Writing, errors: ComposerErrors | None = None, *, status: int = 200
) -> HttpResponse:
    context = {"composer": composer(desk, writing, errors=errors)}
    return render(request, "posts/composer.html", context, status=status)


def _new_key() -> str:
    """The id that the post of this form will have, signed: sent twice, it is still one post."""
    return signing.dumps(str(new_id()), salt=KEY_SALT)


def _key(form_key: str) -> UUID | None:
    try:
        return UUID(signing.loads(form_key, salt=KEY_SALT, max_age=KEY_LIFETIME))
    except (signing.BadSignature, ValueError):
        return None
