"""Secrets at rest: a keyring that rotates, and ciphertext that cannot be moved to another row.

Each value is sealed with AES-256-GCM as `v1.<key id>.<base64 of nonce + ciphertext>`. The additional data names table,
column, row and organization, so that a ciphertext copied elsewhere does not open. The ring seals with its first key and
opens with any; `manage.py rotate_keys` seals everything again with the first.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.core.secrets import Secret

VERSION = "v1"
KEY_BYTES = 32
NONCE_BYTES = 12


class CannotOpen(ValueError):
    """The ciphertext was sealed with a key that the ring lacks, was changed, or belongs to another row."""


class Keyring:
    """Keys by id, the first of which seals."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ImproperlyConfigured("KEYRING is empty: give it at least one key as id:base64 of 32 random bytes.")
        for key_id, key in keys.items():
            if len(key) != KEY_BYTES or "." in key_id or not key_id:
                raise ImproperlyConfigured(
                    f"KEYRING: the key {key_id!r} is not {KEY_BYTES} bytes with an id free of dots."
                )
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.first = next(iter(keys))

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """The ring written as `id:base64,id:base64`, newest first."""
        keys: dict[str, bytes] = {}
        entries = filter(None, (part.strip() for part in text.replace("\n", ",").split(",")))
        for number, entry in enumerate(entries, start=1):
            key_id, colon, encoded = entry.partition(":")
            if not colon:
                # Not shown: without a colon it may be the key itself.
                raise ImproperlyConfigured(f"KEYRING: entry {number} is not an id, a colon and a key in base64.")
            if key_id in keys:
                raise ImproperlyConfigured(f"KEYRING: the id {key_id!r} stands there twice; each key has its own.")
            try:
                keys[key_id] = base64.b64decode(encoded, validate=True)
            except ValueError:
                # Without its cause: a decoder's error may quote what it read.
                raise ImproperlyConfigured(f"KEYRING: the key {key_id!r} is not base64.") from None
        return cls(keys)

    def seal(self, secret: Secret, *, bound_to: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self.first].encrypt(nonce, secret.reveal().encode(), bound_to.encode())
        return f"{VERSION}.{self.first}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, bound_to: str) -> Secret:
        key_id = self.key_id(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CannotOpen(f"The keyring lacks the key {key_id!r}")
        try:
            raw = base64.b64decode(sealed.rsplit(".", 1)[1], validate=True)
            return Secret(cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode()).decode())
        except (InvalidTag, ValueError) as error:  # ValueError: cut off, or not base64
            raise CannotOpen("The ciphertext was changed or belongs to another row") from error

    @staticmethod
    def key_id(sealed: str) -> str:
        parts = sealed.split(".")
        if len(parts) != 3 or parts[0] != VERSION:
            raise CannotOpen("This is not a sealed value")
        return parts[1]


def keyring() -> Keyring:
    return _parsed(settings.KEYRING)


@lru_cache(maxsize=4)
def _parsed(text: str) -> Keyring:
    return Keyring.parse(text)
