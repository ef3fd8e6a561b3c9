"""One policy for each way a try can end without a receipt. What happens next is decided here and nowhere else."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.core import clock
from apps.core.logs import mask
from apps.media import services as media
from apps.platforms import errors, registry
from apps.posts.errors import MediaNotReady
from apps.publishing.claim import Claim
from apps.publishing.engine import ledger
from apps.publishing.engine.preparation import Preparation
from apps.publishing.engine.rows import rows_of, tell
from apps.publishing.engine.timing import looked_for_at, retry_pause, scattered
from apps.publishing.engine.work import ContentMoved
from apps.publishing.errors import LostClaim
from apps.publishing.gates import Obstacle
from apps.publishing.models import Publication
from apps.publishing.states import Outcome, State
from apps.publishing.waking import wake_for
from apps.social_accounts import services as social_accounts
from apps.social_accounts.errors import NotConnected

logger = logging.getLogger(__name__)

OUR_FAULT = "Something went wrong in Postroom while preparing this. It is tried again by itself."
OUR_FAULT_AFTER = (
    "Something went wrong in Postroom after this was sent. Postroom looks for the post before it acts again."
)
SIGNED_OUT = "The account is not connected any more. Reconnect it, then resume this post."
MOVED = "The post was changed after it was planned. Check it, then resume it."
UNPREPARED = "The platform did not finish preparing the media in time. Try again, or choose another file."
TOO_LONG_A_WAIT = (
    "The platform asked us to wait beyond the time this post may still go out. Resume it to send it later."
)
WAIT_UNSAID = timedelta(minutes=1)
SOON = timedelta(seconds=2)
PREPARING = "Its files are still being prepared for this platform."
OTHERS_FIRST = "Other files were on their way; it is taken up as soon as there is room."
CHANGED_MEANWHILE = "The post was changed or moved meanwhile."
# A picture is made in a moment, a film in minutes: looked for again after each of these, and then after the last.
MEDIA_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 10))
MEDIA_WAIT = timedelta(minutes=1)  # in which looks belong together


def settle(claim: Claim, error: Exception, *, sent: bool, asked_at: datetime | None = None) -> None:
    """Do what this error asks for. `sent`: the request may have left; `asked_at`: from before the credential was read,
    so that an account which was reconnected meanwhile is not marked. Raises LostClaim."""
    match error:
        case errors.Uncertain():
            _lost(claim, error, error.words) if sent else _retry(claim, error, error.words)
        case errors.Throttled():
            _wait(claim, error)
        case errors.Rejected():
            _refused(claim, error)
        case errors.TokenExpired():
            _renew_token(claim, error, asked_at)
        case errors.Disconnected() | errors.MissingPermission():
            _hold(claim, error, error.words)
            _mark_account(claim, error, asked_at)
        case errors.StagedLost():
            _retry(claim, error, error.words, at_once=True, staged=None)
        case errors.NotSent():
            _retry(claim, error, error.words)
        case NotConnected():
            _hold(claim, error, SIGNED_OUT)
        case ContentMoved():
            _hold(claim, error, MOVED)
        case _ if sent:
            log_ours(claim, error)
            _lost(claim, error, OUR_FAULT_AFTER)
        case _:
            log_ours(claim, error)
            _retry(claim, error, OUR_FAULT)


def not_ready(claim: Claim, preparation: Preparation) -> None:
    """The platform is still at work: come back for it, for as long as preparation may take. No try is counted."""
    now = clock.now()
    if now - preparation.moved_at > settings.PUBLISH_PREPARATION_LIMIT:
        _move(claim, State.FAILED, Outcome.NOT_READY, UNPREPARED, problem="not_ready", staged=None)
        return
    again = _again(claim, now + max(preparation.staged.again_in, SOON))
    with claim.scope(), transaction.atomic():
        _put(claim, State.SCHEDULED, **again, staged=preparation.as_json())
        ledger.close(claim, Outcome.NOT_READY)


def prepare_later(claim: Claim, at: datetime) -> None:
    """Its platform would not keep it until the hour."""
    with claim.scope(), transaction.atomic():
        _put(claim, State.SCHEDULED, stage_at=at)
        ledger.close(claim, Outcome.NOT_READY, words="It is prepared closer to its hour.")


def wait_for_media(claim: Claim, error: MediaNotReady) -> None:
    """Its files are still being made into what the platform takes; they are asked for again, should nobody have. No try
    is counted, and what is too late by then is held like everything else."""
    label = registry.label(claim.platform)
    with claim.scope(), transaction.atomic():
        for asset, recipe in error.needs:
            media.request_rendition(asset=asset, recipe=recipe, purpose=label)
        _put(claim, State.SCHEDULED, **_again(claim, _media_looked_for_at(claim, clock.now())))
        ledger.close(claim, Outcome.NOT_READY, words=PREPARING)


def _media_looked_for_at(claim: Claim, now: datetime) -> datetime:
    """The longer it has waited, the later; what is prepared ahead is looked at when its hour strikes."""
    looks = ledger.ended_like_this(claim, Outcome.NOT_READY, words=PREPARING, since=now - MEDIA_WAIT)
    at = now + MEDIA_PAUSES[min(looks, len(MEDIA_PAUSES) - 1)]
    return min(at, max(claim.release_at, now + MEDIA_PAUSES[0])) if claim.is_staging else at


def wait_for_room(claim: Claim) -> None:
    """Nothing was begun, for other files were on their way all the time: whoever has room takes it up. Raises
    LostClaim."""
    with claim.scope(), transaction.atomic():
        _put(claim, State.SCHEDULED, **_again(claim, clock.now()))
        ledger.close(claim, Outcome.NOT_READY, words=OTHERS_FIRST)


def hold_back(claim: Claim, obstacle: Obstacle) -> None:
    """Something objects at the last moment; nothing was sent."""
    to: State = State.HELD
    again: dict[str, Any] = {}
    if obstacle.until is not None:  # It may go out later by itself.
        to, again = State.SCHEDULED, {"next_try_at": obstacle.until}
    try:
        _move(claim, to, Outcome.HELD, obstacle.words, problem=obstacle.problem, **again)
    except LostClaim:
        logger.info("%s is in other hands", claim)


def gave_way(claim: Claim) -> None:
    """Somebody else has the row that was being prepared: a person who changed it, or another worker."""
    with claim.scope(), transaction.atomic():
        ledger.close(claim, Outcome.ABANDONED, words=CHANGED_MEANWHILE)


def give_back(claim: Claim, **changes: Any) -> None:
    """Too little lease is left to send safely, and nothing was sent: somebody starts anew."""
    with claim.scope(), transaction.atomic():
        _put(claim, State.SCHEDULED, **_again(claim, clock.now()), **changes)
        ledger.close(claim, Outcome.ABANDONED, words="It took too long to prepare; it is taken up again.")


def _retry(claim: Claim, error: Exception, words: str, *, at_once: bool = False, **changes: Any) -> None:
    """Nothing was sent: try again after a pause, as often as there are pauses and as late as it may go out."""
    tries, now = claim.attempts_made + 1, clock.now()
    pause = retry_pause(tries)
    outcome = _OUTCOMES.get(type(error), Outcome.NOT_SENT)
    if pause is None or now + pause > claim.latest_at:
        _move(claim, State.FAILED, outcome, words, error, attempts_made=tries, **changes)
        return
    again = _again(claim, now if at_once else now + pause)
    _move(claim, State.SCHEDULED, outcome, words, error, attempts_made=tries, **again, **changes)


def _wait(claim: Claim, error: errors.Throttled) -> None:
    """The platform names its time; waiting for it is not a failed try."""
    now = clock.now()
    again_at = scattered(error.retry_at or now + WAIT_UNSAID, now)
    if again_at > claim.latest_at:
        _move(claim, State.HELD, Outcome.THROTTLED, TOO_LONG_A_WAIT, error)
        return
    _move(claim, State.SCHEDULED, Outcome.THROTTLED, error.words, error, **_again(claim, again_at))


def _again(claim: Claim, at: datetime) -> dict[str, datetime]:
    """Taken up again at this instant; what is prepared before its hour keeps the hour."""
    return {"stage_at": at} if claim.is_staging else {"next_try_at": at}


def _refused(claim: Claim, error: errors.Rejected) -> None:
    kept = {} if error.keeps_staged else {"staged": None}
    _move(claim, State.FAILED, Outcome.REJECTED, error.words, error, problem_field=error.field[:64], **kept)


def _hold(claim: Claim, error: Exception, words: str) -> None:
    _move(claim, State.HELD, _OUTCOMES.get(type(error), Outcome.NOT_SENT), words, error)


def _lost(claim: Claim, error: Exception, words: str) -> None:
    """It may be out. This worker's request has ended, so the search waits for the platform's side of it alone."""
    search_at = looked_for_at(clock.now())
    _move(claim, State.UNCERTAIN, Outcome.UNCERTAIN, words, error, next_try_at=search_at, searches_made=0)


def _renew_token(claim: Claim, error: errors.TokenExpired, read_at: datetime | None) -> None:
    """Nothing was done: get a new token, then try again. A dead grant marks its accounts: the next claim holds it."""
    with claim.scope():
        row = Publication.objects.select_related("account").get(pk=claim.publication_id)
        grant_id = row.account.grant_id
    if grant_id is not None:
        social_accounts.refresh_grant(
            organization_id=claim.organization_id, grant_id=grant_id, is_refused=True, read_at=read_at
        )
    _retry(claim, error, error.words, at_once=claim.attempts_made == 0)


def _mark_account(claim: Claim, error: errors.PlatformError, asked_at: datetime | None) -> None:
    """The row is held already; that the account cannot be marked must not undo that. Whether more than this account is
    lost is asked of the platform, outside of any transaction."""
    try:
        if isinstance(error, errors.Disconnected):
            social_accounts.lose_access(
                organization_id=claim.organization_id, account_id=claim.account_id, error=error, asked_at=asked_at
            )
        elif isinstance(error, errors.MissingPermission):
            with claim.scope(), transaction.atomic():
                social_accounts.mark_missing_permission(
                    account_id=claim.account_id, reason=error.words, scopes=error.scopes, asked_at=asked_at
                )
    except Exception:
        logger.exception("The account of %s could not be marked", claim)


def _move(
    claim: Claim, to: State, outcome: Outcome, words: str, error: Exception | None = None, **changes: Any
) -> None:
    """One conditional UPDATE, its line in the ledger and its event, together or not at all."""
    said = {"problem": outcome.value, "problem_words": words, "problem_field": "", **changes}
    with claim.scope(), transaction.atomic():
        _put(claim, to, **said)
        ledger.close(claim, outcome, words=words, evidence=ledger.evidence_of(error) if error else None)
        tell(claim, to, problem=said["problem"], words=words)


def _put(claim: Claim, to: State, **changes: Any) -> None:
    """Move the row; whoever takes it up again is woken if that is soon."""
    rows_of(claim).move(claim, to, **changes)
    if again_at := changes.get("stage_at") or changes.get("next_try_at"):
        wake_for([again_at])


def log_ours(what: object, error: Exception) -> None:
    """The frames, and the message masked: an error of ours may quote what it was handed."""
    logger.error("%s: %s", what, mask("".join(traceback.format_exception(error, chain=False))))


_OUTCOMES = {
    errors.Disconnected: Outcome.DISCONNECTED,
    errors.AccountDisabled: Outcome.DISCONNECTED,
    errors.MissingPermission: Outcome.MISSING_PERMISSION,
    NotConnected: Outcome.DISCONNECTED,
    errors.TokenExpired: Outcome.NOT_SENT,
}
