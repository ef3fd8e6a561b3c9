"""Portal links: made and withdrawn by members, opened by people without a seat."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.core.secrets import Secret
from apps.platforms import registry
from apps.social_accounts.adapters import has_sandbox
from apps.social_accounts.errors import ConnectionRefused, NoSandbox, Reason
from apps.social_accounts.models import ConnectSession, PortalLink, SocialAccount
from apps.social_accounts.selectors import needs_address
from apps.social_accounts.services.beginning import Journey, begin_consent
from apps.social_accounts.services.finishing import sign_in
from apps.social_accounts.services.journeys import Terms
from apps.social_accounts.services.returning import require_allowed
from apps.social_accounts.services.taking_channels import take_channels
from apps.social_accounts.services.travellers import CLOSED, Visitor
from apps.social_accounts.states import AccountState, JourneyState
from apps.tenants.callers import Seat
from apps.tenants.models import Branding, Workspace
from apps.tenants.services import branding_of

KEPT: Final = timedelta(days=90)  # how long a link that is over can still say that it is
RECONNECT_LIFETIME: Final = timedelta(days=14)


def make_link(
    *,
    member: Seat,
    workspace_id: UUID,
    platforms: Sequence[str],
    expires_at: datetime,
    max_accounts: int | None = None,
    language: str = "",
    note: str = "",
    return_url: str = "",
    is_chosen_elsewhere: bool = False,
    look: Mapping[str, str] | None = None,
) -> tuple[PortalLink, Secret]:
    """A link and its token, which is told this once. Raises ReturnRefused for a return address that is not listed,
    and NoSandbox where it would be for tests and no simulation runs.

    `look` has a colour and a way back (`colour`, `back_label`, `back_url`) in place of the organization's.
    """
    if return_url:
        require_allowed(return_url)
    _require_sandbox(workspace_id)
    link = PortalLink(
        workspace_id=workspace_id,
        platforms=[name for name in registry.names() if name in set(platforms)],
        max_accounts=max_accounts,
        language=language,
        note=note,
        return_url=return_url,
        is_chosen_elsewhere=is_chosen_elsewhere,
        look=dict(look or {}),
        expires_at=expires_at,
    )
    return _made(link, member, "portal_link.made")


def make_reconnect_link(
    *, member: Seat, account: SocialAccount, language: str = "", return_url: str = ""
) -> tuple[PortalLink, Secret]:
    """A link by which whoever owns the account at the platform connects exactly this one again, once. Raises
    ReturnRefused."""
    if return_url:
        require_allowed(return_url)
    _require_sandbox(account.workspace_id)
    link = PortalLink(
        workspace_id=account.workspace_id,
        platforms=[account.platform],
        max_accounts=1,
        language=language,
        note=f"@{account.handle}"[:120],
        reconnects=account,
        return_url=return_url,
        expires_at=clock.now() + RECONNECT_LIFETIME,
    )
    return _made(link, member, "portal_link.made_to_reconnect")


@transaction.atomic
def revoke_link(*, link: PortalLink, member: Seat) -> None:
    """Close the link at once; safe to repeat."""
    if PortalLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=clock.now()):
        audit.record("portal_link.revoked", subject=link, actor=member.actor)


def open_links(workspace_id: UUID) -> list[PortalLink]:
    """The links of a workspace that still let somebody in."""
    now = clock.now()
    rows = PortalLink.objects.filter(workspace_id=workspace_id, expires_at__gt=now, revoked_at=None, spent_at=None)
    return list(rows.select_related("made_by", "reconnects"))


def visitor_of(token: str, *, address: str = "") -> Visitor | None:
    """Who holds this token; None where no link has it. The link may be over: ask `is_open`."""
    return _visitor(Q(token_hash=_hash(token)), address)


def visitor_of_journey(state: str, *, address: str = "") -> Visitor | None:
    """Who is on the journey with this state, if they came by a link; what a callback from a platform names."""
    with tenancy.across_tenants("find the link of the journey that a callback names"):
        journey = ConnectSession.across_tenants.filter(state_hash=_hash(state), link__isnull=False)
        link_id = journey.values_list("link_id", flat=True).first()
    return _visitor(Q(pk=link_id), address) if link_id else None


def is_known(state: str) -> bool:
    """Whether a journey has this state, whoever's it is."""
    with tenancy.across_tenants("see whether a callback belongs to any journey"):
        return bool(ConnectSession.across_tenants.filter(state_hash=_hash(state)).exists())


def belongs_to(journey: ConnectSession, browser_token: str) -> bool:
    """Whether this browser is on the journey; accounts to choose from are shown to no other."""
    return bool(browser_token) and journey.browser_hash == _hash(browser_token)


def begin(*, visitor: Visitor, platform: str, address: str, browser_token: str) -> Journey:
    """The way to the consent page, within what the link is for. Raises ConnectionRefused."""
    return begin_consent(
        member=visitor,
        workspace_id=visitor.link.workspace_id,
        platform=platform,
        address=address,
        reconnects=visitor.link.reconnects_id,
        browser_token=browser_token,
        terms=_terms(visitor, platform),
    )


def connect_by_password(
    *, visitor: Visitor, platform: str, identifier: str, password: Secret
) -> tuple[ConnectSession, list[SocialAccount]]:
    """The same by app password, where the platform has them. Raises ConnectionRefused."""
    return sign_in(
        member=visitor,
        workspace_id=visitor.link.workspace_id,
        platform=platform,
        address="",
        identifier=identifier,
        password=password,
        reconnects=visitor.link.reconnects_id,
        terms=_terms(visitor, platform),
    )


def address_of(token: Secret) -> str:
    """Where the holder of this token begins."""
    return settings.PUBLIC_URL + reverse("portal:home", args=[token.reveal()])


def brand_of(link: PortalLink) -> Branding:
    """How the link's pages look: as the organization's do, where nothing else was said."""
    brand = branding_of(link.organization_id)
    for name, value in link.look.items():
        setattr(brand, name, value)
    return brand


def pending_journeys(link: PortalLink) -> QuerySet[ConnectSession]:
    """Journeys of this link whose accounts somebody has to choose from."""
    return link.sessions.filter(state=JourneyState.PENDING, grant__isnull=False).select_related("grant")


def choose(
    *, link: PortalLink, journey: ConnectSession, remote_ids: Sequence[str], actor: Actor
) -> list[SocialAccount]:
    """Connect some of what a journey has brought, for the organization that chooses in its own pages. Raises
    ConnectionRefused."""
    if not link.is_chosen_elsewhere:
        raise ConnectionRefused("Whoever has the link chooses in their own browser.", reason=Reason.NOT_OFFERED)
    if not link.is_open(clock.now()):
        raise ConnectionRefused(CLOSED, reason=Reason.CLOSED)
    return take_channels(session=journey, remote_ids=remote_ids, actor=actor)


def connected_by(link: PortalLink) -> list[SocialAccount]:
    """The accounts that came by this link: all that its holder may know of."""
    journeys = link.sessions.filter(state=JourneyState.CONNECTED).values_list("account_ids", flat=True)
    ids = {found for account_ids in journeys for found in account_ids}
    rows = SocialAccount.objects.filter(pk__in=ids).exclude(state=AccountState.DISCONNECTED)
    return list(rows.order_by("platform", "handle"))


def known_by(link: PortalLink) -> str:
    """What whoever reconnects would have to type: the account's handle, or its server where that matters."""
    if link.reconnects_id is None:
        return ""
    account = SocialAccount.objects.select_related("grant").get(pk=link.reconnects_id)
    if asks_for(account.platform) == "instance" and account.grant:
        return str(account.grant.server)
    return str(account.handle)


def forget_links(*, now: datetime) -> int:
    """Delete links that were over long ago; how many."""
    with tenancy.across_tenants("forget portal links that are over"):
        over = PortalLink.across_tenants.filter(expires_at__lt=now - KEPT)
        count = int(over.count())
        over.delete()
    return count


def asks_for(platform: str) -> str:
    """What has to be typed before a consent there: "instance", "bluesky" (handle or app password) or nothing."""
    return needs_address(platform)


def _terms(visitor: Visitor, platform: str) -> Terms:
    link = visitor.link
    with visitor.scope():
        visitor.require("account.connect", link.workspace_id)
        link.refresh_from_db(fields=["connected"])
    if platform not in link.platforms:
        raise ConnectionRefused("This network is not part of the link.", reason=Reason.NOT_OFFERED)
    if link.left == 0 and not link.reconnects_id:
        raise ConnectionRefused("All accounts of this link are connected.", reason=Reason.LIMIT_REACHED)
    return Terms(link.return_url, None if link.reconnects_id else link.left, link.is_chosen_elsewhere)


def _require_sandbox(workspace_id: UUID) -> None:
    """Raise NoSandbox for a link that could only lead to a simulation that is not there."""
    if not has_sandbox() and Workspace.objects.filter(pk=workspace_id, is_test=True).exists():
        raise NoSandbox


@transaction.atomic
def _made(link: PortalLink, member: Seat, verb: str) -> tuple[PortalLink, Secret]:
    token = secrets.token_urlsafe(32)
    link.token_hash, link.made_by = _hash(token), member.user
    link.save()
    audit.record(verb, subject=link, actor=member.actor, diff={"platforms": link.platforms})
    return link, Secret(token)


def _visitor(which: Q, address: str) -> Visitor | None:
    with tenancy.across_tenants("find the portal link that an address names"):
        rows = PortalLink.across_tenants.filter(which, workspace__archived_at=None)
        link: PortalLink | None = rows.select_related("organization", "workspace", "reconnects").first()
        if link is None:
            return None
        now = clock.now()
        # A page is several requests; one of them is enough to say that the link was used.
        if link.last_used_at is None or now - link.last_used_at > timedelta(minutes=1):
            PortalLink.across_tenants.filter(pk=link.pk).update(last_used_at=now)
    return Visitor(link, link.organization, address)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
