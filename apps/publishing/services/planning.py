"""The rows behind a plan: one waiting publication for each account that a post has not reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.core import tenancy
from apps.core.rows import fresh
from apps.core.together import write
from apps.posts.models import Post
from apps.publishing import rollups
from apps.publishing.models import Publication
from apps.publishing.states import WENT_OUT, State
from apps.social_accounts.models import SocialAccount

# What a person's new plan wipes off a row: it starts over.
AFRESH: Mapping[str, Any] = {
    "attempts_made": 0,
    "searches_made": 0,
    "problem": "",
    "problem_words": "",
    "problem_field": "",
}


def is_behind_us(publication: Publication) -> bool:
    """It is out or was, or a person left it alone not knowing whether it is: planning the post again passes it by."""
    left_alone = publication.state == State.CANCELED and publication.intent_at is not None
    return publication.state in WENT_OUT or left_alone


def plan_new(post: Post, accounts: Iterable[SocialAccount], *, due_at: datetime) -> list[Publication]:
    """The publications of a post of which nothing was planned before, for whoever is writing it."""
    own = {"organization_id": post.organization_id, "workspace_id": post.workspace_id}
    again = {"due_at": due_at, "next_try_at": due_at, "revision": post.revision}
    planned = [fresh(Publication, post=post, account=account, **again, **own) for account in accounts]
    write(planned, of=post.pk)
    rollups.begin(post)
    return planned


def put_on_plan(post: Post, *, account_ids: Collection[UUID], due_at: datetime) -> None:
    """Let the post wait for `due_at` on these accounts, with its present words. The caller holds the post."""
    again = {"due_at": due_at, "next_try_at": due_at, "revision": post.revision}
    anew = {**again, "first_sent_at": None, **AFRESH}
    rows = Publication.objects.filter(post=post, account_id__in=account_ids)
    there = set(rows.values_list("account_id", flat=True))
    rows.forget_staged()
    rows.filter(state=State.SCHEDULED).update(**anew, stage_at=None)
    rows.steer(State.SCHEDULED, **anew)
    own = {"organization_id": tenancy.required().organization_id, "workspace_id": post.workspace_id}
    Publication.objects.bulk_create(
        Publication(post=post, account_id=account_id, **anew, **own)
        for account_id in account_ids
        if account_id not in there
    )
    rollups.begin(post)
