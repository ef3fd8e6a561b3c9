"""What may be chosen at the platform itself (a board, a playlist, an audience): read there, kept with the account."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db.models import Q

from apps.core import clock, tenancy
from apps.governor.lanes import Lane
from apps.platforms import registry
from apps.platforms.capabilities import OptionKind
from apps.platforms.errors import PlatformError
from apps.social_accounts.adapters import adapter_of
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.services.credentials import credential_for
from apps.social_accounts.states import PUBLISHES

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=6)  # a board that was made today is wanted today
BATCH = 100


@cache
def remote_options(platform: str) -> tuple[str, ...]:
    """The options of `platform` whose choices live there."""
    options = registry.capabilities(platform).options
    return tuple(option.name for option in options if option.kind is OptionKind.REMOTE)


def read_choices_due(*, now: datetime, limit: int = BATCH) -> int:
    """Read the choices of accounts that are new, or were not asked for some hours; the number that was tried."""
    platforms = [name for name in registry.names() if remote_options(name)]
    with tenancy.across_tenants("find accounts whose choices are old"):
        due = list(
            SocialAccount.across_tenants.filter(
                Q(choices_read_at=None) | Q(choices_read_at__lt=now - EVERY),
                platform__in=platforms,
                state__in=PUBLISHES,
            )
            .order_by("choices_read_at")
            .values_list("organization_id", "pk")[:limit]
        )
    for organization_id, account_id in due:
        try:
            read_choices(organization_id=organization_id, account_id=account_id)
        except Exception:  # Whatever is wrong with one account, the others are read.
            logger.exception("The choices of account %s could not be read", account_id)
    return len(due)


def read_choices(*, organization_id: UUID, account_id: UUID) -> None:
    """Ask the platform and keep what it says. What it does not tell now stays as it was."""
    with tenancy.scope(organization_id=organization_id):
        account = SocialAccount.objects.select_related("grant__app", "grant__organization_app").get(pk=account_id)
        try:
            credential = credential_for(account)
        except NotConnected:
            return
    adapter = adapter_of(account, lane=Lane.HEALTH)
    found = dict(account.choices)
    for option in remote_options(account.platform):
        try:
            found[option] = [list(choice) for choice in adapter.choices(option, credential)]
        except PlatformError as error:
            logger.info("Account %s: no choices of %s: %s", account_id, option, error.words)
    with tenancy.scope(organization_id=organization_id):
        SocialAccount.objects.filter(pk=account_id).update(choices=found, choices_read_at=clock.now())
