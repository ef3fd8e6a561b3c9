"""Imports: an account's own posts and their figures, page by page.

The cursor moves on once all of a page is stored, and what was stored is not asked for again: an import that is killed,
throttled or refused goes on where it was. What Postroom itself has published is left out.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from apps.analytics.errors import ImportRefused
from apps.analytics.metrics import columns_of
from apps.analytics.models import Import, ImportedPost
from apps.analytics.services.asking import Answer, answer_of, put
from apps.analytics.services.turns import next_of
from apps.analytics.states import UNFINISHED, ImportState, Missing
from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.events import services as events
from apps.governor.lanes import Lane
from apps.platforms.contract import RemotePost
from apps.platforms.errors import PlatformError
from apps.platforms.insights import OwnPost
from apps.publishing.models import Publication
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import PUBLISHES
from apps.usage import services as usage
from apps.usage.meters import Meter

logger = logging.getLogger(__name__)

SECONDS: Final = 25.0  # of one worker's round
AT_MOST: Final = 50  # that others may hold at the same moment
LEASE: Final = timedelta(minutes=10)
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
NOT_READ: Final = Answer(missing="not_read", words="Postroom's own fault: its log says which.", is_final=False)
FINAL_WITHOUT_FIGURES: Final = frozenset({Missing.NOT_OFFERED, Missing.NO_PERMISSION, Missing.REFUSED, Missing.GONE})


@dataclass(frozen=True, slots=True)
class Claim:
    organization_id: UUID
    workspace_id: UUID
    import_id: UUID
    fence: int

    def scope(self) -> Any:
        return tenancy.scope(organization_id=self.organization_id, workspace_ids={self.workspace_id})


# --- what people ask for ----------------------------------------------------------------------------------------------


@transaction.atomic
def start_import(*, account: SocialAccount, actor: Actor, since: datetime | None = None) -> Import:
    """Promise that the account's own posts are read; raises ImportRefused, and OverLimit where the plan has no room."""
    if account.state not in PUBLISHES:
        raise ImportRefused("Reconnect this account first.", code="disconnected")
    if Import.objects.filter(account=account, state__in=UNFINISHED).exists():
        raise ImportRefused("This account is being imported already.", code="import_running")
    made = Import(
        organization_id=account.organization_id, workspace_id=account.workspace_id, account=account,
        asked_by_id=actor.user_id, since=since, most=settings.ANALYTICS_IMPORT_POSTS, next_try_at=clock.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise ImportRefused("This account is being imported already.", code="import_running") from None
    usage.consume(
        Meter.IMPORTS, workspace_id=account.workspace_id, key=f"import/{made.pk}", account_id=account.pk,
        platform=account.platform,
    )  # fmt: skip
    audit.record("import.started", subject=made, actor=actor, diff={"account": account.pk})
    return made


@transaction.atomic
def retry_import(*, import_id: UUID, actor: Actor) -> Import:
    """Let an import that failed go on where it stopped; it is not counted again."""
    row: Import = Import.objects.locked(import_id)
    if row.state != ImportState.FAILED:
        raise ImportRefused("Only an import that failed can be tried again.", code="not_failed")
    if Import.objects.filter(account_id=row.account_id, state__in=UNFINISHED).exists():
        raise ImportRefused("This account is being imported already.", code="import_running")
    row.state, row.ended_at, row.next_try_at = ImportState.WAITING, None, clock.now()
    row.tries, row.problem, row.problem_words = 0, "", ""
    row.save()
    audit.record("import.retried", subject=row, actor=actor)
    return row


@transaction.atomic
def delete_import(*, import_id: UUID, actor: Actor) -> None:
    """Throw an import away with the posts that came by it; one that is under way ends with it."""
    row: Import = Import.objects.locked(import_id)
    audit.record("import.deleted", subject=row, actor=actor, diff={"account": row.account_id, "posts": row.kept})
    row.delete()


# --- what workers do --------------------------------------------------------------------------------------------------


def work_imports(*, seconds: float = SECONDS) -> int:
    """Carry on imports that are due, a page of each in turn, for so long; how many pages were read."""
    until, pages = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        claims = _claim()
        for claim in claims:
            try:
                pages += _page(claim)
            except Exception:  # Whatever is wrong with one import, the others go on.
                logger.exception("Import %s could not be carried on", claim.import_id)
                _put_off(claim, NOT_READ)
            if time.monotonic() >= until:
                break
        if not claims:
            break
    return pages


def _claim() -> list[Claim]:
    """The first that is due, clients in turn: one at a time, for a page may take a while."""
    now = clock.now()
    with tenancy.across_tenants("claim imports"), transaction.atomic():
        for pk in next_of(Import.across_tenants.due(now), AT_MOST):
            row = Import.across_tenants.due(now).filter(pk=pk).skipping_locked().first()
            if row is not None:
                mine = Import.across_tenants.filter(pk=pk)
                mine.update(fence=F("fence") + 1, lease_until=now + LEASE, state=ImportState.RUNNING)
                return [Claim(row.organization_id, row.workspace_id, row.pk, row.fence + 1)]
    return []


def _page(claim: Claim) -> bool:
    """Read the next page; False where the import was lost to another, or put off."""
    with claim.scope():
        rows = Import.objects.filter(pk=claim.import_id, fence=claim.fence)
        row = rows.select_related("account__grant__app", "account__grant__organization_app").first()
    if row is None:
        return False
    account = row.account
    try:
        page = put(
            account, lambda adapter, credential: adapter.own_posts(credential, cursor=row.cursor), lane=Lane.IMPORT
        )
        wanted = _wanted(claim, row, page.posts)
        for post in wanted:
            _keep(claim, post, *_figures(account, post))
    except (PlatformError, NotConnected) as error:
        _put_off(claim, answer_of(error))
        return False
    oldest = min((post.published_at for post in page.posts if post.published_at), default=None)
    reaches_back = row.since is not None and oldest is not None and oldest < row.since
    is_last = not page.cursor or reaches_back or row.found + len(page.posts) >= row.most
    _turn(claim, listed=len(page.posts), cursor="" if is_last else page.cursor, is_last=is_last)
    return True


def _wanted(claim: Claim, row: Import, posts: tuple[OwnPost, ...]) -> list[OwnPost]:
    """Those that are young enough, not ours, and not stored by this very import before it was interrupted."""
    names = [post.remote_id for post in posts]
    with claim.scope():
        ours = Publication.objects.filter(account_id=row.account_id, remote_id__in=names)
        stored = ImportedPost.objects.filter(account_id=row.account_id, came_by=row, remote_id__in=names)
        known = {*ours.values_list("remote_id", flat=True), *stored.values_list("remote_id", flat=True)}
    left = [post for post in posts[: max(row.most - row.found, 0)] if post.remote_id not in known]
    return [post for post in left if row.since is None or not post.published_at or post.published_at >= row.since]


def _figures(account: SocialAccount, post: OwnPost) -> tuple[dict[str, Any], str]:
    """The columns of its figures, or why there are none; raises what would be answered later."""
    try:
        told = put(
            account,
            lambda adapter, credential: adapter.post_metrics(RemotePost(post.remote_id, post.facts), credential),
            lane=Lane.IMPORT,
        )
    except PlatformError as error:
        answer = answer_of(error)
        if answer.missing not in FINAL_WITHOUT_FIGURES:
            raise
        return {**columns_of({}), "raw": {}}, answer.missing
    values = columns_of(told.values)
    is_empty = all(value is None for value in values.values())
    return {**values, "raw": dict(told.raw)}, Missing.TOLD_NOTHING if is_empty else ""


def _keep(claim: Claim, post: OwnPost, figures: dict[str, Any], missing: str) -> None:
    with claim.scope(), transaction.atomic():
        row = _held(claim)
        if row is None or missing == Missing.GONE:
            return
        facts = {
            "text": post.text.replace("\0", ""), "published_at": post.published_at, "url": post.url[:1000],
            "kind": post.kind[:64], "media_urls": list(post.media_urls), "facts": dict(post.facts),
        }  # fmt: skip
        values = {**facts, **figures, "missing": missing, "taken_at": clock.now(), "came_by": row}
        own = {"organization_id": claim.organization_id, "workspace_id": claim.workspace_id}
        ImportedPost.objects.update_or_create(
            account_id=row.account_id,
            remote_id=post.remote_id[:500],
            defaults=values,
            create_defaults={**own, **values},
        )
        Import.objects.filter(pk=row.pk).update(kept=F("kept") + 1, lease_until=clock.now() + LEASE)


def _turn(claim: Claim, *, listed: int, cursor: str, is_last: bool) -> None:
    """The page is done: go on with the next, or end."""
    now = clock.now()
    with claim.scope(), transaction.atomic():
        row = _held(claim)
        if row is None:
            return
        row.found, row.cursor, row.tries, row.lease_until = row.found + listed, cursor, 0, None
        row.problem = row.problem_words = ""
        row.next_try_at = now
        if is_last:
            row.state, row.ended_at = ImportState.COMPLETED, now
        row.save()
        if is_last:
            events.emit("import.completed", subject=row, data=_told(row))


def _put_off(claim: Claim, answer: Answer) -> None:
    """Try later, or give it up: for good where asking again would not help, or has not helped for long."""
    now = clock.now()
    with claim.scope(), transaction.atomic():
        row = _held(claim)
        if row is None:
            return
        row.problem, row.problem_words, row.lease_until = answer.missing, answer.words[:500], None
        # Whoever is asked to wait has done nothing wrong.
        row.tries += answer.missing != Missing.THROTTLED
        if answer.is_final or row.tries > len(PAUSES):
            row.state, row.ended_at = ImportState.FAILED, now
            row.save()
            events.emit("import.failed", subject=row, data={**_told(row), "problem": row.problem})
            return
        pause = PAUSES[max(row.tries - 1, 0)] * random.uniform(0.8, 1.2)  # noqa: S311
        row.next_try_at = max(now + pause, answer.retry_at or now)
        row.save()


def _told(row: Import) -> dict[str, Any]:
    return {"account_id": row.account_id, "found": row.found, "kept": row.kept}


def _held(claim: Claim) -> Import | None:
    found: Import | None = (
        Import.objects.filter(pk=claim.import_id, fence=claim.fence, state=ImportState.RUNNING)
        .select_for_update()
        .first()
    )
    return found
