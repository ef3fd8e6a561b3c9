"""Posts that leave at their hour: claimed and read a little before, signed off together, each sent by its own hand."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.publishing.claim import Claim
from apps.publishing.engine import intents, locating, outcomes, sending
from apps.publishing.engine.desk import Desk
from apps.publishing.engine.intents import Intent
from apps.publishing.engine.preparation import Preparation
from apps.publishing.engine.work import Work, load_all
from apps.publishing.errors import LostClaim

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Departure:
    """A claim and what it sends. Without `work` it could not be read with the others and is read by its hand."""

    claim: Claim
    work: Work | None

    @property
    def prepared(self) -> tuple[Work, Preparation] | None:
        """What is sent, and what was prepared for it."""
        found = self.work.preparation if self.work else None
        return (self.work, found) if self.work and found and found.is_ready else None


class Waiting:
    """Departures before their hour."""

    def __init__(self) -> None:
        self._departures: list[Departure] = []

    def __len__(self) -> int:
        return len(self._departures)

    def add(self, departures: Iterable[Departure]) -> None:
        self._departures.extend(departures)

    def at_their_hour(self, now: datetime) -> list[Departure]:
        """Those whose hour has come; they wait no longer."""
        going = [one for one in self._departures if _hour(one) <= now]
        self._departures = [one for one in self._departures if _hour(one) > now]
        return going

    def seconds_left(self, now: datetime, *, most: float) -> float:
        """Until the next hour strikes, at most `most`."""
        hours = [(_hour(one) - now).total_seconds() for one in self._departures]
        return max(0.0, min([*hours, most]))


def read(claims: Sequence[Claim]) -> list[Departure]:
    works = load_all(claims) if claims else {}
    return [Departure(claim, works.get(claim.row_id)) for claim in claims]


def signed(departures: Sequence[Departure]) -> list[Departure]:
    """Those that may leave now: their intents are written, in one transaction. Those that must be read first go on, for
    their hands do all of it."""
    ready = [(one, prepared) for one in departures if (prepared := one.prepared)]
    written = intents.commit([_intent(one.claim, *prepared) for one, prepared in ready]) if ready else []
    answers = {one.claim.row_id: answer for (one, _), answer in zip(ready, written, strict=True)}
    for one, _ in ready:
        if isinstance(answers[one.claim.row_id], LostClaim):
            logger.info("%s is in other hands", one.claim)
    return [one for one in departures if answers.get(one.claim.row_id, True) is True]


def send(departure: Departure, *, desk: Desk) -> None:
    """Make its request. Never raises: what is not written down here, the end of the lease settles."""
    claim, prepared = departure.claim, departure.prepared
    try:
        sent = sending.commit(claim, *prepared, desk=desk) if prepared else sending.send(claim, desk=desk)
        if sent:
            done, receipt = sent
            locating.locate(claim, receipt, done.adapter, done.credential)
    except LostClaim:
        logger.info("%s is in other hands", claim)
    except Exception as error:
        outcomes.log_ours(f"The work on {claim} broke off", error)


def _intent(claim: Claim, _: Work, preparation: Preparation) -> Intent:
    return Intent(claim, preparation, is_kept=True)


def _hour(departure: Departure) -> datetime:
    return departure.claim.release_at
