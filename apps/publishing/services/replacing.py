"""A newer version of a file in posts and comments that are not out yet. What is out keeps the file that it went out
with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.core.actors import Actor
from apps.posts import selectors
from apps.posts.content import Content, MediaContent
from apps.posts.errors import PostNotReady
from apps.posts.models import Post
from apps.publishing.errors import CommentRefused, PostBusy
from apps.publishing.models import WRITTEN, FollowUp, FollowUpMedia, Publication
from apps.publishing.remarks import remark_of
from apps.publishing.services.commenting import change_comment
from apps.publishing.services.editing import edit
from apps.publishing.states import OPEN, State


@dataclass(frozen=True, slots=True)
class Replaced:
    """The posts and comments that show the newer version now; and the titles of those that wait and keep the earlier
    one, each with the reason."""

    changed: Sequence[Post]
    kept: Sequence[tuple[str, str]]
    comments: Sequence[FollowUp] = ()


def show_newer_version(*, old_id: UUID, new_id: UUID, actor: Actor) -> Replaced:
    """Put the file `new_id` where drafts and waiting posts show `old_id`, each post in a transaction of its own."""
    changed: list[Post] = []
    kept: list[tuple[str, str]] = []
    shown = Q(parts__media__asset_id=old_id) | Q(parts__media__cover_id=old_id)
    for post in Post.objects.filter(shown, deleted_at=None).distinct().order_by("pk"):
        states = set(Publication.objects.filter(post=post).values_list("state", flat=True))
        if states and not states & (OPEN | {State.CANCELED}):
            continue  # All of it is out, or on its way.
        try:
            with transaction.atomic():
                content = _with(selectors.content_of(post), old_id, new_id)
                changed.append(edit(post=post, content=content, actor=actor, expected_revision=post.revision))
        except PostBusy as error:
            kept.append((_title(post), error.words))
        except PostNotReady as error:
            kept.append((_title(post), " ".join(dict.fromkeys(problem.words for problem in error.problems))))
    comments, held = _in_comments(old_id, new_id, actor)
    return Replaced(changed, [*kept, *held], comments)


def _in_comments(old_id: UUID, new_id: UUID, actor: Actor) -> tuple[list[FollowUp], list[tuple[str, str]]]:
    """Those that wait for their hour; one that failed or was held is a person's to send again."""
    changed: list[FollowUp] = []
    kept: list[tuple[str, str]] = []
    shown = FollowUpMedia.objects.filter(asset_id=old_id).values("follow_up")
    waiting = FollowUp.objects.filter(pk__in=shown, role=WRITTEN, state=State.SCHEDULED)
    for row in waiting.select_related("publication__post").order_by("pk"):
        files = [replace(one, asset_id=new_id) if one.asset_id == old_id else one for one in remark_of(row).media]
        try:
            changed.append(change_comment(follow_up=row, media=files, due_at=row.due_at, actor=actor))
        except PostBusy as error:
            kept.append((_comment_below(row), error.words))
        except CommentRefused as error:
            kept.append((_comment_below(row), " ".join(dict.fromkeys(problem.words for problem in error.problems))))
    return changed, kept


def _comment_below(row: FollowUp) -> str:
    return f"A comment below {_title(row.publication.post)}"


def _with(content: Content, old_id: UUID, new_id: UUID) -> Content:
    def newer(one: MediaContent) -> MediaContent:
        cover_id = new_id if one.cover_id == old_id else one.cover_id
        return replace(one, asset_id=new_id if one.asset_id == old_id else one.asset_id, cover_id=cover_id)

    parts = tuple(replace(part, media=tuple(newer(one) for one in part.media)) for part in content.parts)
    return replace(content, parts=parts)


def _title(post: Post) -> str:
    return f"“{post.title}”" if post.title else "A post without a title"
