"""Seal everything again with the first key of the ring, in batches, so that an old key can be dropped.

Each row is read, opened and sealed in one short transaction, and only if its column still holds what was read: a token
that is refreshed meanwhile wins, and was sealed with the new key anyway. A run that is broken off is run again; rows
that carry the new key are passed over by their prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction

from apps.core import tenancy
from apps.core.encryption import VERSION, keyring
from apps.core.fields import SecretField, seal

BATCH: Final = 200
WHY: Final = "rotate keys"


@dataclass(frozen=True, slots=True)
class Column:
    """Sealed values of one column: `reseal` seals up to so many and returns how many it did, `left` counts the rest."""

    name: str
    reseal: Callable[[int], int]
    left: Callable[[], int]


_others: list[Column] = []


def also(column: Column) -> None:
    """Let a room take part whose secrets do not lie in a SecretField (second factors, which belong to a library)."""
    if column.name not in {known.name for known in _others}:
        _others.append(column)


def columns() -> list[Column]:
    return [*_secret_fields(), *_others]


def _secret_fields() -> Iterator[Column]:
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, SecretField):
                yield _column(model, field)


def _column(model: type[models.Model], field: SecretField) -> Column:
    def reseal(limit: int) -> int:
        with tenancy.across_tenants(WHY):
            return sum(_reseal(row, field) for row in _stale(model, field).order_by("pk")[:limit])

    def left() -> int:
        with tenancy.across_tenants(WHY):
            return _stale(model, field).count()

    return Column(f"{model._meta.db_table}.{field.column}", reseal, left)


def _stale(model: type[models.Model], field: SecretField) -> models.QuerySet[Any]:
    manager: Any = getattr(model, "across_tenants", model._default_manager)
    rows: models.QuerySet[Any] = manager.exclude(**{field.attname: ""}).exclude(
        **{f"{field.attname}__startswith": f"{VERSION}.{keyring().first}."}
    )
    return rows


def _reseal(row: models.Model, field: SecretField) -> int:
    before = row.__dict__[field.attname]
    manager: Any = getattr(type(row), "across_tenants", type(row)._default_manager)
    sealed = seal(row, field.name, getattr(row, field.attname))
    with transaction.atomic():
        changed: int = manager.filter(pk=row.pk, **{field.attname: before}).update(**{field.attname: sealed})
    return changed
