"""Holding a post and its publications still while a person's change is made."""

from __future__ import annotations

from collections.abc import Iterable

from apps.core.together import is_pending, pending
from apps.posts.models import Post
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.states import IN_FLIGHT, OPEN, State

BUSY = "It is being published right now. Wait a moment and look again."
VERIFYING = "The answer of the platform was lost and Postroom is looking for the post. Wait until that is settled."
TOO_LATE = "This account's post is out or on its way, so its words cannot change any more."
UNDECIDED = "Say first whether the post is live on the account that needs attention."


def hold(post: Post) -> tuple[Post, list[Publication]]:
    """The post and all its publications, locked: no worker claims one before this transaction ends."""
    if is_pending(post):  # Nobody else knows it yet, and nothing of it is planned that could be claimed.
        return post, pending(Publication, of=post.pk)
    held: Post = Post.objects.locked(post.pk)
    rows = Publication.objects.filter(post=held).select_related("account").order_by("id")
    return held, list(rows.select_for_update(of=("self",)))


def keep_up_with(post: Post) -> None:
    """One account has other words since: what the others get is the same as before, in the revision that there is."""
    Publication.objects.filter(post=post, state__in=OPEN | IN_FLIGHT).update(revision=post.revision)


def refuse_in_flight(publications: Iterable[Publication]) -> None:
    """Raise PostBusy while a worker has one of them in its hands, or a person has to decide about one."""
    states = {publication.state for publication in publications}
    if State.PUBLISHING in states:
        raise PostBusy(BUSY)
    if states & IN_FLIGHT:
        raise PostBusy(VERIFYING)
    if State.NEEDS_ATTENTION in states:
        raise PostBusy(UNDECIDED)
