"""What must not go out now, although it is due: it is held, with words, until a person says more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.core import clock, tenancy
from apps.events import services as events
from apps.platforms import registry
from apps.publishing import gates, waits
from apps.publishing.gates import Obstacle
from apps.publishing.models import FollowUp, Publication
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import PUBLISHES

Stopped = tuple[Any, Obstacle]


def divided(rows: Iterable[Any], now: datetime) -> tuple[list[Any], list[Stopped]]:
    """The rows that may go out now, and those that may not, each with its obstacle; the gates are asked too."""
    found = {row.pk: (row, obstacle_of(row, now)) for row in rows}
    told = gates.obstacles([row for row, obstacle in found.values() if obstacle is None], now)
    free: list[Any] = []
    stopped: list[Stopped] = []
    for row, own in found.values():
        if obstacle := own or told.get(row.pk):
            stopped.append((row, obstacle))
        else:
            free.append(row)
    return free, stopped


def obstacle_of(row: Publication | FollowUp, now: datetime) -> Obstacle | None:
    """What keeps a due row from going out, or None."""
    publication = row.publication if isinstance(row, FollowUp) else row
    if row.workspace.archived_at is not None:
        return Obstacle("archived", f"{row.workspace} is archived. Restore it, then resume this post.")
    if publication.account.state not in PUBLISHES or publication.account.grant_id is None:
        return Obstacle("disconnected", f"{_name(publication.account)} is not connected. Reconnect it, then resume.")
    if now > latest_at(row):
        late = f"It was due over {_span(_too_late_after(row))} ago and was held rather than sent late."
        return Obstacle("too_late", f"{late} Resume it to send it now, or choose a new time.")
    return None


def latest_at(row: Publication | FollowUp) -> datetime:
    """Later than this it is not sent without a person."""
    return row.due_at + _too_late_after(row)


def hold(stopped: Sequence[Stopped], now: datetime) -> None:
    """Hold the rows, each in its own tenant; one that has moved meanwhile is left alone, and one that may go out later
    by itself is put off."""
    for row, obstacle in waits.put_off(stopped):
        with (
            tenancy.scope(organization_id=row.organization_id, workspace_ids={row.workspace_id}),
            transaction.atomic(),
        ):
            _hold(row, obstacle)


def _hold(row: Publication | FollowUp, obstacle: Obstacle) -> None:
    mine = waits.as_it_was_seen(row)
    changes = {"problem": obstacle.problem, "problem_words": obstacle.words, "problem_field": ""}
    if not mine.update(state=State.HELD, updated_at=clock.now(), **changes):
        return
    said = {"problem": obstacle.problem, "words": obstacle.words}
    if isinstance(row, FollowUp):
        events.emit("comment.failed", subject=row, data={"publication_id": row.publication_id, **said})
    else:
        events.emit("publication.held", subject=row, data={"post_id": row.post_id, **said})


def _too_late_after(row: Publication | FollowUp) -> timedelta:
    own: timedelta | None = row.workspace.too_late_after
    return own if own is not None else settings.PUBLISH_TOO_LATE_AFTER


def _name(account: SocialAccount) -> str:
    return f"{registry.label(account.platform)} @{account.handle}"


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours:g} hours" if hours != 1 else "an hour"
