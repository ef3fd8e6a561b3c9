"""A person's turn with something that is out: one at a time, with a line in the ledger before the network is touched.

What the platform is asked for is safe to repeat: whoever takes a turn after a lost answer asks for the same again. The
turns of a post are taken under its lock, and one that was not heard of for longer than a lease is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from apps.core import clock, ids
from apps.core.actors import Actor
from apps.governor.lanes import Lane
from apps.platforms import errors
from apps.platforms.contract import Adapter, Credential, RemotePost
from apps.publishing.claim import Claim
from apps.publishing.engine import ledger
from apps.publishing.engine.outcomes import log_ours
from apps.publishing.engine.work import outside_of_transactions
from apps.publishing.errors import PostBusy
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.moments import when
from apps.publishing.states import BY_A_PERSON, Deed, Outcome, State
from apps.social_accounts import services as social_accounts
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace

T = TypeVar("T")
DONE: Final = frozenset({Outcome.CHANGED, Outcome.REMOVED, Outcome.GONE})

SOMEBODY_IS_AT_IT: Final = "Somebody is changing this or taking it down right now. Wait a moment and look again."
NOT_OUT: Final = "This is not out, or not out any more. Look at it again."
UNKNOWN: Final = "We do not know whether it worked. Try again: it is safe to ask twice."
UNHEARD_OF: Final = f"Postroom stopped before the answer came. {UNKNOWN}"
OUR_FAULT: Final = f"Something went wrong in Postroom. {UNKNOWN}"
SIGNED_OUT: Final = "The account is not connected any more. Reconnect it, then try again."


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came of a turn: its outcome, and words for the person; `field` is what the platform found at fault."""

    outcome: Outcome
    words: str = ""
    field: str = ""

    @property
    def is_done(self) -> bool:
        return self.outcome in DONE


@dataclass(frozen=True, slots=True)
class Turn:
    """One person with one row, until `claim.lease_until`. `opening` is what the ledger knows from the beginning."""

    claim: Claim
    remote: RemotePost
    actor: Actor
    opening: Mapping[str, Any]


def begin(
    publication: Publication, deed: Deed, *, actor: Actor, follow_up: FollowUp | None = None, **wanted: Any
) -> Turn:
    """Take the turn, in the transaction that holds the post. Raises PostBusy while somebody else has it, and where the
    row is not out."""
    refuse_another(publication)
    now, row = clock.now(), follow_up or publication
    out = type(row).objects.filter(pk=row.pk, state=State.PUBLISHED)
    if not out.update(fence=F("fence") + 1, updated_at=now):
        raise PostBusy(NOT_OUT)
    row = out.get()
    claim = Claim(
        publication_id=publication.pk,
        organization_id=publication.organization_id,
        workspace_id=publication.workspace_id,
        account_id=publication.account_id,
        platform=publication.account.platform,
        fence=row.fence,
        lease_until=now + settings.PUBLISH_LEASE,
        revision=publication.revision,
        attempt_id=ids.new_id(),
        latest_at=now,
        release_at=now,
        follow_up_id=follow_up.pk if follow_up else None,
        position=follow_up.position if follow_up else 0,
    )
    opening = {"by": str(actor.id or actor.kind), **({"wanted": wanted} if wanted else {})}
    line = ledger.opened(claim, now)
    line.deed, line.sent_at, line.evidence = deed, now, opening
    line.save(force_insert=True)
    return Turn(claim, RemotePost(row.remote_id, row.remote_facts), actor, opening)


def refuse_another(publication: Publication) -> None:
    """Raise PostBusy while somebody has a turn with the post or a comment of it; one not heard of again is closed."""
    now = clock.now()
    running = open_turns().filter(publication=publication)
    running.filter(started_at__lte=now - settings.PUBLISH_LEASE).update(
        outcome=Outcome.UNCERTAIN, ended_at=now, words=UNHEARD_OF
    )
    if running.exists():
        raise PostBusy(SOMEBODY_IS_AT_IT)


def open_turns() -> QuerySet[Attempt]:
    lines: QuerySet[Attempt] = Attempt.objects.filter(outcome=Outcome.OPEN).filter(deed__in=BY_A_PERSON)
    return lines


def ask(turn: Turn, call: Callable[[Adapter, Credential], T]) -> T:
    """Do it at the platform, outside of any transaction. A token that is over its time is renewed once."""
    account, credential = _credential(turn, fresh=True)
    adapter = social_accounts.adapter_of(account, lane=Lane.PUBLISH)
    outside_of_transactions()
    try:
        return call(adapter, credential)
    except errors.TokenExpired:
        grant_id, organization_id = account.grant_id, account.organization_id
        if grant_id is None or not social_accounts.refresh_grant(organization_id=organization_id, grant_id=grant_id):
            raise
    _, credential = _credential(turn)
    return call(adapter, credential)


def close(turn: Turn, outcome: Outcome, *, words: str = "", **evidence: Any) -> None:
    ledger.close(turn.claim, outcome, words=words, evidence={**turn.opening, **evidence})


def settle(turn: Turn, error: Exception, *, asked_at: Any) -> Aftermath:
    """Write down what kept it from being done, and mark the account where the account is at fault."""
    with turn.claim.scope(), transaction.atomic():
        zone = ZoneInfo(Workspace.objects.values_list("timezone", flat=True).get(pk=turn.claim.workspace_id))
        found = _judged(turn, error, zone)
        close(turn, found.outcome, words=found.words, **ledger.evidence_of(error))
    _tell_account(turn, error, asked_at)
    return found


def _judged(turn: Turn, error: Exception, zone: ZoneInfo) -> Aftermath:
    match error:
        case errors.Throttled(retry_at=at):
            again = f"Try again {when(at, zone)}." if at else "Try again in a few minutes."
            return Aftermath(Outcome.THROTTLED, f"{error.words} {again}")
        case errors.Rejected():
            return Aftermath(Outcome.REJECTED, error.words, error.field)
        case errors.Disconnected():
            return Aftermath(Outcome.DISCONNECTED, error.words)
        case NotConnected():
            return Aftermath(Outcome.DISCONNECTED, SIGNED_OUT)
        case errors.MissingPermission():
            return Aftermath(Outcome.MISSING_PERMISSION, error.words)
        case errors.NotOffered():
            return Aftermath(Outcome.NOT_OFFERED, error.words)
        case errors.TokenExpired():
            return Aftermath(Outcome.NOT_SENT, error.words)
        case errors.PlatformError():
            # Calls that are safe to repeat name a lost answer NotSent as well: only an answer tells for certain.
            return Aftermath(Outcome.UNCERTAIN, f"{error.words} {UNKNOWN}")
    log_ours(turn.claim, error)
    return Aftermath(Outcome.UNCERTAIN, OUR_FAULT)


def _tell_account(turn: Turn, error: Exception, asked_at: Any) -> None:
    """A sign-in that has ended ends for all. A permission that is missing for this is said, and stops no planned post:
    what publishing needs is another matter."""
    claim = turn.claim
    if isinstance(error, errors.Disconnected):
        social_accounts.lose_access(
            organization_id=claim.organization_id, account_id=claim.account_id, error=error, asked_at=asked_at
        )
    elif isinstance(error, errors.MissingPermission):
        with claim.scope(), transaction.atomic():
            social_accounts.note_inability(account_id=claim.account_id, reason=error.words)


def _credential(turn: Turn, *, fresh: bool = False) -> tuple[SocialAccount, Credential]:
    """Raises NotConnected."""
    with turn.claim.scope():
        account = SocialAccount.objects.select_related("grant__app", "grant__organization_app").get(
            pk=turn.claim.account_id
        )
        credential = social_accounts.credential_for(account)
    if not fresh or credential.expires_at is None:
        return account, credential
    social_accounts.refresh_if_needed(organization_id=account.organization_id, grant_id=account.grant_id)
    return _credential(turn)
