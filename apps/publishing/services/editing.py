"""Changing a post that may be on the plan: what has gone out keeps its words, what waits gets the new ones."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from apps.core import clock
from apps.core.actors import Actor
from apps.events import services as events
from apps.posts import selectors
from apps.posts import services as posts
from apps.posts.content import Content
from apps.posts.errors import PostNotReady
from apps.posts.models import Post
from apps.posts.readiness import problems_in
from apps.publishing.counting import count, not_ready
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.services.holding import TOO_LATE, hold, keep_up_with, refuse_in_flight
from apps.publishing.services.planning import put_on_plan
from apps.publishing.services.preparing import assets_of, call_off_media, prepare_media
from apps.publishing.states import OPEN, WENT_OUT, State


@transaction.atomic
def edit(*, post: Post, content: Content, actor: Actor, expected_revision: int | None = None) -> Post:
    """Give `post` new content, planned or not; what waits to go out takes the new revision with it.

    An account that is new to a planned post is planned too, one that is gone is canceled. Raises PostBusy once
    anything is out or on its way (`correct` changes the words for one account then), PostNotReady when the plan could
    not be kept, PostChanged when somebody else was faster, NotInWorkspace and PostMalformed.
    """
    post, publications = hold(post)
    refuse_in_flight(publications)
    if any(publication.state in WENT_OUT for publication in publications):
        raise PostBusy(
            "Some of this post has gone out, so the whole of it cannot change any more. "
            "You can still change the words for an account that is waiting."
        )
    shown_before = assets_of(post)
    post = posts.change(post=post, content=content, actor=actor, expected_revision=expected_revision)
    planned = [publication for publication in publications if publication.state in OPEN]
    if planned:
        _follow(post, planned)
        call_off_media(shown_before)
        count([post.pk], refused=not_ready)
    return post


@transaction.atomic
def correct(
    *,
    publication: Publication,
    text: str | None,
    options: Mapping[str, str] | None = None,
    actor: Actor,
    expected_revision: int | None = None,
) -> Publication:
    """Change words or options for one account that has not gone out, whatever the others have done.

    Raises PostBusy, PostNotReady, and PostChanged when somebody else was faster. A failed publication stays failed
    until it is tried again.
    """
    post, publications = hold(Post.objects.get(pk=publication.post_id))
    if publication.pk not in {row.pk for row in publications if row.state in OPEN}:
        raise PostBusy(TOO_LATE)
    post = posts.change_variant(
        post=post,
        account_id=publication.account_id,
        text=text,
        options=options,
        actor=actor,
        expected_revision=expected_revision,
    )
    keep_up_with(post)
    Publication.objects.filter(pk=publication.pk).forget_staged()
    _refuse_unready(post, only={publication.account_id})
    prepare_media(post)
    return Publication.objects.select_related("account", "post").get(pk=publication.pk)


@transaction.atomic
def discard(*, post: Post, actor: Actor) -> None:
    """Throw a post away of which nothing went out; what waits is canceled. Raises PostBusy."""
    post, publications = hold(post)
    refuse_in_flight(publications)
    if any(publication.state in WENT_OUT for publication in publications):
        raise PostBusy("Some of this post has gone out, so it is kept as a record. What waits can be canceled.")
    Publication.objects.filter(post=post).steer(State.CANCELED)
    call_off_media(assets_of(post))
    posts.delete(post=post, actor=actor)
    count([post.pk])


def _follow(post: Post, planned: list[Publication]) -> None:
    """Let the plan follow the post: the new revision, accounts that are new, and none that are gone."""
    meant = {edition.account.pk for edition in selectors.manuscript(post).editions}
    gone = [row for row in planned if row.account_id not in meant]
    Publication.objects.filter(pk__in=[row.pk for row in gone]).steer(State.CANCELED)
    for row in gone:
        events.emit("publication.canceled", subject=row)
    _refuse_unready(post)
    kept = Publication.objects.filter(pk__in=[row.pk for row in planned if row.account_id in meant])
    kept.update(revision=post.revision)
    kept.forget_staged()
    known = set(Publication.objects.filter(post=post).values_list("account_id", flat=True))
    # A time that has passed is nothing to put an account on: whoever adds it says when.
    if post.due_at is not None and post.due_at > clock.now() and meant - known:
        put_on_plan(post, account_ids=meant - known, due_at=post.due_at)
    prepare_media(post)


def _refuse_unready(post: Post, *, only: set[UUID] | None = None) -> None:
    problems = problems_in(selectors.manuscript(post))
    if only is not None:
        problems = [problem for problem in problems if problem.account_id in only]
    # An account that was signed out after planning is held when its time comes; it must not keep words from changing.
    if problems := [problem for problem in problems if problem.code != "not_connected"]:
        raise PostNotReady(problems)
