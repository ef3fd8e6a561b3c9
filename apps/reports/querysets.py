"""Reads that chain."""

from __future__ import annotations

from datetime import datetime
from typing import Self, TypeVar

from django.db import models

from apps.core.querysets import TenantQuerySet
from apps.reports.states import UNFINISHED, MailState

M = TypeVar("M", bound=models.Model)


class ReportQuerySet(TenantQuerySet[M]):
    def due(self, now: datetime) -> Self:
        """What may be claimed to be made: nobody is at it, or whoever was is not heard of any more."""
        return self.filter(state__in=UNFINISHED, next_try_at__lte=now)

    def light(self) -> Self:
        """Without what is large."""
        return self.defer("data", "pictures", "plan")


class ScheduleQuerySet(TenantQuerySet[M]):
    def due(self, now: datetime) -> Self:
        """Those with a time that has come, and no pause after a try in vain."""
        mine = self.filter(is_paused=False, next_at__lte=now, workspace__archived_at=None)
        return mine.exclude(next_try_at__gt=now)


class MailQuerySet(TenantQuerySet[M]):
    def due(self, now: datetime) -> Self:
        return self.filter(state=MailState.WAITING, next_try_at__lte=now)
