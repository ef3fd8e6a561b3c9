"""`manage.py test_apps`: ask each platform whether it knows the operator's apps."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.platforms import registry
from apps.social_accounts.errors import AppRefused
from apps.social_accounts.services import own_apps
from apps.social_accounts.services.apps import operators_clients


class Command(BaseCommand):
    help = "Ask each platform whether it knows the apps of this deployment; the exit code is 1 where one does not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("platforms", nargs="*", choices=[*registry.names(), []], help="only these")

    def handle(self, *, platforms: list[str], **_: Any) -> None:
        told = [self._tell(platform) for platform in platforms or sorted(registry.names())]
        if not all(told):
            sys.exit(1)

    def _tell(self, platform: str) -> bool:
        """Say it of each app there; False where one did not pass."""
        label, is_well = registry.label(platform), True
        for client in operators_clients(platform):
            try:
                self.stdout.write(f"{label}, {client.client_id}: {own_apps.test_operators_app(platform, client)}")
            except AppRefused as refused:
                is_well = False
                self.stdout.write(f"{label}, {client.client_id}: {refused.words}")
        return is_well
