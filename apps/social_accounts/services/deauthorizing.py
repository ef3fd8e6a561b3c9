"""A person took our permission away at the platform: what we still hold of it is erased at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.core import clock, tenancy
from apps.platforms import registry
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.services.health import check_account
from apps.social_accounts.services.marking import mark_signed_out
from apps.social_accounts.states import GrantState


def note_deauthorized(*, organization_id: UUID, account_id: UUID, at: datetime | None) -> None:
    """Erase the tokens of the account's grant, and ask a person to reconnect all that lived on it. Safe to repeat.

    Where the notice has no time, or we hold tokens that are newer than it, the platform is asked who we are, and what
    it says counts. Called outside of any transaction.
    """
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        account = SocialAccount.objects.select_related("grant").filter(pk=account_id).first()
        if account is None or account.grant is None:
            return
        is_certain = at is not None and account.grant.issued_at <= at
        if is_certain:
            label = registry.label(account.platform)
            reason = f"Postroom's permission was taken away on {label}. Reconnect the account to go on."
            own = SocialAccount.objects.filter(grant=account.grant).values_list("pk", flat=True)
            mark_signed_out(account_ids=list(own), reason=reason, asked_at=at, dead_grant_id=account.grant.pk)
            erase_tokens(account.grant, until=at)
    if not is_certain:
        check_account(organization_id=organization_id, account_id=account_id)


def erase_tokens(grant: Grant, *, until: datetime | None = None) -> None:
    """Nothing of the grant's secrets is left; tokens that came after `until` are not meant."""
    rows = Grant.objects.filter(pk=grant.pk)
    if until is not None:
        rows = rows.filter(issued_at__lte=until)
    rows.update(
        access_token="", refresh_token="", extra="", state=GrantState.DEAD, version=F("version") + 1,
        refresh_at=None, refresh_started_at=None, updated_at=clock.now(),
    )  # fmt: skip
