"""`manage.py bluesky_key`: a private key for BLUESKY_CLIENT_KEY."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.core.ids import new_id
from apps.platforms.adapters.bluesky import new_client_key


class Command(BaseCommand):
    help = "Prints a new private key for BLUESKY_CLIENT_KEY. Keep it: connections are bound to the key that made them."

    def handle(self, **_: Any) -> None:
        self.stdout.write(new_client_key(kid=str(new_id())).reveal())
