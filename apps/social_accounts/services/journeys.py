"""How far a journey has come, what it may connect, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q

from apps.core import clock, tenancy
from apps.platforms.contract import Channel
from apps.social_accounts.errors import ConnectionRefused, Reason
from apps.social_accounts.models import ConnectSession, Grant, PortalLink, SocialAccount
from apps.social_accounts.selectors import accounts_in_use, in_use
from apps.social_accounts.services.travellers import CLOSED, Traveller
from apps.social_accounts.states import JOURNEY_MOVES, AccountState, JourneyState
from apps.usage import services as usage
from apps.usage.errors import PlanIsFull
from apps.usage.meters import Limit

KEPT = timedelta(days=1)  # how long accounts may be chosen after a consent that gave several


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed for a journey: where it leads back to, how many accounts it may connect, and who chooses among
    several (`is_chosen_elsewhere`: whoever is returned to)."""

    return_url: str = ""
    max_accounts: int | None = None
    is_chosen_elsewhere: bool = False


NO_TERMS: Final = Terms()


def end(member: Traveller, session: ConnectSession, reason: Reason) -> None:
    """Write down that the journey connected nothing, and why."""
    state = JourneyState.CANCELLED if reason is Reason.ACCESS_DENIED else JourneyState.FAILED
    with member.scope():
        move(session, state, reason=reason, finished_at=clock.now())


def move(session: ConnectSession, to: JourneyState, **changes: object) -> bool:
    """Move the journey, unless it has gone another way already; the row follows in memory."""
    sources = [state for state, targets in JOURNEY_MOVES.items() if to in targets]
    moved = ConnectSession.objects.filter(pk=session.pk, state__in=sources).update(state=to, **changes)
    if moved:
        for name, value in {"state": to, **changes}.items():
            setattr(session, name, value)
    return bool(moved)


def keep_to_limit(session: ConnectSession, chosen: Sequence[Channel]) -> None:
    most = session.max_accounts
    if most is not None and len(chosen) > most:
        words = "One account can be connected here." if most == 1 else f"Up to {most} accounts can be connected here."
        raise ConnectionRefused(words, reason=Reason.LIMIT_REACHED, field="channels")


def count_on_link(session: ConnectSession, chosen: Sequence[Channel]) -> None:
    """Let the link know how many accounts came by it; the UPDATE itself keeps two tabs within its limit."""
    if session.link_id is None:
        return
    here = SocialAccount.objects.filter(workspace_id=session.workspace_id, platform=session.platform)
    known = here.filter(remote_id__in=[channel.remote_id for channel in chosen])
    new = len(chosen) - known.exclude(state=AccountState.DISCONNECTED).count()
    fits = Q(max_accounts=None) | Q(max_accounts__gte=F("connected") + new)
    link = PortalLink.objects.filter(fits, pk=session.link_id, revoked_at=None, spent_at=None)
    if not link.update(connected=F("connected") + new):
        raise ConnectionRefused("This link is for fewer accounts, or it is over.", reason=Reason.LIMIT_REACHED)


def keep_to_plan(session: ConnectSession, chosen: Sequence[Channel]) -> None:
    """Make sure that the organization's plan has room for those that are not connected yet; tests take none."""
    if session.workspace.is_test:
        return
    here = in_use().filter(workspace_id=session.workspace_id, platform=session.platform)
    remote_ids = {channel.remote_id for channel in chosen}
    new = len(remote_ids) - here.filter(remote_id__in=remote_ids).count()
    with tenancy.scope(organization_id=session.organization_id):
        try:
            usage.require(Limit.ACCOUNTS, new, used=accounts_in_use)
        except PlanIsFull as full:
            raise ConnectionRefused(full.words, reason=Reason.LIMIT_REACHED, field="channels") from full


def spend_link(session: ConnectSession) -> None:
    """A link to reconnect has done what it was for; only one journey can say so."""
    if session.link_id is None:
        return
    link = PortalLink.objects.filter(pk=session.link_id, revoked_at=None, spent_at=None)
    if not link.update(spent_at=clock.now()):
        raise ConnectionRefused(CLOSED, reason=Reason.CLOSED)


def remember(session: ConnectSession, accounts: Sequence[SocialAccount]) -> None:
    session.account_ids = [str(account.pk) for account in accounts]
    ConnectSession.objects.filter(pk=session.pk).update(account_ids=session.account_ids)


def leave_channels(*, session: ConnectSession) -> None:
    """Connect none of the channels after all; the tokens are forgotten with the journey."""
    move(session, JourneyState.CANCELLED, reason=Reason.ACCESS_DENIED, finished_at=clock.now())


def forget_journeys(*, now: datetime) -> int:
    """Delete journeys that ended a day ago, and what they brought if nobody chose an account of it; how many."""
    with tenancy.across_tenants("forget journeys to platforms that are over"):
        over = ConnectSession.across_tenants.filter(expires_at__lt=now - KEPT)
        unused = Grant.across_tenants.filter(pk__in=over.values("grant_id"), accounts=None)
        # First which, then the deed: once the journeys are gone, nothing tells their grants from others.
        unused_ids = list(unused.values_list("pk", flat=True))
        deleted, _ = over.delete()
        Grant.across_tenants.filter(pk__in=unused_ids).delete()
    return deleted
