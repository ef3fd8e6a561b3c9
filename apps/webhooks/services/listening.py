"""Asking platforms to tell us of an account: once it is connected, again before a lease ends, and now and then anyway,
for a platform may end it without a word."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef

from apps.core import clock, tenancy
from apps.core.secrets import Secret
from apps.events.models import Event
from apps.governor.lanes import Lane
from apps.platforms import registry
from apps.platforms.basis import Basis
from apps.platforms.contract import NO_SECRET, Adapter
from apps.platforms.errors import NotOffered, PlatformError
from apps.social_accounts import services as social_accounts
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from apps.webhooks.models import Listening

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=15)  # of whoever asks
AGAIN: Final = timedelta(days=3)  # where what was agreed has no end
NOT_OFFERED: Final = timedelta(days=7)
FIRST_PAUSE: Final = timedelta(minutes=15)
LONGEST_PAUSE: Final = timedelta(days=1)
SHARE_OF_LEASE: Final = 0.6  # asked again when this much of a lease is over
# Who is told where to, and signs with what, by each request, so that both must have been set.
NEEDS_OUR_WORDS: Final = frozenset({"youtube"})
# Who is asked by the number of the app that asks, of which only the operator's is known.
NEEDS_OUR_NUMBER: Final = frozenset({"linkedin"})


def listen_when_connected(event: Event) -> None:
    """A consumer of `account.connected`."""
    if event.payload.get("platform") in _platforms():
        listen_to(organization_id=event.organization_id, account_id=event.subject_id, is_new=True)


def listen_due(*, now: datetime, limit: int = 100) -> int:
    """Ask about accounts that nobody asked about yet, or whose time has come; how many."""
    with tenancy.across_tenants("find accounts that platforms should tell of"):
        known = Listening.across_tenants.filter(account_id=OuterRef("pk"), next_try_at__gt=now)
        accounts = SocialAccount.across_tenants.filter(~Exists(known), platform__in=_platforms())
        due = list(
            accounts.filter(state=AccountState.ACTIVE, is_test=False).values_list("organization_id", "pk")[:limit]
        )
    for organization_id, account_id in due:
        try:
            listen_to(organization_id=organization_id, account_id=account_id)
        except Exception:  # Whatever is wrong with one account, the others are asked about.
            logger.exception("Nobody could be asked to tell of account %s", account_id)
    return len(due)


def listen_to(*, organization_id: UUID, account_id: UUID, is_new: bool = False) -> None:
    """Ask the platform to tell us of one account, and note what came of it. Called outside of any transaction; whoever
    comes while somebody asks leaves it to them."""
    with tenancy.scope(organization_id=organization_id):
        account = (
            SocialAccount.objects.select_related("grant__app", "grant__organization_app").filter(pk=account_id).first()
        )
        # The simulation would sign with a secret that anybody can read, which is believed from nobody.
        if account is None or account.is_test or account.state != AccountState.ACTIVE:
            return
        if not _take(account, is_new=is_new):
            return
        try:
            credential = social_accounts.credential_for(account)
        except NotConnected:
            return
    try:
        if account.platform in NEEDS_OUR_NUMBER and account.grant.organization_app_id:
            raise NotOffered("The number of the organization's own app is not known.")
        adapter = social_accounts.adapter_of(account, lane=Lane.HEALTH)
        lease = _ask(adapter, account.platform, credential)
    except NotOffered:
        _note(account, next_try_at=clock.now() + NOT_OFFERED, problem="not offered")
    except PlatformError as error:
        logger.info("%s does not tell of account %s: %s", account.platform, account_id, error.words)
        _postpone(account, type(error).__name__)
    else:
        now = clock.now()
        until = now + lease if lease else None
        again_at = now + (lease * SHARE_OF_LEASE if lease else AGAIN)
        _note(account, asked_at=now, until=until, next_try_at=again_at, tries=0, problem="")


def _platforms() -> list[str]:
    """Those whose adapter can ask for it."""
    return [name for name in registry.names() if getattr(registry.adapter_class(name), "listen", None) != Basis.listen]


def _ask(adapter: Adapter, platform: str, credential: Any) -> timedelta | None:
    token = settings.PLATFORM_VERIFY_TOKENS.get(platform, "")
    secrets = settings.PLATFORM_WEBHOOK_SECRETS.get(platform, ())
    if platform in NEEDS_OUR_WORDS and not (token and secrets):
        raise NotOffered("The operator has not chosen the words that notices are proven by.")
    query = f"?{urlencode({'token': token})}" if platform in NEEDS_OUR_WORDS else ""
    secret = Secret(secrets[0]) if secrets else NO_SECRET
    return adapter.listen(credential, callback=f"{settings.PUBLIC_URL}/inbound/{platform}/{query}", secret=secret)


def _take(account: SocialAccount, *, is_new: bool) -> bool:
    """Mark that this worker asks; the row decides who does."""
    now = clock.now()
    own = {"organization_id": account.organization_id, "workspace_id": account.workspace_id}
    row = Listening(**own, account=account, next_try_at=now + LEASE)
    if Listening.objects.bulk_create([row], ignore_conflicts=True) and Listening.objects.filter(pk=row.pk).exists():
        return True
    mine = Listening.objects.filter(account=account)
    return bool((mine if is_new else mine.filter(next_try_at__lte=now)).update(next_try_at=now + LEASE))


def _postpone(account: SocialAccount, problem: str) -> None:
    with tenancy.scope(organization_id=account.organization_id):
        tries = Listening.objects.values_list("tries", flat=True).get(account=account)
    pause = min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE)
    _note(account, next_try_at=clock.now() + pause, tries=tries + 1, problem=problem)


def _note(account: SocialAccount, **changes: Any) -> None:
    with tenancy.scope(organization_id=account.organization_id):
        Listening.objects.filter(account=account).update(updated_at=clock.now(), **changes)
