"""`manage.py verify_approvals`: does the log of decisions still say what was said?

manage.py verify_approvals                              every organization's
manage.py verify_approvals --organization northlight    one organization's, by its short name
manage.py verify_approvals --file approvals.jsonl       an export, wherever it was kept; reads no database
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.approvals.log.verifying import Fault, faults_in, faults_of
from apps.core import tenancy
from apps.tenants.models import Organization


class Command(BaseCommand):
    help = "Say which lines of the log of approvals do not hold; ends with an error if there are any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", default="", help="the short name of one organization")
        parser.add_argument("--file", type=Path, help="an export as JSON lines, instead of the database")

    def handle(self, *args: Any, organization: str, file: Path | None, **options: Any) -> None:
        found = 0
        for fault in _in_file(file) if file else _in_database(organization):
            self.stdout.write(str(fault))
            found += 1
        if found:
            raise CommandError(f"{found} lines of the log do not hold.")
        self.stdout.write("The log of approvals is whole.")


def _in_file(file: Path) -> Iterator[Fault]:
    try:
        with file.open(encoding="utf-8") as lines:
            yield from faults_in(lines)
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(f"{file} is no export of approvals: {error}") from error


def _in_database(slug: str) -> Iterator[Fault]:
    with tenancy.across_tenants("the log of approvals is verified"):
        rows = Organization.objects.filter(slug=slug) if slug else Organization.objects.all()
        ids = list(rows.values_list("pk", flat=True))
    if slug and not ids:
        raise CommandError(f"There is no organization {slug}.")
    for organization_id in ids:
        yield from faults_of(organization_id)
