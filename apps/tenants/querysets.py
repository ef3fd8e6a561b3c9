"""Reads of tenants' own rows that chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db.models import Q

from apps.core.querysets import TenantQuerySet


class AccessQuerySet(TenantQuerySet[Any]):
    def alive(self, now: datetime) -> Self:
        """Accesses that have not ended."""
        return self.filter(Q(access_until=None) | Q(access_until__gt=now))


class InvitationQuerySet(TenantQuerySet[Any]):
    def open(self, now: datetime) -> Self:
        """Invitations that somebody can still accept."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)
