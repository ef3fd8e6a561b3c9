"""What is told about a post as a whole, once, when the last of its publications has ended."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.core import tenancy
from apps.core.querysets import within_reach
from apps.core.rows import fresh
from apps.core.together import is_pending, write
from apps.events import services as events
from apps.posts.models import Post
from apps.publishing.models import Publication, Rollup
from apps.publishing.states import PostState, post_state

ENDS = {
    PostState.PUBLISHED: "post.published",
    PostState.PARTIALLY_PUBLISHED: "post.partially_published",
    PostState.FAILED: "post.failed",
}
TOLD = ("account_id", "state", "remote_url")
EVENTS = {**ENDS, PostState.REMOVED: "post.removed"}


def begin(post: Post) -> None:
    """The post is on the plan (again): its end will be told (again)."""
    own = {"organization_id": tenancy.required().organization_id, "workspace_id": post.workspace_id}
    if is_pending(post):
        write([fresh(Rollup, post=post, **own)], of=post.pk)
        return
    Rollup.objects.bulk_create([Rollup(post=post, **own)], ignore_conflicts=True)
    Rollup.objects.filter(post=post).update(told="")


def tell_removed(post_id: UUID) -> None:
    """Emit that nothing of the post is left, if that is so; call it in the transaction that took down a publication.

    Nothing else is news by that: a post that is gone from one account has not failed on the others just now.
    """
    tell(post_id, only=frozenset({PostState.REMOVED}))


def tell(post_id: UUID, *, only: Collection[PostState] = tuple(ENDS)) -> None:
    """Emit the event of the whole post if it has just ended; call it in the transaction that ended a publication.

    The row lock makes two publications that end in the same instant take turns, and the later one sees both.
    """
    tell_all([post_id], only=only)


def tell_all(post_ids: Collection[UUID], *, only: Collection[PostState] = tuple(ENDS)) -> None:
    """The same for many posts in a constant number of statements."""
    with transaction.atomic():
        rollups = within_reach(Rollup).filter(post_id__in=post_ids).order_by("post_id").select_for_update(of=("self",))
        told = {rollup.post_id: rollup.told for rollup in rollups}
        shown = _publications(told)
        states = {post_id: post_state([row["state"] for row in rows]) for post_id, rows in shown.items()}
        fresh = {post_id: state for post_id, state in states.items() if state in only and told[post_id] != state}
        for state in set(fresh.values()):
            of_state = [post_id for post_id, found in fresh.items() if found is state]
            within_reach(Rollup).filter(post_id__in=of_state).update(told=state)
        if fresh:
            posts = within_reach(Post).filter(pk__in=fresh)
            events.emit_all(
                [events.News(EVENTS[fresh[post.pk]], post, {"publications": shown[post.pk]}) for post in posts]
            )


def _publications(post_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """What is told of each publication of these posts."""
    shown: dict[UUID, list[dict[str, Any]]] = {post_id: [] for post_id in post_ids}
    rows = within_reach(Publication).filter(post_id__in=post_ids).order_by("id")
    for post_id, *values in rows.values_list("post_id", *TOLD):
        shown[post_id].append(dict(zip(TOLD, values, strict=True)))
    return shown
