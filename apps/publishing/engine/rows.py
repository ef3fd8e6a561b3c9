"""A claim and its row: which table it is in, and what is said when a row moves."""

from __future__ import annotations

from typing import Any

from apps.events import services as events
from apps.platforms.contract import Receipt
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
    _tell(rows_of(claim).get(pk=claim.row_id), to, account_id=claim.account_id, platform=claim.platform, **data)


def published(row: Publication, receipt: Receipt) -> events.News:
    """The event of a publication that is live; `row` with its account."""
    data = {
        "post_id": row.post_id, "account_id": row.account_id, "platform": row.account.platform,
        "remote_id": receipt.remote_id, "remote_url": receipt.remote_url,
    }  # fmt: skip
    return events.News(_EVENTS[State.PUBLISHED], row, data)


def tell_of(row: Publication | FollowUp, to: State, **data: Any) -> None:
    """The same of a row that no worker has in its hands any more."""
    account = (row.publication if isinstance(row, FollowUp) else row).account
    _tell(row, to, account_id=account.pk, platform=account.platform, **data)


def _tell(row: Publication | FollowUp, to: State, **said: Any) -> None:
    if isinstance(row, FollowUp):
        _tell_of_comment(row, to, said)
        return
    events.emit(_EVENTS[to], subject=row, data={"post_id": row.post_id, **said})
    rollups.tell(row.post_id)


def _tell_of_comment(row: FollowUp, to: State, said: dict[str, Any]) -> None:
    if to is not State.PUBLISHED and to not in _COMMENT_TROUBLE:
        return
    name = "comment.published" if to is State.PUBLISHED else "comment.failed"
    # A comment of its own is no part of the post, so it has no place among them.
    part = {} if row.is_written else {"part": row.position}
    events.emit(name, subject=row, data={"publication_id": row.publication_id, "role": row.role, **part, **said})
