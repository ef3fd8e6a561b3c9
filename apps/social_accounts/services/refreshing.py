"""New tokens before the old ones end: one refresher at a time, and the new pair stored before anything uses it.

`Grant.refresh_at` says when a grant's turn is, so that nobody has to look at all of them. `refresh_started_at` is the
refresher's lease and its intent, committed before the platform is asked: where it is found with its time run out, the
worker has died and the platform's answer may be lost with it.

A lost answer, or a first refusal, leaves the grant `suspect`. Its access token is used as long as it lives, for with
most platforms it survives; when that ends the old refresh token is tried again, which works if the platform never saw
the first try, or grants a second. A clear refusal of a suspect grant is final and a person is asked, once. Failures and
silence of the platform end nothing; they are met with growing pauses.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from apps.core import clock, tenancy
from apps.governor.lanes import Lane
from apps.platforms import registry
from apps.platforms.contract import Credential
from apps.platforms.errors import Disconnected, MissingPermission, PlatformError, Throttled, TokenExpired, Uncertain
from apps.social_accounts import lives
from apps.social_accounts.adapters import adapter_of
from apps.social_accounts.errors import LostRefresh, NotConnected
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.services.credentials import credential_for, credential_of, replace_tokens
from apps.social_accounts.services.losing import bury
from apps.social_accounts.states import CHECKED, GrantState

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=2)  # longer than any refresh request may take
SOON: Final = timedelta(minutes=5)  # a token that ends within this is refreshed before it is used
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
BATCH: Final = 300
SECONDS: Final = 50.0  # beat wakes the next round
MOST_FAILURES: Final = 3  # of one platform in a row: it is left alone until the next round
SIGNED_OUT: Final = "The platform no longer accepts this sign-in. Reconnect the account."


class Outcome(Enum):
    RENEWED = auto()
    NOT_MINE = auto()  # somebody else is at it, it is not its turn, or it is dead
    SETTLED = auto()  # the platform answered, and there are no new tokens
    WAITS = auto()  # the platform is ill, busy or silent


def refresh_expiring(*, now: datetime, limit: int = BATCH, seconds: float = SECONDS) -> int:
    """Refresh grants whose turn has come, for so long; the number that were tried. A platform that fails again and
    again is left to the next round, so that its silence does not keep the others waiting."""
    due, until = _due(now, limit), time.monotonic() + seconds
    failures: Counter[str] = Counter()
    tried = 0
    for organization_id, grant_id, platform, version in due:
        if time.monotonic() > until:
            break
        if failures[platform] >= MOST_FAILURES:
            continue
        tried += 1
        try:
            outcome = _refresh(organization_id, grant_id, Q(version=version))
        except Exception:  # Whatever is wrong with one grant, the others are refreshed.
            logger.exception("Grant %s could not be refreshed", grant_id)
            continue
        failures[platform] = failures[platform] + 1 if outcome is Outcome.WAITS else 0
    return tried


def refresh_if_needed(*, organization_id: UUID, grant_id: UUID) -> None:
    """Refresh now if the token ends within minutes. Called before sending, outside of any transaction."""
    with tenancy.scope(organization_id=organization_id):
        expires_at, version = Grant.objects.values_list("expires_at", "version").get(pk=grant_id)
    if expires_at is not None and expires_at - clock.now() < SOON:
        _refresh(organization_id, grant_id, Q(version=version))


def ends_soon(grant: Grant) -> bool:
    """Whether the token that was read with this row is to be refreshed before it is used."""
    return grant.expires_at is not None and grant.expires_at - clock.now() < SOON


def refresh_grant(
    *, organization_id: UUID, grant_id: UUID, is_refused: bool = False, read_at: datetime | None = None
) -> bool:
    """Refresh one grant, unless somebody is at it or its platform is to be left alone for a while. True if it has new
    tokens. `is_refused`: the platform has just said that the access token is over; nothing is lost by trying.
    `read_at` is from before that token was read: where newer ones have come since, they are what to use."""
    seen = Q(issued_at__lte=read_at) if read_at else Q()
    return _refresh(organization_id, grant_id, seen, is_refused=is_refused) is Outcome.RENEWED


def _due(now: datetime, limit: int) -> list[tuple[UUID, UUID, str, int]]:
    with tenancy.across_tenants("find grants whose tokens end soon"):
        free = Q(refresh_started_at=None) | Q(refresh_started_at__lt=now - LEASE)
        rows = Grant.across_tenants.filter(free, refresh_at__lte=now).order_by("refresh_at")
        due = list(rows.values_list("organization_id", "pk", "platform", "version")[:limit])
    random.shuffle(due)  # Platforms in turn, more or less.
    return due


def _refresh(organization_id: UUID, grant_id: UUID, seen: Q, *, is_refused: bool = False) -> Outcome:
    """`seen` is what the caller knows of the tokens that are to be replaced: somebody may have been faster."""
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        grant = _take(grant_id, seen, is_refused=is_refused)
        credential = credential_of(grant) if grant else None
    if grant is None or credential is None:
        return Outcome.NOT_MINE
    if grant.state == GrantState.SUSPECT and not is_refused and (found := _carefully(organization_id, grant)):
        return found
    return _ask(organization_id, grant, credential)


def _take(grant_id: UUID, seen: Q, *, is_refused: bool) -> Grant | None:
    """Write down the intent to refresh; the conditional UPDATE lets one win. Whoever finds an intent whose time has run
    out does not know what became of it: the grant is suspect from then on."""
    now = clock.now()
    free = Q(refresh_started_at=None) | Q(refresh_started_at__lt=now - LEASE)
    its_turn = Q(refresh_tries=0) | Q(refresh_at=None) | Q(refresh_at__lte=now) | Q(refresh_started_at__isnull=False)
    if is_refused:
        its_turn |= Q(state=GrantState.SUSPECT)
    was_begun = When(refresh_started_at__isnull=False, then=Value(GrantState.SUSPECT))
    taken = Grant.objects.filter(free, its_turn, seen, pk=grant_id).exclude(state=GrantState.DEAD)
    changes = {"refresh_started_at": now, "refresh_tries": F("refresh_tries") + 1}
    if not taken.update(state=Case(was_begun, default=F("state")), **changes):
        return None
    grant: Grant = Grant.objects.select_related("app", "organization_app").get(pk=grant_id)
    return grant


def _carefully(organization_id: UUID, grant: Grant) -> Outcome | None:
    """Of a suspect grant: use the old access token while it lives; None when the refresh token has to be tried."""
    lifetimes = registry.adapter_class(grant.platform).lifetimes
    end = lifetimes.access_end(grant.issued_at, grant.expires_at)
    if end is not None and end - clock.now() <= SOON:
        return None
    try:
        works = _access_works(organization_id, grant)
    except PlatformError as error:
        return _wait(organization_id, grant, error)
    if not works:
        return None
    with tenancy.scope(organization_id=organization_id):
        if end is None:  # Nothing has to be renewed.
            _ours(grant).update(state=GrantState.ACTIVE, refresh_started_at=None, refresh_at=None, refresh_tries=0)
        else:
            _ours(grant).update(refresh_started_at=None, refresh_at=end - SOON)
    return Outcome.SETTLED


def _access_works(organization_id: UUID, grant: Grant) -> bool:
    """One health read with the tokens that are there; raises what says nothing about them."""
    with tenancy.scope(organization_id=organization_id):
        accounts = SocialAccount.objects.filter(grant=grant, state__in=CHECKED).select_related(
            "grant__app", "grant__organization_app"
        )
        account = accounts.order_by("pk").first()
        try:
            credential = credential_for(account) if account else None
        except NotConnected:
            credential = None
    if credential is None:
        return False
    try:
        adapter_of(grant, lane=Lane.REFRESH).check(credential)
    except (Disconnected, TokenExpired):
        return False
    except MissingPermission:  # Whoever hears what is lacking is known.
        return True
    return True


def _ask(organization_id: UUID, grant: Grant, credential: Credential) -> Outcome:
    asked_at = clock.now()
    try:
        fresh = adapter_of(grant, lane=Lane.REFRESH).refresh(credential)
    except Uncertain as error:
        return _suspect(organization_id, grant, error)
    except Disconnected as error:
        if grant.state != GrantState.SUSPECT:
            return _suspect(organization_id, grant, error)
        return _end(organization_id, grant, error, asked_at)
    except PlatformError as error:
        return _wait(organization_id, grant, error)
    return _keep(organization_id, grant, credential, fresh)


def _keep(organization_id: UUID, grant: Grant, credential: Credential, fresh: Credential) -> Outcome:
    """Store the new tokens before anybody uses them. Where the platform has nothing new yet, that is no news."""
    try:
        with tenancy.scope(organization_id=organization_id), transaction.atomic():
            if _said(fresh) == _said(credential):
                _ours(grant).update(refresh_started_at=None, refresh_tries=0, **_same_dates(grant))
                return Outcome.SETTLED
            replace_tokens(grant, fresh)
    except LostRefresh:
        # A person reconnected meanwhile; their tokens are newer.
        return Outcome.SETTLED
    return Outcome.RENEWED


def _same_dates(grant: Grant) -> dict[str, datetime | None]:
    """When to ask again for tokens that the platform did not renew yet, or that it never renews."""
    has_refresh_token = bool(grant.refresh_token)
    tokens = lives.Tokens(
        grant.platform, grant.issued_at, grant.expires_at, grant.refresh_expires_at, has_refresh_token
    )
    again_at = lives.refresh_at(tokens)
    soonest = clock.now() + LONGEST_PAUSE
    later = max(again_at, soonest) if again_at else None
    return {"refresh_at": later, "ends_at": lives.ends_at(tokens, known=grant.ends_at)}


def _said(credential: Credential) -> tuple[object, ...]:
    tokens = credential.access_token, credential.refresh_token, dict(credential.extra)
    return *tokens, credential.expires_at, credential.refresh_expires_at, dict(credential.facts)


def _ours(grant: Grant) -> QuerySet[Grant]:
    """The row, as long as nobody has changed its tokens and nobody else has taken the refresh over."""
    rows: QuerySet[Grant] = Grant.objects.filter(
        pk=grant.pk, version=grant.version, refresh_started_at=grant.refresh_started_at
    )
    return rows


def _suspect(organization_id: UUID, grant: Grant, error: PlatformError) -> Outcome:
    again_at = clock.now() + _pause(grant)
    with tenancy.scope(organization_id=organization_id):
        _ours(grant).update(state=GrantState.SUSPECT, refresh_started_at=None, refresh_at=again_at)
    logger.warning("A refresh of grant %s told nothing for certain: %s", grant.pk, error.words)
    return Outcome.WAITS if isinstance(error, Uncertain) else Outcome.SETTLED


def _wait(organization_id: UUID, grant: Grant, error: PlatformError) -> Outcome:
    """The platform is to be asked later: at the time it named, or after a pause. The state stays as it is."""
    again_at = clock.now() + _pause(grant)
    if isinstance(error, Throttled) and error.retry_at is not None:
        again_at = max(again_at, error.retry_at)
    with tenancy.scope(organization_id=organization_id):
        _ours(grant).update(refresh_started_at=None, refresh_at=again_at)
    logger.info("Refresh of grant %s waits until %s: %s", grant.pk, again_at, error.words)
    return Outcome.WAITS


def _pause(grant: Grant) -> timedelta:
    pause = min(FIRST_PAUSE * 2 ** min(max(grant.refresh_tries - 1, 0), 10), LONGEST_PAUSE)
    return pause * random.uniform(0.8, 1.0)  # noqa: S311


def _end(organization_id: UUID, grant: Grant, error: PlatformError, asked_at: datetime) -> Outcome:
    with tenancy.scope(organization_id=organization_id):
        if not _ours(grant).exists():
            return Outcome.SETTLED  # Somebody reconnected, or goes on with it.
        if not SocialAccount.objects.filter(grant=grant, state__in=CHECKED).exists():
            _ours(grant).update(state=GrantState.DEAD, refresh_started_at=None, refresh_at=None)
            return Outcome.SETTLED
    bury(organization_id=organization_id, grant=grant, reason=error.words or SIGNED_OUT, asked_at=asked_at)
    return Outcome.SETTLED
