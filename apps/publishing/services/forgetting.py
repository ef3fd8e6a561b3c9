"""Forgetting what a platform has told about the person behind an account. That a post went out, and when, stays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from apps.core import clock, tenancy
from apps.events import services as events
from apps.publishing.models import FORGOTTEN, Attempt, FollowUp, Publication
from apps.publishing.services.turns import open_turns
from apps.publishing.states import State

# What events say in words of ours; the rest of a payload may quote the platform, or be an address with a name in it.
OURS: Final = frozenset(
    {"post_id", "publication_id", "account_id", "platform", "part", "role", "problem", "decided_by_a_person"}
)
HANDS: Final = (State.STAGING, State.PUBLISHING)
NOTHING_REMOTE: Final[dict[str, Any]] = {
    "remote_url": "", "remote_facts": {}, "staged": None, "leftover": None, "problem_words": "", "problem_field": "",
}  # fmt: skip


def is_sending(*, organization_id: UUID, account_ids: Collection[UUID]) -> bool:
    """Whether a worker has a post or a comment of these accounts in its hands, or a person changes one where it is out
    or takes it down."""
    with tenancy.scope(organization_id=organization_id):
        posts: Any = Publication.objects.filter(account_id__in=account_ids, state__in=HANDS)
        comments: Any = FollowUp.objects.filter(publication__account_id__in=account_ids, state__in=HANDS)
        begun = clock.now() - settings.PUBLISH_LEASE
        turns: Any = open_turns().filter(publication__account_id__in=account_ids, started_at__gt=begun)
        return bool(posts.exists() or comments.exists() or turns.exists())


def forget_remote(*, organization_id: UUID, account_ids: Collection[UUID]) -> dict[str, int]:
    """Erase ids, addresses and answers of the platform from everything sent to these accounts; what there was of it.

    Publications keep their rows, states and times. The ledger is rewritten here and nowhere else: its lines keep their
    outcomes and lose the platform's words. Safe to repeat.
    """
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        posts = Publication.objects.filter(account_id__in=account_ids)
        comments = FollowUp.objects.filter(publication__account_id__in=account_ids)
        attempts = Attempt.objects.filter(publication__account_id__in=account_ids)
        subjects = [*posts.values_list("pk", flat=True), *comments.values_list("pk", flat=True)]
        return {
            "publications": _forget(posts),
            "comments": _forget(comments),
            "attempts": attempts.exclude(words="", evidence={}).update(words="", evidence={}),
            "events": events.redact(subject_ids=subjects, keep=OURS),
        }


def _forget(rows: Any) -> int:
    """An id that is neither empty nor another's has to stay: it says that this was published."""
    own = Concat(Value(FORGOTTEN), Cast(F("pk"), CharField()), output_field=CharField())
    named = rows.exclude(remote_id="").exclude(remote_id__startswith=FORGOTTEN).update(remote_id=own)
    rows.update(**NOTHING_REMOTE, updated_at=clock.now())
    return int(named)
