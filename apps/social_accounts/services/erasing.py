"""Erasing the person behind accounts: whoever they were, only the row that posts refer to is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events import services as events
from apps.platforms.contract import SHARED_CONSENT
from apps.social_accounts.models import ConnectSession, Grant, PortalLink, Sender, SocialAccount
from apps.social_accounts.selectors import hung_on, of_platform
from apps.social_accounts.states import AccountState

NAME: Final = "Deleted account"
HANDLE: Final = "deleted-account"
WHY: Final = "The person behind this account asked for their data to be deleted."
ERASED: Final = "deleted:"  # begins the remote id of an account whose own was erased
# Of what events tell of accounts, what names nobody; and those of them that may tell of many.
OURS: Final = frozenset({"platform", "is_new", "missing_scopes", "ends_at"})
TELL_OF_MANY: Final = ("account.needs_reauth", "account.expiring", "account.disabled", "account.recovered")
FIND: Final = "find whatever is held about a person who asks to be forgotten"


@dataclass(frozen=True, slots=True)
class Found:
    """What one organization holds of a person, as ids of rows."""

    organization_id: UUID
    account_ids: frozenset[UUID]
    grant_ids: frozenset[UUID]


def find_identity(*, platform: str, remote_id: str, sender: Sender | None = None) -> list[Found]:
    """Accounts and grants of a person in every organization, by the id under which the platform knows them: whatever
    their consent brought, and the account that they are, connected or not. By the id that several platforms of one
    house share (`facts[SHARED_CONSENT]`), at all of these.

    With a `sender`, in its organization alone: what hangs on its app, and what is left of accounts that hang on none.
    """
    with tenancy.across_tenants(FIND):
        of_same = Q(platform=platform) | (
            Q(platform="instagram", facts__login="facebook") if platform == "facebook" else Q(pk=None)
        )
        person = (Q(remote_user_id=remote_id) | Q(facts__app_scoped_id=remote_id)) & of_same
        means = Q(remote_id=remote_id) | Q(grant__remote_user_id=remote_id) | Q(grant__facts__app_scoped_id=remote_id)
        means &= of_platform(platform)
        of_house, by_house = (Q(**{f"{path}facts__{SHARED_CONSENT}": remote_id}) for path in ("", "grant__"))
        mine, hung = Q(), Q()
        if sender is not None:
            mine = Q(organization_id=sender.organization_id, organization_app_id=sender.app_id)
            hung = hung_on(sender) | Q(organization_id=sender.organization_id, grant=None)
        grants = list(
            Grant.across_tenants.filter(person | of_house, mine, is_test=False).values_list("organization_id", "pk")
        )
        accounts = list(
            SocialAccount.across_tenants.filter(means | by_house, hung, is_test=False).values_list(
                "organization_id", "pk"
            )
        )
    organizations = sorted({organization_id for organization_id, _ in [*grants, *accounts]})
    return [Found(one, _of(one, accounts), _of(one, grants)) for one in organizations]


def remote_ids_of(*, organization_id: UUID, account_ids: Collection[UUID]) -> dict[str, list[str]]:
    """Under which ids the platforms know these accounts, by platform."""
    found: dict[str, list[str]] = {}
    with tenancy.scope(organization_id=organization_id):
        rows = SocialAccount.objects.filter(pk__in=account_ids).exclude(remote_id__startswith=ERASED)
        for platform, remote_id in rows.values_list("platform", "remote_id"):
            found.setdefault(platform, []).append(remote_id)
    return found


@transaction.atomic
def erase_identity(
    *, organization_id: UUID, account_ids: Collection[UUID], grant_ids: Collection[UUID]
) -> dict[str, int]:
    """Delete the grants with their tokens, whatever a sign-in had brought and the links by which one was asked for,
    and leave of each account a row that names nobody. What there was, in numbers; safe to repeat."""
    with tenancy.scope(organization_id=organization_id):
        own = Q(grant_id__in=grant_ids) | Q(reconnects_id__in=account_ids)
        sessions, _ = ConnectSession.objects.filter(own).delete()
        links, _ = PortalLink.objects.filter(reconnects_id__in=account_ids).delete()
        accounts = SocialAccount.objects.filter(pk__in=account_ids).exclude(remote_id__startswith=ERASED)
        erased = [_erase(account) for account in accounts.select_for_update()]
        grants = Grant.objects.filter(pk__in=grant_ids)
        counts = {"sessions": sessions, "links": links, "accounts": len(erased), "grants": grants.count()}
        grants.delete()
        _redact([*account_ids, *grant_ids], account_ids)
    return counts


def _redact(subject_ids: Collection[UUID], account_ids: Collection[UUID]) -> None:
    """Names and reasons may stand in what was told before, also about several accounts at once (docs/events.md)."""
    events.redact_listed(
        names=TELL_OF_MANY,
        place="accounts",
        ids=account_ids,
        keep=OURS,
        keep_of_each={"id", "workspace_id", "platform"},
    )
    events.redact(subject_ids=subject_ids, keep={*OURS, "accounts"})


def _erase(account: SocialAccount) -> SocialAccount:
    account.remote_id, account.handle, account.name, account.url = f"{ERASED}{account.pk}", HANDLE, NAME, ""
    account.choices, account.limits, account.choices_read_at, account.checked_at = {}, {}, None, None
    account.state, account.reason, account.grant = AccountState.DISCONNECTED, WHY, None
    account.save()
    audit.record("account.erased", subject=account, actor=SYSTEM)
    events.emit("account.erased", subject=account, data={"platform": account.platform})
    return account


def _of(organization_id: UUID, rows: Iterable[Any]) -> frozenset[UUID]:
    return frozenset(pk for owner, pk in rows if owner == organization_id)
