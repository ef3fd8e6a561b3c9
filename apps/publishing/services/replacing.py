"""A newer version of a file in posts that are not out yet. What is out keeps the file that it went out with."""

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
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.services.editing import edit
from apps.publishing.states import OPEN, State


@dataclass(frozen=True, slots=True)
class Replaced:
    """The posts that show the newer version now; and the titles of those that wait and keep the earlier one, each with
    the reason."""

    changed: Sequence[Post]
    kept: Sequence[tuple[str, str]]


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
    return Replaced(changed, kept)


def _with(content: Content, old_id: UUID, new_id: UUID) -> Content:
    def newer(one: MediaContent) -> MediaContent:
        cover_id = new_id if one.cover_id == old_id else one.cover_id
        return replace(one, asset_id=new_id if one.asset_id == old_id else one.asset_id, cover_id=cover_id)

    parts = tuple(replace(part, media=tuple(newer(one) for one in part.media)) for part in content.parts)
    return replace(content, parts=parts)


def _title(post: Post) -> str:
    return f"“{post.title}”" if post.title else "A post without a title"
