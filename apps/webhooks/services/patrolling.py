"""Where nobody tells that a post was removed, somebody looks: once a day, few accounts at a time, after all else.

One list of the account's posts is read. A post of ours that should be in it and is not is only a suspicion: it counts
as removed when the platform, asked for it by its id, says that it is gone.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from apps.core import clock, tenancy
from apps.governor.lanes import Lane
from apps.platforms.contract import Adapter, Credential
from apps.platforms.errors import PlatformError
from apps.publishing import services as publishing
from apps.publishing.errors import PostBusy
from apps.publishing.selectors import live_on
from apps.social_accounts import services as social_accounts
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from apps.webhooks.models import Patrol

logger = logging.getLogger(__name__)

PLATFORMS: Final = ("x", "mastodon", "bluesky")
EVERY: Final = timedelta(days=1)
BACK_TO: Final = timedelta(days=30)
FRESH: Final = timedelta(hours=1)  # a list may lag behind
MOST_PAGES: Final = 3
MOST_QUESTIONS: Final = 20  # a day for each account; the rest has its turn tomorrow
BATCH: Final = 25


def patrol_due(*, now: datetime, limit: int = BATCH) -> int:
    """Look through accounts whose day has come; how many."""
    with tenancy.across_tenants("find accounts to look through for posts that are gone"):
        known = Patrol.across_tenants.filter(account_id=OuterRef("pk"), next_try_at__gt=now)
        accounts = SocialAccount.across_tenants.filter(~Exists(known), platform__in=PLATFORMS)
        due = list(accounts.filter(state=AccountState.ACTIVE).values_list("organization_id", "pk")[:limit])
    for organization_id, account_id in due:
        try:
            patrol_account(organization_id=organization_id, account_id=account_id)
        except Exception:  # Whatever is wrong with one account, the others are looked through.
            logger.exception("Account %s could not be looked through", account_id)
    return len(due)


def patrol_account(*, organization_id: UUID, account_id: UUID) -> None:
    """Find posts of one account that are gone. Called outside of any transaction; the next look is a day from now,
    whatever comes of this one."""
    now = clock.now()
    with tenancy.scope(organization_id=organization_id):
        account = SocialAccount.objects.select_related("grant__app", "grant__organization_app").get(pk=account_id)
        own = {"organization_id": organization_id, "workspace_id": account.workspace_id}
        Patrol.objects.update_or_create(account=account, defaults={"next_try_at": now + EVERY}, create_defaults={
            **own, "next_try_at": now + EVERY,
        })  # fmt: skip
        live = live_on(account_id=account_id, since=now - BACK_TO)
        try:
            credential = social_accounts.credential_for(account)
        except NotConnected:
            return
    problem = ""
    try:
        adapter = social_accounts.adapter_of(account, lane=Lane.RECONCILE)
        for remote_id in _missing(adapter, credential, live, now):
            publishing.note_removed_at_platform(
                organization_id=organization_id, account_id=account_id, remote_ids=[remote_id], at=now,
                needs_proof=True,
            )  # fmt: skip
    except (PlatformError, PostBusy) as error:
        logger.info("Account %s could not be looked through: %s", account_id, error.words)
        problem = type(error).__name__
    _note(organization_id, account_id, looked_at=now, problem=problem)


def _missing(adapter: Adapter, credential: Credential, live: dict[str, datetime], now: datetime) -> list[str]:
    """Posts that should be in the list, as far back as it was read, and are not; none where nothing was published."""
    expected = {remote_id: at for remote_id, at in live.items() if at < now - FRESH}
    if not expected:
        return []
    oldest, listed, back_to, cursor = min(expected.values()), set[str](), now, ""
    for _ in range(MOST_PAGES):
        page = adapter.own_posts(credential, cursor=cursor)
        listed |= {post.remote_id for post in page.posts}
        told = [post.published_at for post in page.posts if post.published_at]
        cursor, back_to = page.cursor, min([back_to, *told])
        if not cursor or back_to < oldest:
            break
    reaches = [remote_id for remote_id, at in expected.items() if not cursor or at > back_to]
    return [remote_id for remote_id in reaches if remote_id not in listed][:MOST_QUESTIONS]


def _note(organization_id: UUID, account_id: UUID, **changes: Any) -> None:
    with tenancy.scope(organization_id=organization_id):
        Patrol.objects.filter(account_id=account_id).update(updated_at=clock.now(), **changes)
