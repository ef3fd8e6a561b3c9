"""Reads of the library that chain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from apps.core.querysets import TenantQuerySet
from apps.media.states import RENDITION_OPEN, RenditionState

M = TypeVar("M", bound=models.Model)


class AssetQuerySet(TenantQuerySet[M]):
    """Files of workspaces."""

    def in_library(self) -> Self:
        """Those that the library shows: neither in the trash nor replaced by a newer version."""
        return self.filter(trashed_at=None, replaced_by=None)

    def in_trash(self) -> Self:
        return self.exclude(trashed_at=None)

    def matching(self, words: str) -> Self:
        """Those whose name, alt text, rights note or tags contain each of the words."""
        rows = self
        for word in words.split():
            found = Q(original_name__icontains=word) | Q(alt__icontains=word) | Q(rights_note__icontains=word)
            rows = rows.filter(found | Q(tags__name__icontains=word))
        return rows.distinct()

    def usable_on(self, day: date) -> Self:
        return self.filter(Q(rights_until=None) | Q(rights_until__gte=day))


class RenditionQuerySet(TenantQuerySet[M]):
    """Files that are made of others."""

    def free(self, now: datetime, *, tries: int) -> Self:
        """Those that a worker may take: waiting, or left behind by one that has been silent longer than its lease, and
        not tried so often yet."""
        abandoned = Q(state=RenditionState.MAKING, lease_until__lt=now, tries__lt=tries)
        return self.filter(Q(state=RenditionState.QUEUED) | abandoned)

    def deadly(self, now: datetime, *, tries: int) -> Self:
        """Those whose worker has fallen silent for the last time."""
        return self.filter(state=RenditionState.MAKING, lease_until__lt=now, tries__gte=tries)

    def held(self, pk: UUID, fence: int) -> Self:
        """The row, while this fence is its newest and nobody has called the work off."""
        return self.filter(pk=pk, fence=fence, state=RenditionState.MAKING)

    def unfinished(self) -> Self:
        return self.filter(state__in=RENDITION_OPEN)
