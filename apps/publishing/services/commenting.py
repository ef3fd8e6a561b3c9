"""Comments below what is out: written by a person or a program, sent by the engine as every follow-up is.

A comment is a row for each publication, with its own state, words and files, so that one platform's refusal holds up no
other. What was written at once shares a `batch`; the same batch again writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.events import services as events
from apps.media import services as files
from apps.platforms import registry
from apps.posts.content import MediaContent
from apps.posts.models import Post
from apps.posts.problem import ReadinessProblem
from apps.posts.selectors import manuscript
from apps.publishing.errors import CommentRefused, PostBusy
from apps.publishing.models import WRITTEN, FollowUp, FollowUpMedia, Publication
from apps.publishing.remarks import Remark, Remarks, media_of, needs_of, parts_below, remark_of
from apps.publishing.replying import problems_of
from apps.publishing.services.holding import hold
from apps.publishing.services.planning import AFRESH
from apps.publishing.services.preparing import call_off_media
from apps.publishing.services.turns import refuse_another
from apps.publishing.states import State
from apps.publishing.waking import wake_after_commit

# Parts of the post stand below this; the place of a comment is never given out again, for it is in the key of a commit.
FIRST_PLACE: Final = 1000
MOST: Final = 500  # below one publication
PART_OF_POST: Final = "This is a part of its post. Its words are those of the post, and it goes out with it."
NOT_WAITING: Final = "It is out or on its way, so it cannot be changed or called off any more."
ENOUGH: Final = f"There are {MOST} comments below this already, the most that Postroom writes below one post."


@transaction.atomic
def comment(
    *,
    post: Post,
    publications: Collection[Publication],
    remarks: Remarks,
    batch: UUID,
    actor: Actor,
    due_at: datetime | None = None,
    parent: FollowUp | None = None,
) -> list[FollowUp]:
    """Promise that what `remarks` has for its account is said below each of these publications of `post`, once, at
    `due_at` (None: now); its files are made into what each platform takes meanwhile.

    With `parent` it answers a comment that is out. Raises CommentRefused with all that stands in the way, PostBusy
    while something of it is being taken down, NotInWorkspace for files of another client. A batch that was written
    before is the answer, as it is now.
    """
    _hold(post)
    wanted = {row.pk for row in publications}
    rows = list(Publication.objects.filter(pk__in=wanted, post=post).select_related("account", "workspace"))
    if known := _written(batch, rows):
        return known
    now = clock.now()
    if problems := problems_of(post, rows, remarks=remarks, due_at=due_at or now, parent=parent):
        raise CommentRefused(problems)
    for row in rows:
        refuse_another(row)
    made = _make(rows, remarks, batch, due_at or now, parent)
    _have_files_made(post, rows, remarks)
    for one in made:
        audit.record("comment.written", subject=one, actor=actor, diff={"due_at": one.due_at})
    wake_after_commit()
    return made


@transaction.atomic
def change_comment(
    *,
    follow_up: FollowUp,
    actor: Actor,
    text: str | None = None,
    media: Sequence[MediaContent] | None = None,
    due_at: datetime | None = None,
) -> FollowUp:
    """Give a comment that still waits other words, other files or another time. Raises CommentRefused, NotInWorkspace,
    and PostBusy where it is out, on its way, or a part of its post."""
    publication = Publication.objects.select_related("account", "workspace", "post").get(pk=follow_up.publication_id)
    post = _hold(publication.post)
    refuse_another(publication)
    row, now = _mine(follow_up), clock.now()
    before = remark_of(row)
    said = Remark(before.text if text is None else text, before.media if media is None else tuple(media))
    at = due_at or max(row.due_at, now)
    if problems := problems_of(post, [publication], remarks=Remarks(said), due_at=at, parent=_parent(row)):
        raise CommentRefused(problems)
    mine = FollowUp.objects.filter(pk=row.pk)
    if said != before:
        mine.forget_staged()
    anew = {"text": said.text, "due_at": at, "next_try_at": at, **AFRESH}
    # Whoever holds the row holds it from being claimed, so what waits needs no move.
    if not mine.filter(state=State.SCHEDULED).update(**anew, updated_at=now) and not mine.steer(
        State.SCHEDULED, only=[State.FAILED, State.HELD], **anew
    ):
        raise PostBusy(NOT_WAITING)
    if said.media != before.media:
        _show_others(row, before, said)
    _have_files_made(post, [publication], Remarks(said))
    row = FollowUp.objects.get(pk=row.pk)
    audit.record("comment.changed", subject=row, actor=actor, diff={"due_at": row.due_at})
    wake_after_commit()
    return row


@transaction.atomic
def withdraw_comment(*, follow_up: FollowUp, actor: Actor) -> FollowUp:
    """Call off a comment that did not go out; one that nobody knows about is left as it is. Raises PostBusy. Safe to
    repeat."""
    row = _mine(follow_up)
    if row.state == State.CANCELED:
        return row
    waiting = [State.SCHEDULED, State.FAILED, State.HELD, State.NEEDS_ATTENTION]
    if not FollowUp.objects.filter(pk=row.pk).steer(State.CANCELED, only=waiting):
        raise PostBusy(NOT_WAITING)
    call_off_media({one.asset_id for one in remark_of(row).media})
    row = FollowUp.objects.get(pk=row.pk)
    audit.record("comment.canceled", subject=row, actor=actor)
    events.emit("comment.canceled", subject=row, data={"publication_id": row.publication_id, "role": row.role})
    return row


def _hold(post: Post) -> Post:
    held, _ = hold(post)
    if held.deleted_at is not None:
        raise PostBusy("This post was deleted.")
    return held


def _written(batch: UUID, rows: Sequence[Publication]) -> list[FollowUp]:
    found = FollowUp.objects.filter(batch=batch, publication__in=[row.pk for row in rows])
    return list(found.select_related("publication__account").order_by("id"))


def _make(
    rows: Sequence[Publication], remarks: Remarks, batch: UUID, due_at: datetime, parent: FollowUp | None
) -> list[FollowUp]:
    below = FollowUp.objects.filter(publication__in=[row.pk for row in rows], position__gte=FIRST_PLACE)
    places = below.order_by().values("publication").annotate(last=Max("position"))
    last = dict(places.values_list("publication", "last"))
    if any(place >= FIRST_PLACE + MOST - 1 for place in last.values()):
        raise CommentRefused([ReadinessProblem("text", "too_many_comments", ENOUGH)])
    made = [
        FollowUp(
            organization_id=row.organization_id,
            workspace_id=row.workspace_id,
            publication=row,
            position=last.get(row.pk, FIRST_PLACE - 1) + 1,
            role=WRITTEN,
            text=remarks.on(row.account_id).text,
            due_at=due_at,
            next_try_at=due_at,
            batch=batch,
            parent=parent,
        )
        for row in rows
    ]
    FollowUp.objects.bulk_create(made)
    shown = (one for row in made for one in _shown(row, remarks.on(row.publication.account_id)))
    FollowUpMedia.objects.bulk_create(shown)
    return made


def _shown(row: FollowUp, said: Remark) -> Iterator[FollowUpMedia]:
    own = {"organization_id": row.organization_id, "workspace_id": row.workspace_id, "follow_up": row}
    for position, one in enumerate(said.media):
        yield FollowUpMedia(**own, asset_id=one.asset_id, position=position, alt=one.alt, cut=dict(one.cut))


def _show_others(row: FollowUp, before: Remark, said: Remark) -> None:
    FollowUpMedia.objects.filter(follow_up=row).delete()
    FollowUpMedia.objects.bulk_create(_shown(row, said))
    call_off_media({one.asset_id for one in before.media} - {one.asset_id for one in said.media})


def _have_files_made(post: Post, rows: Sequence[Publication], remarks: Remarks) -> None:
    """Into what each platform takes, long before the hour."""
    if not any(remarks.on(row.account_id).media for row in rows):
        return
    written = manuscript(post)
    for row in rows:
        said = remarks.on(row.account_id)
        _, part = parts_below(written, row.account, said, media_of(said, workspace_id=row.workspace_id))
        for asset, recipe in needs_of(part):
            files.request_rendition(asset=asset, recipe=recipe, purpose=registry.label(row.account.platform))


def _mine(follow_up: FollowUp) -> FollowUp:
    """The comment, held: no worker claims it before this transaction ends."""
    if not follow_up.is_written:
        raise PostBusy(PART_OF_POST)
    row: FollowUp = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    return row


def _parent(row: FollowUp) -> FollowUp | None:
    return FollowUp.objects.get(pk=row.parent_id) if row.parent_id else None
