"""One reconnect mends everything that hung on the same sign-in: the other accounts of the consent, and of its family.

What the new consent covers lives again under its old id. What it does not cover is not guessed at: it is marked, and
says that the new sign-in leaves it out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.core.encryption import CannotOpen
from apps.governor.lanes import Lane
from apps.platforms.contract import Channel, Credential, channel_secret
from apps.platforms.errors import PlatformError
from apps.social_accounts import lives
from apps.social_accounts.adapters import adapter_of
from apps.social_accounts.errors import LostRefresh
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.services.abilities import tell_inabilities
from apps.social_accounts.services.credentials import credential_of, keep_channels, replace_tokens
from apps.social_accounts.services.marking import mark_signed_out, recover
from apps.social_accounts.states import BROKEN, PUBLISHES

logger = logging.getLogger(__name__)


def wanted_besides(account: SocialAccount) -> tuple[str, ...]:
    """The scopes that a new consent for `account` has to ask for as well, so that it mends its family too."""
    if account.grant is None:
        return ()
    kin = _kin(account.grant, account.workspace_id).values_list("scopes", flat=True)
    return tuple(dict.fromkeys(scope for scopes in kin for scope in scopes))


def revive_siblings(
    *, account: SocialAccount, before: Grant | None, grant: Grant, channels: Iterable[Channel], actor: Actor
) -> None:
    """Bring the other accounts of the consent to its new tokens, in the transaction that stores these. `before` is the
    grant that the account had: somebody else may have signed in for the same channels."""
    covered, left_out = {channel.remote_id: channel for channel in channels}, []
    for sibling in _siblings(account, before, grant):
        channel = covered.get(sibling.remote_id)
        is_theirs = sibling.grant_id == grant.pk
        if channel is not None and (is_theirs or sibling.state in BROKEN):
            _revive(sibling, grant, channel, actor)
        elif is_theirs and sibling.state in PUBLISHES:
            left_out.append(sibling.pk)
    # They worked, and their tokens have just been replaced by some that do not reach them.
    mark_signed_out(account_ids=left_out, reason=f"The new sign-in of @{account.handle} leaves this account out.")
    keep_channels(grant, grant.accounts.values_list("remote_id", flat=True))
    if before is not None and before.pk != grant.pk and not SocialAccount.objects.filter(grant=before).exists():
        before.delete()  # Nothing lives on these tokens any more.


def revive_family(*, organization_id: UUID, account_id: UUID, actor: Actor) -> None:
    """Bring back what hangs on the same sign-in at another platform, with the new tokens of `account`'s grant. Asks
    those platforms: call it outside of any transaction. What they do not give stays as it is."""
    with tenancy.scope(organization_id=organization_id):
        account = SocialAccount.objects.select_related("grant__app", "grant__organization_app").get(pk=account_id)
        if (grant := account.grant) is None:
            return
        kin = list(_kin(grant, account.workspace_id).select_related("app", "organization_app"))
    for cousin in kin:
        try:
            adapter = adapter_of(cousin, lane=Lane.REFRESH)
            fresh = adapter.refresh(_lent(grant, cousin, organization_id))
        except (PlatformError, CannotOpen) as error:
            logger.info("Grant %s was not brought back by %s: %s", cousin.pk, grant.pk, error)
            continue
        _take_in(organization_id, cousin, fresh, actor)


def _siblings(account: SocialAccount, before: Grant | None, grant: Grant) -> list[SocialAccount]:
    hung = Q(grant=grant) | (Q(grant=before) if before is not None else Q())
    rows = SocialAccount.objects.filter(hung, workspace=account.workspace_id, platform=account.platform)
    return list(rows.exclude(pk=account.pk).order_by("pk").select_for_update())


def _revive(sibling: SocialAccount, grant: Grant, channel: Channel, actor: Actor) -> None:
    sibling.grant = grant
    sibling.introduce(handle=channel.handle, name=channel.name, url=channel.url)
    sibling.checked_at = clock.now()
    sibling.check_at = lives.next_check(sibling.pk, after=sibling.checked_at)
    sibling.save()
    recover(sibling, actor=actor)
    tell_inabilities(sibling, grant)


def _kin(grant: Grant, workspace_id: UUID) -> QuerySet[Grant]:
    """The family's other grants in this workspace; another client's is mended by a consent for that client."""
    here = SocialAccount.objects.filter(workspace=workspace_id, grant__isnull=False).values("grant")
    kin: QuerySet[Grant] = Grant.objects.filter(family=grant.family, pk__in=here).exclude(pk=grant.pk)
    return kin.exclude(family="")


def _lent(grant: Grant, cousin: Grant, organization_id: UUID) -> Credential:
    """The cousin's credential with the access of the new sign-in; what it knows besides, it learns from there too."""
    with tenancy.scope(organization_id=organization_id):
        remote_ids = list(SocialAccount.objects.filter(grant=cousin).values_list("remote_id", flat=True))
        new, old = credential_of(grant), credential_of(cousin)
    # A channel whose own token was lost is asked for again: any secret holds its place.
    places = {channel_secret(remote_id): new.access_token for remote_id in remote_ids}
    return replace(
        old,
        access_token=new.access_token,
        scopes=new.scopes,
        extra={**places, **old.extra},
        facts={**old.facts, **{name: value for name, value in new.facts.items() if name in old.facts}},
    )


def _take_in(organization_id: UUID, cousin: Grant, fresh: Credential, actor: Actor) -> None:
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        try:
            replace_tokens(cousin, fresh)
        except LostRefresh:  # Reconnected for itself meanwhile.
            return
        for account in SocialAccount.objects.filter(grant=cousin).order_by("pk").select_for_update():
            if channel_secret(account.remote_id) in fresh.extra:
                account.checked_at = clock.now()
                account.save(update_fields=["checked_at"])
                recover(account, actor=actor)
                tell_inabilities(account, cousin)
