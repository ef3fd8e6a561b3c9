"""`manage.py signing_key`: what this installation signs its records of approval with.

manage.py signing_key show                          what is in force, and what was before
manage.py signing_key certificate                   its certificate, for whoever checks signatures
manage.py signing_key rotate                        make another key of our own
manage.py signing_key replace FILE.p12 [--passphrase-file FILE]
                                                    sign with a key and certificate of yours (PKCS #12)
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.approvals.models import SigningKey
from apps.approvals.records import signing
from apps.core import clock
from apps.core.secrets import Secret


class Command(BaseCommand):
    help = "Show, rotate or replace the key that signs records of approval."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("show", help="what is in force, and what was before")
        verbs.add_parser("certificate", help="print the certificate, for whoever checks signatures")
        verbs.add_parser("rotate", help="make another key of our own; what was signed before stays valid")
        replace = verbs.add_parser("replace", help="sign with your own key and certificate")
        replace.add_argument("file", type=Path, help="a PKCS #12 file")
        replace.add_argument("--passphrase-file", type=Path, help="a file with its passphrase; else it is asked for")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        match verb:
            case "show":
                self._show()
            case "certificate":
                self.stdout.write(f"{signing.key_in_force().certificate}{signing.key_in_force().chain}", ending="")
            case "rotate":
                self._tell(signing.rotate())
            case "replace":
                self._tell(self._adopted(options["file"], options["passphrase_file"]))

    def _show(self) -> None:
        signing.key_in_force()
        for row in SigningKey.objects.all():
            self._tell(row)

    def _adopted(self, file: Path, passphrase_file: Path | None) -> SigningKey:
        try:
            body = file.read_bytes()
            words = passphrase_file.read_text().strip() if passphrase_file else getpass.getpass("Passphrase: ")
            return signing.adopt(body, Secret(words))
        except (OSError, signing.NotASigningKey) as error:
            raise CommandError(str(error)) from error

    def _tell(self, row: SigningKey) -> None:
        state = "in force" if row.is_in_force else f"retired on {row.retired_at:%Y-%m-%d}"
        ends = "ENDED" if row.valid_until <= clock.now() else "valid"
        origin = "made here" if row.is_own else "brought by the operator"
        self.stdout.write(f"{row.subject}: {state}, {origin}, {ends} until {row.valid_until:%Y-%m-%d}")
        self.stdout.write(f"  SHA-256 {row.fingerprint}")
        if row.is_in_force and (words := signing.what_is_wrong_with(row, at=clock.now())):
            self.stdout.write(f"  IT CANNOT SIGN: {words} (rotate, or replace FILE.p12).")
