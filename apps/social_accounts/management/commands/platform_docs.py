"""`manage.py platform_docs`: write docs/platforms/<name>.md for every platform, from what the adapters declare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.platforms import docs, registry


class Command(BaseCommand):
    help = "Writes docs/platforms/ from the adapters; --check only says which pages are out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, and fail where a page would change")
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "docs" / "platforms")

    def handle(self, *, check: bool, folder: Path, **_: Any) -> None:
        pages = {folder / f"{name}.md": docs.page(registry.adapter_class(name)) for name in registry.names()}
        stale = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
        if check and stale:
            named = ", ".join(path.name for path in stale)
            raise CommandError(f"Out of date: {named}. Run manage.py platform_docs.")
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[path])
            self.stdout.write(f"Wrote {path.name}")
