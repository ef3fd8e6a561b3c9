"""Taking back what was prepared for posts that will not go out, or go out with other words: a film that nobody sees.

Only for what was never sent. Safe to repeat; what nobody can take back any more is let go.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings

from apps.core import clock, tenancy
from apps.governor.lanes import Lane
from apps.platforms.contract import Adapter, Credential, Staged
from apps.platforms.errors import NotSent, PlatformError, Throttled, TokenExpired
from apps.publishing.engine.work import outside_of_transactions
from apps.publishing.models import FollowUp, Publication
from apps.publishing.states import State
from apps.social_accounts import services as social_accounts
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount

logger = logging.getLogger(__name__)
M = TypeVar("M", Publication, FollowUp)

PAUSE: Final = timedelta(minutes=10)
AT_ONCE: Final = 50


def take_back(adapter: Adapter, staged: Staged, credential: Credential) -> None:
    """Have the platform forget it. Raises NotSent, Throttled and TokenExpired, for later; whatever else keeps the
    platform from it must not keep a post from going out."""
    outside_of_transactions()
    try:
        adapter.unstage(staged, credential)
    except (NotSent, Throttled, TokenExpired):
        raise
    except PlatformError as error:
        logger.warning("What was prepared at %s stays there: %s", adapter.label, error.words)


def tidy(*, now: datetime, limit: int = AT_ONCE) -> int:
    """Take back what is left of posts and comments that were called off or changed; the number of those that nothing is
    left of."""
    with tenancy.across_tenants("find what was prepared in vain"):
        found: list[tuple[Publication | FollowUp, SocialAccount]] = [
            *((row, row.account) for row in _left(Publication, now, limit, account="account")),
            *((row, row.publication.account) for row in _left(FollowUp, now, limit, account="publication__account")),
        ]
    return sum(_tidy(row, account, now) for row, account in found)


def _left(model: type[M], now: datetime, limit: int, *, account: str) -> list[M]:
    rows: Any = model.across_tenants.left_behind(now).order_by("updated_at")
    return list(rows.select_related(f"{account}__grant__app", f"{account}__grant__organization_app")[:limit])


def _tidy(row: Publication | FollowUp, account: SocialAccount, now: datetime) -> bool:
    try:
        with row.scope():
            credential = social_accounts.credential_for(account)
        adapter = social_accounts.adapter_of(account, lane=Lane.RECONCILE, timeout=settings.PUBLISH_REQUEST_TIMEOUT)
        for column in _in_vain(row).values():
            if column:
                take_back(adapter, Staged(column["data"]), credential)
    except NotConnected:
        logger.info("What was prepared for %s stays at its platform: it is signed out", row.pk)
    except Exception as error:
        logger.info("What was prepared for %s is taken back later: %s", row.pk, type(error).__name__)
        return _note(row, now, stage_at=now + PAUSE) and False
    return _note(row, now, **dict.fromkeys(_in_vain(row)), stage_at=None)


def _in_vain(row: Publication | FollowUp) -> dict[str, Any]:
    """The columns of what nobody needs. What a post that was held or refused has prepared may still be good."""
    return {"leftover": row.leftover, **({"staged": row.staged} if row.state == State.CANCELED else {})}


def _note(row: Publication | FollowUp, now: datetime, **changes: Any) -> bool:
    """Unless somebody has planned it again, or it has been prepared anew."""
    with row.scope():
        same: Any = type(row).objects.filter(pk=row.pk, fence=row.fence, updated_at=row.updated_at).left_behind(now)
        return bool(same.update(updated_at=clock.now(), **changes))
