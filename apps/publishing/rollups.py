"""What is told about a post as a whole, once, when the last of its publications has ended."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from apps.core import tenancy
from apps.events import services as events
from apps.posts.models import Post
from apps.publishing.models import Publication, Rollup
from apps.publishing.states import PostState, post_state

ENDS = {
    PostState.PUBLISHED: "post.published",
    PostState.PARTIALLY_PUBLISHED: "post.partially_published",
    PostState.FAILED: "post.failed",
}
EVENTS = {**ENDS, PostState.REMOVED: "post.removed"}


def begin(post: Post) -> None:
    """The post is on the plan (again): its end will be told (again)."""
    own = {"organization_id": tenancy.required().organization_id, "workspace_id": post.workspace_id}
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
    with transaction.atomic():
        rollup = Rollup.objects.select_for_update().filter(post_id=post_id).first()
        if rollup is None:
            return
        publications = Publication.objects.filter(post_id=post_id)
        state = post_state(list(publications.values_list("state", flat=True)))
        if state not in only or rollup.told == state:
            return
        Rollup.objects.filter(pk=rollup.pk).update(told=state)
        post = Post.objects.get(pk=post_id)
        accounts = publications.values("account_id", "state", "remote_url").order_by("id")
        events.emit(EVENTS[state], subject=post, data={"publications": list(accounts)})
