"""The record of what was approved, as a PDF that this installation has signed.

    record_of(posts)                 of these posts, in one document
    gathered(requests) -> Record     inside the tenant; rows only
    printed(record) -> bytes         outside of it: reads pictures from the storage, sets the type, signs

It says what reviewers saw (the frozen snapshot of the request, never the post as it stands), the hour with its zone,
the hash, and every decision with its place in the log.
"""

from __future__ import annotations

from collections.abc import Collection

from apps.approvals.models import Request
from apps.approvals.records.gathering import Record, gathered, is_approved
from apps.approvals.records.printing import printed
from apps.approvals.states import RequestState
from apps.posts.models import Post

__all__ = ["Record", "gathered", "is_approved", "printed", "record_of"]


def record_of(posts: Collection[Post]) -> bytes:
    """The signed record of those of the posts that are approved now, the earliest hour first.

    Raises NothingApproved where none is, NoPrinter where this machine cannot make PDFs, and SigningKeyUnusable.
    """
    rows = Request.objects.filter(post__in=[post.pk for post in posts], state=RequestState.APPROVED)
    return printed(gathered(rows))
