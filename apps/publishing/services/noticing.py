"""What a platform tells of a post after it was sent. Called outside of any transaction, for one account at a time.

A notice is a hint. One that something is ready only makes the next look come sooner; one that a post is gone is
believed, but where it contradicts what else is known the platform is asked, and what it says now counts. Each verb is
safe to repeat, and answers whether the notice was about a publication of ours.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import SYSTEM
from apps.events import services as events
from apps.governor.lanes import Lane
from apps.platforms import registry
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Gone, NotSent, PlatformError, Throttled, TokenExpired, Uncertain
from apps.posts.models import Post
from apps.publishing.models import Publication
from apps.publishing.services import turns
from apps.publishing.services.holding import hold
from apps.publishing.services.removals import FOUND_GONE, TOLD_GONE, write_removed
from apps.publishing.states import FAILED_AFTERWARDS, WENT_OUT, State
from apps.publishing.waking import wake
from apps.social_accounts import services as social_accounts
from apps.social_accounts.errors import NotConnected

logger = logging.getLogger(__name__)

MAY_BE_ANY: Final = (State.PUBLISHING, State.UNCERTAIN, State.NEEDS_ATTENTION)


def note_removed_at_platform(
    *, organization_id: UUID, account_id: UUID, remote_ids: Collection[str], at: datetime | None,
    is_sure: bool = True, needs_proof: bool = False,
) -> bool:  # fmt: skip
    """The platform says that a post is gone: it is removed, as if it had been taken down here. A publication never goes
    back to being sent by this.

    The platform is asked first where the notice is in doubt: the caller has heard the contrary (`is_sure` False), it
    has no time, or it is older than the publication, in which case it is not believed without proof. `needs_proof`: it
    is no more than a suspicion. Raises NotSent or Throttled when that cannot be asked now, and PostBusy while a person
    is at it, whose take-down may be what the platform tells of.
    """
    publication = _out(organization_id, account_id, remote_ids)
    if publication is None or publication.state == State.REMOVED:
        return publication is not None
    is_older = bool(at and publication.published_at and at < publication.published_at)
    is_doubtful = is_older or needs_proof or not is_sure or at is None
    if is_doubtful and not _is_gone(publication, otherwise=not (is_older or needs_proof)):
        return True
    _remove(publication, how=FOUND_GONE if needs_proof else TOLD_GONE)
    return True


def note_publish_finished(*, organization_id: UUID, account_id: UUID, remote_ids: Collection[str]) -> bool:
    """The platform says that it is done, for better or worse, with something that was sent: look now, not later.

    What is not yet due stays so, and a lost answer is not looked for before the wait that makes a search safe is over.
    """
    now = clock.now()
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        rows = Publication.objects.filter(account_id=account_id)
        # Prepared, and waiting for the platform (a try that failed keeps the pause that it was given).
        prepared = rows.filter(state=State.SCHEDULED, problem="", staged__isnull=False)
        searched = rows.filter(state=State.UNCERTAIN, searches_made__gt=0)
        unlocated = rows.filter(state=State.PUBLISHED, remote_url="", remote_id__in=remote_ids)
        mine = [row.pk for row in (prepared | searched).only("staged", "remote_id") if _names(row, remote_ids)]
        mine += unlocated.values_list("pk", flat=True)
        woken = rows.filter(pk__in=mine, stage_at__gt=now).update(stage_at=now)
        woken += rows.filter(pk__in=mine, due_at__lte=now, next_try_at__gt=now).update(next_try_at=now)
    if woken:
        wake()
    return bool(mine) or _out(organization_id, account_id, remote_ids) is not None


def note_failed_at_platform(
    *, organization_id: UUID, account_id: UUID, remote_ids: Collection[str], at: datetime | None, reason: str = ""
) -> bool:
    """The platform says that it could not make something public after all. What counts here as published shows the
    problem and `publication.failed_at_platform` goes out, once; what is still on its way is looked at now."""
    publication = _out(organization_id, account_id, remote_ids)
    if publication is None:
        return note_publish_finished(organization_id=organization_id, account_id=account_id, remote_ids=remote_ids)
    if not publication.problem:
        label, said = registry.label(publication.account.platform), f" ({reason[:200]})" if reason else ""
        _mark_failed(publication, f"{label} took this, and could not show it afterwards{said}. Look at it there.", at)
    return True


def note_responses(*, organization_id: UUID, account_id: UUID, remote_ids: Collection[str]) -> bool:
    """Somebody commented or reacted below a post, or took that back: its counts have changed."""
    publication = _out(organization_id, account_id, remote_ids)
    if publication is None or publication.state == State.REMOVED:
        return publication is not None
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        data = {"post_id": publication.post_id, "account_id": account_id, "platform": publication.account.platform}
        events.emit("publication.responses_changed", subject=publication, data=data)
    return True


def may_be_on_its_way(*, organization_id: UUID, account_id: UUID) -> bool:
    """Whether a notice about an unknown post may be about one whose id is not stored yet."""
    with tenancy.scope(organization_id=organization_id):
        rows: Any = Publication.objects.filter(account_id=account_id, state__in=MAY_BE_ANY)
        return bool(rows.exists())


def _out(organization_id: UUID, account_id: UUID, remote_ids: Collection[str]) -> Publication | None:
    """The publication of one of these ids that is out, or was."""
    with tenancy.scope(organization_id=organization_id):
        rows = Publication.objects.filter(account_id=account_id, state__in=WENT_OUT, remote_id__in=remote_ids)
        found: Publication | None = rows.select_related(
            "account__grant__app", "account__grant__organization_app"
        ).first()
        return found


def _names(row: Publication, remote_ids: Collection[str]) -> bool:
    """Whether what was prepared for this row names one of these ids (TikTok's publish_id)."""
    return row.remote_id in remote_ids or bool(_texts(row.staged) & set(remote_ids))


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*(_texts(one) for one in value.values()))
    return {value} if isinstance(value, str) else set()


def _is_gone(publication: Publication, *, otherwise: bool) -> bool:
    """Ask the platform for the post as it is now; `otherwise` where it cannot be asked.

    Raises NotSent and Throttled: the answer may be had later."""
    try:
        credential = social_accounts.credential_for(publication.account)
        adapter = social_accounts.adapter_of(
            publication.account, lane=Lane.RECONCILE, timeout=settings.PUBLISH_REQUEST_TIMEOUT
        )
        adapter.post_metrics(RemotePost(publication.remote_id, publication.remote_facts), credential)
    except (NotSent, Throttled, TokenExpired, Uncertain):
        raise
    except Gone:
        return True
    except (PlatformError, NotConnected) as error:
        logger.info("Whether %s is still there cannot be asked: %s", publication.pk, type(error).__name__)
        return otherwise
    return False


def _remove(publication: Publication, *, how: str) -> None:
    with publication.scope(), transaction.atomic():
        hold(Post.objects.get(pk=publication.post_id))
        turns.refuse_another(publication)
        write_removed(publication, actor=SYSTEM, how=how)


def _mark_failed(publication: Publication, words: str, at: datetime | None) -> None:
    with publication.scope(), transaction.atomic():
        live = Publication.objects.filter(pk=publication.pk, state=State.PUBLISHED, problem="")
        if not live.update(problem=FAILED_AFTERWARDS, problem_words=words, problem_field="", updated_at=clock.now()):
            return
        audit.record(f"publication.{FAILED_AFTERWARDS}", subject=publication, actor=SYSTEM)
        data = {
            "post_id": publication.post_id, "account_id": publication.account_id,
            "platform": publication.account.platform, "at": at or clock.now(),
        }  # fmt: skip
        events.emit(f"publication.{FAILED_AFTERWARDS}", subject=publication, data=data)
