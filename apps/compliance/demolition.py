"""Deleting an estate: every table that Django's registry knows to be a tenant's, those that refer to others first.

A page of rows at a time, each in a transaction with its count, so that a job which breaks off goes on. Files go before
the rows that name them: a row without its file is about to be deleted, a file without its row would be kept for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from graphlib import TopologicalSorter
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db import connection, models, transaction

from apps.audit.models import Entry
from apps.compliance.errors import StillBusy
from apps.compliance.estate import Estate, Model, own_rows, tables, tables_of
from apps.compliance.models import Export
from apps.core import clock, tenancy
from apps.publishing import services as publishing
from apps.social_accounts.models import ConnectSession, Grant, SocialAccount
from apps.tenants.models import Workspace

PAGE: Final = 500
MOST_PASSES: Final = 3  # somebody may have written a row while its table was emptied
Note = Callable[[Counter[str]], None]


def demolish(estate: Estate, *, note: Note) -> None:
    """Delete every row and file of the estate; `note` is called with what each transaction removed, inside of it.

    Raises StillBusy while something of it is being sent, and when rows keep coming. Safe to repeat.
    """
    _close(estate)
    for _ in range(MOST_PASSES):
        removed = sum(_empty(model, estate, note) for model in order() if model in tables_of(estate))
        if not removed:
            return
        _forget_unused_grants(estate, note)
    raise StillBusy


def order() -> list[Model]:
    """Tables of tenants, each before those that its rows refer to. A circle of references would raise CycleError."""
    known = set(tables())
    graph: dict[Model, set[Model]] = {model: set() for model in known}
    for model in known:
        for field in model._meta.local_fields:
            target: Any = field.related_model
            if isinstance(field, models.ForeignKey) and target in known and target is not model:
                graph[target].add(model)
    return list(TopologicalSorter(graph).static_order())


def _close(estate: Estate) -> None:
    """Nothing new is sent from an archived workspace; what is being sent is waited for."""
    with tenancy.scope(organization_id=estate.organization_id):
        places = Workspace.objects.filter(pk=estate.workspace_id) if estate.workspace_id else Workspace.objects.all()
        places.filter(archived_at=None).update(archived_at=clock.now())
        accounts = SocialAccount.objects.filter(workspace__in=places).values_list("pk", flat=True)
        account_ids = list(accounts)
    if publishing.is_sending(organization_id=estate.organization_id, account_ids=account_ids):
        raise StillBusy


def _empty(model: Model, estate: Estate, note: Note) -> int:
    removed = 0
    while True:
        with tenancy.scope(organization_id=estate.organization_id), transaction.atomic():
            rows = own_rows(model, estate)
            ids = list(rows.values_list("pk", flat=True)[:PAGE])
            if not ids:
                return removed
            files = _delete_files(model, rows.filter(pk__in=ids))
            _delete(model, estate, rows.filter(pk__in=ids))
            note(Counter({model._meta.label: len(ids), "files": files}))
        removed += len(ids)


def _delete(model: Model, estate: Estate, rows: Any) -> None:
    if model is Entry and connection.vendor == "postgresql":
        # The application may not delete from the diary; a function of its owner may, while an erasure is carried out.
        with connection.cursor() as cursor:
            ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
            cursor.execute("SELECT compliance_erase_entries(%s, %s::uuid[])", [str(estate.organization_id), ids])
        return
    rows.order_by()._raw_delete(rows.db)  # In our own order, so that nothing has to be collected in memory.


def _delete_files(model: Model, rows: Any) -> int:
    columns = [field.attname for field in model._meta.concrete_fields if isinstance(field, models.FileField)]
    columns += ["stored_name"] if model is Export else []
    names = [name for row in rows.values_list(*columns) for name in row if name] if columns else []
    for name in names:
        default_storage.delete(name)
    return len(names)


def _forget_unused_grants(estate: Estate, note: Note) -> None:
    """Permissions belong to the organization; those that no account is left to use would be tokens without a purpose.
    One that a sign-in under way has just brought is not meant."""
    with tenancy.scope(organization_id=estate.organization_id), transaction.atomic():
        under_way = ConnectSession.objects.filter(grant__isnull=False).values("grant_id")
        unused = Grant.objects.filter(accounts=None).exclude(pk__in=under_way)
        if removed := unused.delete()[0]:
            note(Counter({Grant._meta.label: removed}))
