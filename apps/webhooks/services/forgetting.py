"""What the post room forgets: what is old, and what is about somebody who asked to be forgotten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from apps.webhooks.models import InboundNotice
from apps.webhooks.states import NoticeState


def forget_old(*, now: datetime, after: timedelta) -> int:
    """Delete notices that were settled and came longer ago than `after`; how many. Platforms repeat themselves for
    three days at most, so that by then nothing comes twice because of it."""
    old = InboundNotice.objects.filter(received_at__lt=now - after).exclude(state=NoticeState.WAITING)
    return old.delete()[0]


def forget_identity(*, platform: str, remote_ids: Collection[str]) -> int:
    """Delete every notice about these accounts; how many."""
    return InboundNotice.objects.filter(platform=platform, remote_user_id__in=remote_ids).delete()[0]
