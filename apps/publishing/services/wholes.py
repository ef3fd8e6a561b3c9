"""What a person asks of a post as a whole once it went out, or did not. Each account has its own answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.posts.models import Post
from apps.publishing.abilities import can_take_down
from apps.publishing.engine.work import outside_of_transactions
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.services import turns
from apps.publishing.services.holding import hold
from apps.publishing.services.removals import by_hand_words, take_down
from apps.publishing.services.repairing import retry
from apps.publishing.states import State

# A web request asks platforms for so long; who repeats it goes on with the rest.
LONGEST: Final = timedelta(seconds=20)
NOTHING_FAILED: Final = "Nothing of this post has failed."
UNDECIDED: Final = "Nobody knows whether it is out, so it is not sent again like this. Look for it, then decide."
NOT_ASKED: Final = "There was no time left to ask for this one. Do it again, and the rest is asked for."


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it on one account; `code` says why it was not done."""

    publication_id: UUID
    account_id: UUID
    code: str = ""
    words: str = ""

    @property
    def is_done(self) -> bool:
        return not self.code


@transaction.atomic
def retry_all(*, post: Post, actor: Actor) -> list[Answer]:
    """Send again, now, what failed of a post. What is unclear is told of and left to a person: never sent blindly.

    Raises PostBusy where nothing wants to be tried again.
    """
    _, publications = hold(post)
    wanting = [row for row in publications if row.state in (State.FAILED, State.NEEDS_ATTENTION)]
    if not wanting:
        raise PostBusy(NOTHING_FAILED)
    return [_retried(row, actor) for row in wanting]


def take_down_all(*, post: Post, actor: Actor, at_most: timedelta = LONGEST) -> list[Answer]:
    """Delete a post at every platform where it is out and that lets us, one after the other; what still waits stays on
    the plan. Call it outside of any transaction; it is safe to repeat. Raises PostBusy where nothing of it went out.
    """
    outside_of_transactions()
    until = clock.now() + at_most
    with tenancy.scope(organization_id=post.organization_id, workspace_ids={post.workspace_id}):
        rows = Publication.objects.filter(post=post, state__in=[State.PUBLISHED, State.REMOVED])
        went_out = list(rows.select_related("account").order_by("id"))
    if not went_out:
        raise PostBusy(turns.NOT_OUT)
    return [_taken_down(row, actor, is_late=clock.now() >= until) for row in went_out]


def _retried(row: Publication, actor: Actor) -> Answer:
    if row.state == State.NEEDS_ATTENTION:
        return Answer(row.pk, row.account_id, "needs_decision", UNDECIDED)
    try:
        retry(publication=row, actor=actor)
    except PostBusy as error:
        return Answer(row.pk, row.account_id, "busy", error.words)
    return Answer(row.pk, row.account_id)


def _taken_down(row: Publication, actor: Actor, *, is_late: bool) -> Answer:
    if row.state == State.REMOVED:
        return Answer(row.pk, row.account_id)
    if not can_take_down(row):
        return Answer(row.pk, row.account_id, "not_offered", by_hand_words(row))
    if is_late:
        return Answer(row.pk, row.account_id, "not_asked", NOT_ASKED)
    try:
        answer = take_down(publication=row, actor=actor)
    except PostBusy as error:
        return Answer(row.pk, row.account_id, "busy", error.words)
    if answer.is_done:
        return Answer(row.pk, row.account_id)
    return Answer(row.pk, row.account_id, f"platform_{answer.outcome}", answer.words or "It was not taken down.")
