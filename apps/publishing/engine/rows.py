"""A claim and its row: which table it is in, and what is said when it moves."""

from __future__ import annotations

from typing import Any

from apps.events import services as events
from apps.publishing import rollups
from apps.publishing.claim import Claim
from apps.publishing.models import FollowUp, Publication
from apps.publishing.querysets import SendingQuerySet
from apps.publishing.states import State

# A follow-up has ended for now, and its post is live all the same.
_COMMENT_TROUBLE = frozenset({State.FAILED, State.HELD, State.NEEDS_ATTENTION})
_EVENTS = {
    State.SCHEDULED: "publication.retrying",
    State.UNCERTAIN: "publication.uncertain",
    State.FAILED: "publication.failed",
    State.HELD: "publication.held",
    State.NEEDS_ATTENTION: "publication.needs_attention",
    State.PUBLISHED: "publication.published",
}


def rows_of(claim: Claim) -> SendingQuerySet[Any]:
    """The table of the claimed row, inside `claim.scope()`."""
    rows: SendingQuerySet[Any] = (FollowUp if claim.follow_up_id else Publication).objects.all()
    return rows


def tell(claim: Claim, to: State, **data: Any) -> None:
    """Emit what the move means, in the transaction of the move; the end of the whole post too, if this was it."""
    said = {"account_id": claim.account_id, "platform": claim.platform, **data}
    if claim.follow_up_id:
        _tell_of_comment(claim, to, said)
        return
    publication = Publication.objects.get(pk=claim.publication_id)
    events.emit(_EVENTS[to], subject=publication, data={"post_id": publication.post_id, **said})
    rollups.tell(publication.post_id)


def _tell_of_comment(claim: Claim, to: State, said: dict[str, Any]) -> None:
    if to is not State.PUBLISHED and to not in _COMMENT_TROUBLE:
        return
    follow_up = FollowUp.objects.get(pk=claim.row_id)
    name = "comment.published" if to is State.PUBLISHED else "comment.failed"
    events.emit(name, subject=follow_up, data={"publication_id": claim.publication_id, "part": claim.position, **said})
