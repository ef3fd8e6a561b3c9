"""Reads that chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q

from apps.analytics.states import UNFINISHED
from apps.core.querysets import TenantQuerySet

M = TypeVar("M", bound=models.Model)


class ReadingQuerySet(TenantQuerySet[M]):
    def due(self, now: datetime) -> Self:
        """What may be claimed: its time has come, and no worker that is still heard of has it."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now), next_try_at__lte=now)

    def with_latest(self) -> Self:
        """With the last figures of each post, in the same query, and without the platform's own answer."""
        related: Any = self.model._meta.get_field("latest").related_model
        own = [field.name for field in self.model._meta.concrete_fields]
        theirs = [f"latest__{field.name}" for field in related._meta.concrete_fields if field.name != "raw"]
        return self.select_related("latest").only(*own, *theirs)


class ImportQuerySet(TenantQuerySet[M]):
    def due(self, now: datetime) -> Self:
        """What may be claimed: not ended, its time has come, and nobody is at it."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now), state__in=UNFINISHED, next_try_at__lte=now)
