"""`manage.py health`: how things are, as one JSON object; exit code 1 where something is not as it must be."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from apps.watch.reporting import as_json, report


class Command(BaseCommand):
    help = "Print the health of workers, beat and publishing as JSON; the exit code is 1 where something is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        found = report()
        self.stdout.write(json.dumps(as_json(found), indent=2))
        if not found.is_well:
            sys.exit(1)
