"""Reads of the library that chain."""

from __future__ import annotations

from datetime import date
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from apps.core.querysets import TenantQuerySet

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
