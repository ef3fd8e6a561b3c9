"""Deleting an estate: every table that Django's registry knows to be a tenant's, those that refer to others first.

A page of rows at a time, each in a transaction with its count, so that a job which breaks off goes on. Files go after
the rows that name them, for a file may be shared: one that a row of somebody else names as well stays theirs. In the
end the folders of the estate are swept, so that none is kept because a job broke off in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import connection, models, transaction

from apps.audit.models import Entry
from apps.compliance.errors import StillBusy
from apps.compliance.estate import Estate, Model, own_rows, tables, tables_of
from apps.compliance.models import Export
from apps.core import clock, tenancy
from apps.media import storage
from apps.media.models import Upload
from apps.media.services import releasing, uploads
from apps.publishing import services as publishing
from apps.social_accounts.models import ConnectSession, Grant, SocialAccount
from apps.tenants.models import Workspace
from apps.webhooks import services as webhooks
from apps.webhooks.models import InboundNotice

PAGE: Final = 500
MOST_PASSES: Final = 3  # somebody may have written a row while its table was emptied
Note = Callable[[Counter[str]], None]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a table that go next, the files that they name, and uploads of which bytes may have arrived."""

    ids: list[UUID]
    files: set[str]
    arriving: list[Upload]


def demolish(estate: Estate, *, note: Note) -> None:
    """Delete every row and file of the estate; `note` is called with what each transaction removed, inside of it, and
    with files once they are gone.

    Raises StillBusy while something of it is being sent, and when rows keep coming. Safe to repeat.
    """
    _close(estate)
    for _ in range(MOST_PASSES):
        removed = sum(_empty(model, estate, note) for model in order() if model in tables_of(estate))
        if not removed:
            _forget_notices(estate, note)
            _sweep(estate, note)
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
            if isinstance(field, models.ForeignObject) and target in known and target is not model:
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
    while page := _page(model, estate):
        for upload in page.arriving:
            _forget_bytes(upload)
        if model is Export:  # Nobody else names these, and nobody looks for them later.
            for name in page.files:
                storage.delete(name)
        with tenancy.scope(organization_id=estate.organization_id), transaction.atomic():
            _delete(model, estate, own_rows(model, estate).filter(pk__in=page.ids))
            note(Counter({model._meta.label: len(page.ids), "files": len(page.files) if model is Export else 0}))
        _note_files(sum(releasing.release(name) for name in page.files if model is not Export), note)
        removed += len(page.ids)
    return removed


def _page(model: Model, estate: Estate) -> Page | None:
    """The next rows to go; None once there are none."""
    columns = [field.attname for field in model._meta.concrete_fields if isinstance(field, models.FileField)]
    columns += ["stored_name"] if model is Export else []
    with tenancy.scope(organization_id=estate.organization_id):
        ids = list(_free(model, own_rows(model, estate)).values_list("pk", flat=True)[:PAGE])
        page = own_rows(model, estate).filter(pk__in=ids)
        files = {name for row in page.values_list(*columns) for name in row if name} if columns else set()
        return Page(ids, files, list(page) if model is Upload else []) if ids else None


def _forget_bytes(upload: Upload) -> None:
    uploads.forget_bytes(upload)
    if upload.storage_name:
        raise StillBusy


def _sweep(estate: Estate, note: Note) -> None:
    """Delete every file in the folders of the estate that no row names: whatever broke off before, nothing is left."""
    for folder in ("assets", "reports", uploads.INCOMING):
        place = f"{folder}/{estate.organization_id}" + (f"/{estate.workspace_id}" if estate.workspace_id else "")
        found = (name for name, _ in storage.listing(place))
        while names := list(islice(found, PAGE)):
            left = set(names) - releasing.named(names)
            for name in left:
                storage.delete(name)
                storage.remove_empty_folders(name.rpartition("/")[0])
            _note_files(len(left), note)


def _forget_notices(estate: Estate, note: Note) -> None:
    """What the organization's own apps signed lies among the rows of the deployment; by now those apps are gone, and
    nothing comes after it. Requests to be forgotten stay: a receipt is the person's, and names nobody."""
    if estate.workspace_id is None:
        with transaction.atomic():
            if removed := webhooks.forget_organization(organization_id=estate.organization_id):
                note(Counter({InboundNotice._meta.label: removed}))


def _note_files(count: int, note: Note) -> None:
    if count:
        note(Counter(files=count))


def _free(model: Model, rows: Any) -> Any:
    """Of a table that refers to itself (folders in folders), the rows that no other row refers to."""
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey) and field.related_model is model:
            taken = rows.order_by().exclude(**{field.name: None}).values(field.attname)
            rows = rows.exclude(pk__in=taken)
    return rows


def _delete(model: Model, estate: Estate, rows: Any) -> None:
    if model is Entry and connection.vendor == "postgresql":
        # The application may not delete from the diary; a function of its owner may, while an erasure is carried out.
        with connection.cursor() as cursor:
            ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
            cursor.execute("SELECT compliance_erase_entries(%s, %s::uuid[])", [str(estate.organization_id), ids])
        return
    rows.order_by()._raw_delete(rows.db)  # In our own order, so that nothing has to be collected in memory.


def _forget_unused_grants(estate: Estate, note: Note) -> None:
    """Permissions belong to the organization; those that no account is left to use would be tokens without a purpose.
    One that a sign-in under way has just brought is not meant."""
    with tenancy.scope(organization_id=estate.organization_id), transaction.atomic():
        under_way = ConnectSession.objects.filter(grant__isnull=False).values("grant_id")
        unused = Grant.objects.filter(accounts=None).exclude(pk__in=under_way)
        if removed := unused.delete()[0]:
            note(Counter({Grant._meta.label: removed}))
