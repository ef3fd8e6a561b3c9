"""Reads of the post room that chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self, TypeVar

from django.db import connection, models

from apps.core.querysets import TenantQuerySet
from apps.webhooks.states import DeliveryState, NoticeState

M = TypeVar("M", bound=models.Model)


class NoticeQuerySet(models.QuerySet[M]):
    def due(self, now: datetime) -> Self:
        return self.filter(state=NoticeState.WAITING, next_try_at__lte=now)

    def skipping_locked(self) -> Self:
        """Those that no other worker holds. SQLite has one writer at a time and needs no row locks."""
        if connection.features.has_select_for_update_skip_locked:
            return self.select_for_update(skip_locked=True)
        return self


class DeliveryQuerySet(TenantQuerySet[Any]):
    def due(self, now: datetime) -> Self:
        """Those that wait for their turn and are on nobody's hands."""
        free = models.Q(lease_until=None) | models.Q(lease_until__lte=now)
        return self.filter(free, state=DeliveryState.WAITING, next_try_at__lte=now)

    def under_way(self, now: datetime) -> Self:
        return self.filter(state=DeliveryState.WAITING, lease_until__gt=now)
