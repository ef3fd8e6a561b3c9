"""Saying days ahead that a sign-in ends, where nothing but a person renews it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.platforms import registry
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.selectors import ENDS_SOON
from apps.social_accounts.services.marking import tell
from apps.social_accounts.states import AccountState


@transaction.atomic
def foretell(grant_id: UUID, *, now: datetime) -> bool:
    """Mark all accounts of a grant that ends within a week, once and with one event; True if that is news.

    Accounts whose grant has got a later end meanwhile are well again, without a word.
    """
    grant = Grant.objects.get(pk=grant_id)
    rows = SocialAccount.objects.filter(grant=grant).order_by("pk").select_for_update()
    if grant.ends_at is None or grant.ends_at - now >= ENDS_SOON:
        rows.filter(state=AccountState.EXPIRING).update(state=AccountState.ACTIVE, reason="")
        return False
    accounts = list(rows.filter(state=AccountState.ACTIVE))
    if not accounts:
        return False
    label, day = registry.label(grant.platform), f"{grant.ends_at:%a} {grant.ends_at.day} {grant.ends_at:%b}"
    reason = f"{label}'s permission ends on {day} and is not renewed without a person. Reconnect the account before."
    for account in accounts:
        account.state, account.reason = AccountState.EXPIRING, reason
        account.save(update_fields=["state", "reason"])
    tell("account.expiring", accounts, grant=grant, ends_at=grant.ends_at, reason=reason)
    return True
