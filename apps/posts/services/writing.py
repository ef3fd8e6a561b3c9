"""Every write of a post. When it goes out, and whether it did, is known upstairs.

A post that may be on the plan is changed through `apps.publishing.services`, which knows what has gone out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.core.rows import fresh
from apps.core.together import is_pending, is_together, pending, whole, write
from apps.events import services as events
from apps.posts.appointments import Appointment
from apps.posts.content import Content
from apps.posts.errors import NotInWorkspace, PostChanged, RefTaken
from apps.posts.linking import settle
from apps.posts.models import Part, PartMedia, Place, Post, Variant
from apps.posts.selectors import accounts_by_id, assets_by_id, content_of
from apps.posts.services import sorting
from apps.posts.states import Review
from apps.social_accounts.models import SocialAccount
from apps.tenants.selectors import workspace_with


@whole
def create(
    *,
    workspace_id: UUID,
    content: Content,
    author_id: UUID | None,
    actor: Actor,
    post_id: UUID | None = None,
    external_ref: str = "",
    label_ids: Collection[UUID] = (),
    campaign_id: UUID | None = None,
) -> Post:
    """Write down a draft, ready or not. Raises NotInWorkspace for foreign accounts, files, labels and campaigns,
    PostMalformed, and RefTaken for a reference that another post of the workspace has.

    With `post_id`, an id of ours that was handed out before, the same form sent twice raises IntegrityError.
    """
    if workspace_with(workspace_id) is None:
        raise NotInWorkspace("There is no such workspace")
    content = content.tidy()
    post = fresh(
        Post,
        organization_id=tenancy.required_organization(),
        workspace_id=workspace_id,
        author_id=author_id,
        title=content.title,
        language=content.language,
        external_ref=external_ref,
        campaign_id=campaign_id,
        **({"id": post_id} if post_id else {}),
    )
    labels = sorting.checked(workspace_id, label_ids=label_ids, campaign_id=campaign_id)
    _save_new(post)
    _write(post, content)
    sorting.lay_on_new(post, labels)
    audit.record("post.created", subject=post, actor=actor)
    events.emit("post.created", subject=post)
    return post


@transaction.atomic
def change(*, post: Post, content: Content, actor: Actor, expected_revision: int | None = None) -> Post:
    """Replace the whole content; `revision` rises. Raises PostChanged, NotInWorkspace, PostMalformed."""
    content = content.tidy()
    post = _next_revision(post, expected_revision, title=content.title, language=content.language)
    Part.objects.filter(post=post).delete()
    Variant.objects.filter(post=post).delete()
    _write(post, content)
    _tell_changed(post, actor)
    return post


@transaction.atomic
def change_variant(
    *,
    post: Post,
    account_id: UUID,
    text: str | None,
    options: Mapping[str, str] | None,
    actor: Actor,
    expected_revision: int | None = None,
) -> Post:
    """Give one account other words or options (None: keep those it has); `revision` rises.

    Raises PostChanged and NotInWorkspace.
    """
    post = _next_revision(post, expected_revision)
    changes: dict[str, object] = {"text": text} if options is None else {"text": text, "options": dict(options)}
    if not Variant.objects.filter(post=post, account_id=account_id).update(**changes):
        raise NotInWorkspace("The post does not go to this account")
    settle_words(post, SocialAccount.objects.get(pk=account_id), text)
    _tell_changed(post, actor)
    return post


@whole
def set_appointment(*, post: Post, appointment: Appointment | None) -> Post:
    """Keep when the post is due, or that it has no appointment; the words, and so the revision, stay as they are.

    A post that has a slot of a queue leaves it, unless this is the time that the queue gave it.
    """
    if post.due_at is not None:
        kept = {"due_at": appointment.due_at} if appointment else {"pk": None}
        Place.objects.filter(post=post).exclude(**kept).delete()
    # Wall time has no zone of its own in the column: it is stored as if it were UTC.
    local = appointment.local.replace(tzinfo=UTC) if appointment else None
    changes: dict[str, object] = {
        "local_due_at": local,
        "timezone": appointment.zone if appointment else "",
        "due_at": appointment.due_at if appointment else None,
        "updated_at": clock.now(),
    }
    if is_pending(post):  # It is written with its appointment.
        for name, value in changes.items():
            setattr(post, name, value)
        return post
    Post.objects.filter(pk=post.pk).update(**changes)
    post.refresh_from_db()
    return post


def note_review(*, post_id: UUID, review: Review) -> None:
    """Keep what reviewers say of the post, for lists and calendars to show. It lets nothing out: gates do that."""
    note_reviews(post_ids=[post_id], review=review)


def note_reviews(*, post_ids: Collection[UUID], review: Review) -> None:
    """The same for many posts of which reviewers say the same."""
    Post.objects.filter(pk__in=post_ids).exclude(review=review).update(review=review)


@transaction.atomic
def leave_queue(*, post: Post) -> None:
    """Give the post's slot back; its appointment stays as it is."""
    Place.objects.filter(post=post).delete()


@transaction.atomic
def set_reference(*, post: Post, external_ref: str, actor: Actor) -> Post:
    """Give a post the name that an integrator has for it, "" for none; the words stay as they are. Raises RefTaken."""
    post = Post.objects.locked(post.pk)
    if external_ref == post.external_ref:
        return post
    post.external_ref = external_ref
    _save(post, update_fields=["external_ref"])
    audit.record("post.referenced", subject=post, actor=actor)
    events.emit("post.updated", subject=post, data={"revision": post.revision})
    return post


@transaction.atomic
def delete(*, post: Post, actor: Actor) -> None:
    """Throw a draft away; the caller has made sure that nothing of it is out or on its way."""
    Post.objects.filter(pk=post.pk, deleted_at=None).update(deleted_at=clock.now(), updated_at=clock.now())
    leave_queue(post=post)
    audit.record("post.deleted", subject=post, actor=actor)
    events.emit("post.deleted", subject=post)


def _save_new(post: Post) -> None:
    """Write a new post down, or note it where that is done together with others."""
    if not is_together():
        _save(post, force_insert=True)
        return
    if post.external_ref:
        _refuse_taken(post)
    write([post], of=post.workspace_id)


def _save(post: Post, **options: Any) -> None:
    """Write a post down, or raise RefTaken. Between two at once the constraint decides."""
    if not post.external_ref:
        post.save(**options)
        return
    _refuse_taken(post)
    try:
        with transaction.atomic():
            post.save(**options)
    except IntegrityError:
        _refuse_taken(post)
        raise


def _refuse_taken(post: Post) -> None:
    for other in pending(Post, of=post.workspace_id):
        if other.external_ref == post.external_ref and other.pk != post.pk:
            raise RefTaken(post.external_ref, other.pk)
    known = Post.objects.filter(workspace_id=post.workspace_id, external_ref=post.external_ref, deleted_at=None)
    if post_id := known.exclude(pk=post.pk).values_list("pk", flat=True).first():
        raise RefTaken(post.external_ref, post_id)


def _next_revision(post: Post, expected: int | None, **changes: object) -> Post:
    held: Post = Post.objects.locked(post.pk)
    if expected is not None and held.revision != expected:
        raise PostChanged(expected=expected, found=held.revision)
    Post.objects.filter(pk=post.pk).update(revision=F("revision") + 1, updated_at=clock.now(), **changes)
    held.refresh_from_db()
    return held


def _write(post: Post, content: Content) -> None:
    """The parts, pictures and variants of a post that has none."""
    own = {"organization_id": tenancy.required().organization_id, "workspace_id": post.workspace_id}
    accounts = accounts_by_id([variant.account_id for variant in content.variants], workspace_id=post.workspace_id)
    named = [asset_id for part in content.parts for asset_id in part.assets]
    assets = assets_by_id(named, workspace_id=post.workspace_id)
    parts = [
        fresh(Part, post=post, position=position, role=part.role, text=part.text, link=part.link.strip(), **own)
        for position, part in enumerate(content.parts)
    ]
    write(parts, of=post.pk)
    write(
        (
            fresh(
                PartMedia,
                part=row,
                asset=assets[medium.asset_id],
                position=position,
                alt=medium.alt,
                cut=dict(medium.cut),
                cover=assets[medium.cover_id] if medium.cover_id else None,
                **own,
            )
            for row, part in zip(parts, content.parts, strict=True)
            for position, medium in enumerate(part.media)
        ),
        of=post.pk,
    )
    variants = (
        fresh(Variant, post=post, account=accounts[one.account_id], text=one.text, options=dict(one.options), **own)
        for one in content.variants
    )
    write(variants, of=post.pk)
    settle(post, content.parts, [(accounts[one.account_id], one.text) for one in content.variants], renews=True)


def settle_words(post: Post, account: SocialAccount, text: str | None) -> None:
    """Keep how the addresses in one account's words go out, before they do; what is settled stays."""
    settle(post, content_of(post).parts, [(account, text)], renews=False)


def _tell_changed(post: Post, actor: Actor) -> None:
    audit.record("post.updated", subject=post, actor=actor, diff={"revision": post.revision})
    events.emit("post.updated", subject=post, data={"revision": post.revision})
