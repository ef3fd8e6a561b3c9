"""Everything of a tenant as one file, in the layout of docs/guides/export.md. Rows and files pass through in pieces, so
that memory stays small whatever the size."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from apps.compliance.estate import Estate, Model, columns_of, is_withheld, pages, tables_of
from apps.core import clock, tenancy
from apps.media import storage
from apps.tenants.models import Membership, User

FORMAT: Final = "postroom-export"
VERSION: Final = 1
PIECE: Final = 256 * 1024


def write(estate: Estate, to: IO[bytes]) -> dict[str, Any]:
    """Write the archive to a file that can be moved in, and return its manifest. Secrets are never part of it."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        entries = [_write_table(archive, model, estate) for model in tables_of(estate)]
        if estate.workspace_id is None:
            entries.append(_write_people(archive, estate))
        missing: list[str] = []
        entries += list(_write_files(archive, estate, missing))
        manifest = _manifest(estate, entries, missing)
        archive.writestr("manifest.json", json.dumps(manifest, indent=2, cls=DjangoJSONEncoder))
    return manifest


def _manifest(estate: Estate, entries: list[dict[str, Any]], missing: list[str]) -> dict[str, Any]:
    withheld = {
        model._meta.label: names
        for model in tables_of(estate)
        if (names := [field.attname for field in model._meta.concrete_fields if is_withheld(field)])
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": clock.now(),
        "organization_id": estate.organization_id,
        "workspace_id": estate.workspace_id,
        "files": entries,
        "missing_files": missing,
        "withheld": withheld,
    }


class _Entry:
    """A file in the archive whose size and digest are taken while it is written."""

    def __init__(self, archive: zipfile.ZipFile, path: str, *, is_compressed: bool = False) -> None:
        info = zipfile.ZipInfo(path, date_time=clock.now().timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if is_compressed else zipfile.ZIP_DEFLATED
        self._out = archive.open(info, "w", force_zip64=True)
        self._path, self._bytes, self._digest = path, 0, hashlib.sha256()

    def write(self, piece: bytes) -> None:
        self._out.write(piece)
        self._bytes += len(piece)
        self._digest.update(piece)

    def close(self, **facts: Any) -> dict[str, Any]:
        self._out.close()
        return {"path": self._path, "bytes": self._bytes, "sha256": self._digest.hexdigest(), **facts}


def _write_table(archive: zipfile.ZipFile, model: Model, estate: Estate) -> dict[str, Any]:
    columns = columns_of(model)
    entry, rows = _Entry(archive, f"tables/{model._meta.label_lower}.jsonl"), 0
    for page in pages(model, estate, columns):
        entry.write(b"".join(_line({name: row[name] for name in columns}) for row in page))
        rows += len(page)
    return entry.close(table=model._meta.label, rows=rows)


def _write_people(archive: zipfile.ZipFile, estate: Estate) -> dict[str, Any]:
    """Who is behind the ids of users: the members of the organization."""
    entry = _Entry(archive, "people.jsonl")
    with tenancy.scope(organization_id=estate.organization_id):
        members = Membership.objects.values("user_id")
        people = list(User.objects.filter(pk__in=members).order_by("pk").values("id", "name", "email"))
    entry.write(b"".join(_line(dict(person)) for person in people))
    return entry.close(rows=len(people))


def _write_files(archive: zipfile.ZipFile, estate: Estate, missing: list[str]) -> Iterator[dict[str, Any]]:
    """Every file that a row of the estate names. Pictures and videos are compressed already."""
    for model in tables_of(estate):
        names = [field.attname for field in model._meta.concrete_fields if isinstance(field, models.FileField)]
        for page in pages(model, estate, names) if names else ():
            for row, name in ((row, name) for row in page for name in names if row[name]):
                path = f"media/{model._meta.label_lower}/{row['pk']}/{PurePosixPath(row[name]).name}"
                try:
                    source = storage.open_file(row[name])
                except FileNotFoundError:
                    missing.append(path)
                    continue
                yield _copy(archive, path, source)


def _copy(archive: zipfile.ZipFile, path: str, source: IO[bytes]) -> dict[str, Any]:
    entry = _Entry(archive, path, is_compressed=True)
    with source:
        while piece := source.read(PIECE):
            entry.write(piece)
    return entry.close()


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"
