"""`manage.py export --workspace ID --to FILE.zip`: everything of a workspace or an organization, for taking along."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.compliance import exporting
from apps.compliance.estate import Estate
from apps.core import tenancy
from apps.tenants.models import Organization, Workspace

WHY = "an operator exports a tenant"


class Command(BaseCommand):
    help = "Writes everything of a workspace or an organization into one file (docs/guides/export.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--workspace", type=UUID, metavar="ID")
        what.add_argument("--organization", type=UUID, metavar="ID")
        parser.add_argument("--to", type=Path, required=True, metavar="FILE.zip")

    def handle(self, *, workspace: UUID | None, organization: UUID | None, to: Path, **_: Any) -> None:
        estate = _estate(workspace, organization)
        if to.exists():
            raise CommandError(f"{to} exists already.")
        unfinished = to.with_name(f"{to.name}.part")
        # For its owner's eyes alone, and under its name only when it is whole.
        with open(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            manifest = exporting.write(estate, file)
        unfinished.rename(to)
        rows = sum(entry.get("rows", 0) for entry in manifest["files"])
        self.stdout.write(f"Wrote {rows} rows and {len(manifest['files'])} files of {estate.name} to {to}.")
        for path in manifest["missing_files"]:
            self.stderr.write(f"Not in the storage any more: {path}")


def _estate(workspace_id: UUID | None, organization_id: UUID | None) -> Estate:
    found: UUID | None = None
    with tenancy.across_tenants(WHY):
        if workspace_id:
            found = Workspace.across_tenants.filter(pk=workspace_id).values_list("organization_id", flat=True).first()
        elif organization_id:
            found = Organization.objects.filter(pk=organization_id).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError("There is no such workspace or organization.")
    return Estate(found, workspace_id)
