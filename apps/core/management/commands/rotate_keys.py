"""Seal every secret again with the first key of KEYRING; after that the other keys can be removed from it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import rotation
from apps.core.encryption import CannotOpen, keyring


class Command(BaseCommand):
    help = "Seal every secret again with the first key of KEYRING. Safe to break off and to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help="Rows of one transaction.")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        self.stdout.write(f"Sealing with the key {keyring().first}.")
        left = sum(self._rotate(column, batch) for column in rotation.columns())
        if left:
            raise CommandError(f"{left} secrets still carry another key: they changed meanwhile. Run this again.")
        self.stdout.write("Every secret is sealed with the first key; the others may be removed from KEYRING.")

    def _rotate(self, column: rotation.Column, batch: int) -> int:
        """Print how many secrets of one column were sealed anew and return how many were not."""
        done = 0
        try:
            while sealed := column.reseal(batch):
                done += sealed
        except CannotOpen as error:
            raise CommandError(f"{column.name}: {error}. Keep the old keys in KEYRING until this is done.") from error
        left = column.left()
        self.stdout.write(f"{column.name}: {done} sealed anew, {left} left")
        return left
