"""Talking about a post under review: threads at a place of it, for the team or shared with the client."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from apps.approvals import anchors
from apps.approvals.deciders import Decider, roles_in
from apps.approvals.errors import NotAttached, ReasonMissing
from apps.approvals.models import LONGEST_NOTE, Attachment, Comment, Thread
from apps.approvals.states import Visibility
from apps.core import clock
from apps.core.actors import Actor, ActorKind
from apps.events import services as events
from apps.media.models import Asset
from apps.posts import selectors as posts
from apps.posts.models import Post

EMPTY: Final = _("Write something.")
MOST_FILES: Final = 5


@transaction.atomic
def comment(
    *,
    post: Post,
    text: str,
    by: Decider,
    thread: Thread | None = None,
    anchor: Mapping[str, Any] | None = None,
    visibility: Visibility = Visibility.INTERNAL,
    mentions: Collection[UUID] = (),
    files: Collection[UUID] = (),
) -> Comment:
    """Begin a thread at a place of the post as it stands, or answer in one, which opens it again if it was resolved.

    A guest's words are always shared, and answers are as visible as their thread. Who is mentioned and may not see the
    workspace is left out. `files` are assets of the post's client. Raises ReasonMissing for an empty text,
    AnchorMalformed, and NotAttached.
    """
    words = text.strip()[:LONGEST_NOTE]
    if not words:
        raise ReasonMissing(EMPTY)
    own = {"organization_id": post.organization_id, "workspace_id": post.workspace_id}
    if thread is None:
        place = anchors.read(anchor or {}, posts.manuscript(post))
        shown = Visibility.SHARED if by.kind is ActorKind.GUEST else visibility
        thread = Thread.objects.create(**own, post=post, revision=post.revision, anchor=place, visibility=shown)
    elif thread.resolved_at:
        resolve(thread=thread, actor=by.actor, resolved=False)
    known = roles_in(post.workspace_id) if mentions else {}
    made = Comment.objects.create(
        **own, thread=thread, author_kind=by.kind, author_id=by.id, author_name=by.name[:150], text=words,
        mentions=[str(pk) for pk in dict.fromkeys(mentions) if pk in known],
    )  # fmt: skip
    _attach(made, files)
    told = {"post_id": post.pk, "thread_id": thread.pk, "visibility": thread.visibility, "mentions": made.mentions}
    events.emit("approval.commented", subject=made, data=told)
    return made


def _attach(comment: Comment, files: Collection[UUID]) -> None:
    """Raises NotAttached for too many, and for a file of another client or in the trash."""
    wanted = list(dict.fromkeys(files))
    known = Asset.objects.filter(workspace_id=comment.workspace_id, trashed_at=None).in_bulk(wanted)
    if len(wanted) > MOST_FILES or len(known) < len(wanted):
        raise NotAttached
    own = {"organization_id": comment.organization_id, "workspace_id": comment.workspace_id, "comment": comment}
    Attachment.objects.bulk_create(
        Attachment(**own, asset=known[pk], name=str(known[pk]), position=number) for number, pk in enumerate(wanted)
    )


@transaction.atomic
def resolve(*, thread: Thread, actor: Actor, resolved: bool = True) -> Thread:
    """Say that nothing is left to do about it, or that something is again."""
    now = clock.now()
    thread.resolved_at, thread.resolved_by = (now, actor.id) if resolved else (None, None)
    thread.save(update_fields=["resolved_at", "resolved_by"])
    return thread
