"""Reads of tenants' own rows that chain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.db.models import Q

from apps.core.querysets import TenantQuerySet

ANSWERS_KEPT: Final = timedelta(hours=24)


class AccessQuerySet(TenantQuerySet[Any]):
    def alive(self, now: datetime) -> Self:
        """Accesses that have not ended."""
        return self.filter(Q(access_until=None) | Q(access_until__gt=now))


class InvitationQuerySet(TenantQuerySet[Any]):
    def open(self, now: datetime) -> Self:
        """Invitations that somebody can still accept."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)


class ApiKeyQuerySet(TenantQuerySet[Any]):
    def open(self, now: datetime) -> Self:
        """Keys that still let somebody in."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)

    def named(self, lookup: str, now: datetime) -> Self:
        """The key that has this lookup part, or had it until it was rolled a while ago."""
        return self.filter(Q(lookup=lookup) | Q(previous_lookup=lookup, overlaps_until__gt=now))


class AnsweredRequestQuerySet(TenantQuerySet[Any]):
    def stale(self, now: datetime) -> Self:
        """Answers that are old enough to be forgotten."""
        return self.filter(started_at__lte=now - ANSWERS_KEPT)
