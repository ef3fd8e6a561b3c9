"""Where django-allauth asks us: who may sign up, and how secrets of second factors are kept."""

from __future__ import annotations

from typing import Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from apps.core.encryption import keyring
from apps.core.secrets import Secret

# The row is not known where allauth seals, so the table alone is what the ciphertext is bound to.
BINDING: Final = "mfa_authenticator"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether anybody may make an account; who is invited always may, through the link they were sent."""
        return bool(settings.SIGNUP_OPEN)


class MFAAdapter(DefaultMFAAdapter):
    """Keys of authenticator apps and seeds of recovery codes lie sealed in the database, like every other secret."""

    def encrypt(self, text: str) -> str:
        return keyring().seal(Secret(text), bound_to=BINDING)

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().open(encrypted_text, bound_to=BINDING).reveal()
