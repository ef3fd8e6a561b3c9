"""`manage.py rebuild_rollups`: count what dashboards read anew from the snapshots."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from apps.analytics import services


class Command(BaseCommand):
    help = "Counts the figures by account and day, and of posts, anew from the snapshots."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", type=UUID, help="of this one alone (all)")

    def handle(self, *, organization: UUID | None, **_: Any) -> None:
        count = services.rebuild_rollups(organization_id=organization)
        self.stdout.write(f"The figures of {count} workspaces were counted anew.")
