"""What a person may be asked for."""

from __future__ import annotations

from apps.sandbox.google.scopes import IDENTITY, PREFIX

MANAGE = f"{PREFIX}business.manage"
LEGACY = f"{PREFIX}plus.business.manage"  # v4 alone takes it
SCOPES = (MANAGE,)
KNOWN_SCOPES = (MANAGE, LEGACY, *IDENTITY)
