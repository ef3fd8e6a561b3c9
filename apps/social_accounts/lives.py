"""Dates in the life of tokens, from what a platform says and what it documents: when to refresh, when it all ends."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.platforms import registry

LIFE_LEFT = 0.2  # refreshed when less than this share of the access token's life is left
JITTER = 0.02  # so that the grants of one day do not all come due in one minute
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is known of a grant's tokens at the moment they are stored."""

    platform: str
    issued_at: datetime
    expires_at: datetime | None
    refresh_expires_at: datetime | None
    has_refresh_token: bool


def refresh_at(tokens: Tokens) -> datetime | None:
    """When a new access token is asked for; None where the old one has no end, or only a person brings a new one."""
    lifetimes = registry.adapter_class(tokens.platform).lifetimes
    end = lifetimes.access_end(tokens.issued_at, tokens.expires_at)
    if end is None or not lifetimes.renews(has_refresh_token=tokens.has_refresh_token):
        return None
    life = max(end - tokens.issued_at, timedelta(minutes=1))
    return end - life * (LIFE_LEFT + random.uniform(0, JITTER))  # noqa: S311


def ends_at(tokens: Tokens, *, known: datetime | None = None) -> datetime | None:
    """When it all ends unless a person reconnects; None where it renews itself or has no end.

    `known` is what was found for the same refresh token before: its life counts from the consent, not from a refresh.
    """
    lifetimes = registry.adapter_class(tokens.platform).lifetimes
    if not lifetimes.renews(has_refresh_token=tokens.has_refresh_token):
        return lifetimes.access_end(tokens.issued_at, tokens.expires_at)
    if not tokens.has_refresh_token or lifetimes.rolling:
        return None
    if tokens.refresh_expires_at is not None or known is not None or lifetimes.refresh is None:
        return tokens.refresh_expires_at or known
    return tokens.issued_at + lifetimes.refresh


def next_check(account_id: UUID, *, after: datetime) -> datetime:
    """The account's own time of the day: accounts are spread over it by the random end of their ids."""
    offset = DAY * ((account_id.int & 0xFFFFFFFF) / 2**32)
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    return next(at for at in (midnight + offset, midnight + DAY + offset) if at > after)
