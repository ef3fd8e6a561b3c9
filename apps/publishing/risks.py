"""What is at risk: accounts that are broken or will end, and how many posts of which clients hang on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet

from apps.core import tenancy
from apps.publishing.models import Publication
from apps.publishing.selectors import BROKEN_ACCOUNT
from apps.publishing.states import WAITING, State
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import BROKEN, PUBLISHES


@dataclass(frozen=True, slots=True)
class Risk:
    """An account and what hangs on it: `held` waits for a person, `after` is planned for when it cannot be sent, and
    `next_at` is the first of these. `ends_at` is the forecast end; None for one that is broken now."""

    account: SocialAccount
    ends_at: datetime | None
    held: int = 0
    after: int = 0
    next_at: datetime | None = None

    @property
    def is_broken(self) -> bool:
        return self.account.state in BROKEN

    @property
    def posts(self) -> int:
        return self.held + self.after


def risks(
    *, now: datetime, until: datetime, workspace_ids: Collection[UUID] | tenancy.Everywhere = tenancy.ALL
) -> list[Risk]:
    """Accounts of these workspaces in use that are broken, end before `until`, or have posts waiting; the most urgent
    first. Two queries, however many accounts and posts there are."""
    held = _held_by_account(workspace_ids)
    ails = Q(state__in=BROKEN) | Q(state__in=PUBLISHES, grant__ends_at__lt=until) | Q(pk__in=held)
    accounts = _here(SocialAccount.objects.filter(ails, workspace__archived_at=None), workspace_ids)
    found = [
        _risk(account, held.get(account.pk, {}))
        for account in accounts.select_related("grant", "workspace").order_by("workspace__name", "platform", "handle")
    ]
    return sorted(found, key=lambda risk: (not risk.is_broken, risk.ends_at or now, -risk.posts))


def _risk(account: SocialAccount, counted: dict[str, Any]) -> Risk:
    ends_at = account.grant.ends_at if account.grant and account.state in PUBLISHES else None
    return Risk(account, ends_at, **counted)


def _held_by_account(workspace_ids: Collection[UUID] | tenancy.Everywhere) -> dict[UUID, dict[str, Any]]:
    """What waits, and what is planned for after the end, by account."""
    too_late = Q(account__state__in=PUBLISHES, due_at__gte=F("account__grant__ends_at"))
    never = Q(account__state__in=BROKEN)
    held = Q(state=State.HELD, problem__in=BROKEN_ACCOUNT)
    after = Q(state__in=WAITING) & (too_late | never)
    rows = (
        _here(Publication.objects.filter(held | after), workspace_ids)
        .values("account_id")
        .annotate(held=Count("pk", filter=held), after=Count("pk", filter=after), next_at=Min("due_at"))
    )
    return {row.pop("account_id"): row for row in rows}


def _here(rows: QuerySet[Any], workspace_ids: Collection[UUID] | tenancy.Everywhere) -> QuerySet[Any]:
    return rows if isinstance(workspace_ids, tenancy.Everywhere) else rows.filter(workspace__in=workspace_ids)
