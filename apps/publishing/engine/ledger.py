"""The ledger of attempts: a line is opened with the claim, before the network is touched, and closed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import JSONField, Q

from apps.core import clock
from apps.core.querysets import each_its_own, within_reach
from apps.platforms.errors import Evidence, PlatformError
from apps.publishing.claim import Claim
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.states import Deed, Outcome

UNHEARD_OF: Final = "The worker stopped before it was done."


def opened(claim: Claim, now: datetime) -> Attempt:
    """The line of a new claim, to be written in the transaction of the claim."""
    return Attempt(
        id=claim.attempt_id,
        organization_id=claim.organization_id,
        workspace_id=claim.workspace_id,
        publication_id=claim.publication_id,
        follow_up_id=claim.follow_up_id,
        number=claim.fence,
        fence=claim.fence,
        revision=claim.revision,
        deed=Deed.PREPARE if claim.is_staging else Deed.PUBLISH,
        started_at=now,
    )


def sent(claims: Collection[Claim], at: datetime) -> None:
    within_reach(Attempt).filter(pk__in=[claim.attempt_id for claim in claims]).update(sent_at=at)


def close(claim: Claim, outcome: Outcome, *, words: str = "", evidence: dict[str, Any] | None = None) -> None:
    """Say how it ended; a line that is closed stays as it is."""
    Attempt.objects.filter(pk=claim.attempt_id, outcome=Outcome.OPEN).update(
        outcome=outcome, ended_at=clock.now(), words=words, evidence=evidence or {}
    )


def ended_like_this(claim: Claim, outcome: Outcome, *, words: str, since: datetime) -> int:
    """How many tries at the same have come to this end since then."""
    tries = Attempt.objects.filter(publication_id=claim.publication_id, follow_up_id=claim.follow_up_id)
    return tries.filter(outcome=outcome, words=words, ended_at__gte=since).count()


def close_all(ends: Mapping[UUID, dict[str, Any]], outcome: Outcome) -> None:
    """`close` for many that ended alike: the evidence of each by the id of its line."""
    lines = within_reach(Attempt).filter(pk__in=ends, outcome=Outcome.OPEN)
    evidence = each_its_own(ends, JSONField(), otherwise="evidence")
    lines.update(outcome=outcome, ended_at=clock.now(), words="", evidence=evidence)


def close_abandoned(rows: Iterable[Publication | FollowUp], *, now: datetime | None = None) -> None:
    """Close the lines of workers that were never heard of again; call it with the rows in hand."""
    rows = list(rows)
    comments = [row.pk for row in rows if isinstance(row, FollowUp)]
    posts = [row.pk for row in rows if isinstance(row, Publication)]
    about = Q(follow_up_id__in=comments) | Q(publication_id__in=posts, follow_up=None)
    Attempt.plain.filter(about, outcome=Outcome.OPEN).update(
        outcome=Outcome.ABANDONED, ended_at=now or clock.now(), words=UNHEARD_OF
    )


def evidence_of(error: Exception) -> dict[str, Any]:
    """What the platform said, for support; of an error of our own only its kind, for its text may hold anything."""
    if not isinstance(error, PlatformError):
        return {"error": type(error).__name__}
    blank = asdict(Evidence())
    return {name: value for name, value in asdict(error.evidence).items() if value != blank[name]}
