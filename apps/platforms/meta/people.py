"""The person behind a sign-in through Facebook: their Pages and the Instagram accounts linked to these hang on them."""

from __future__ import annotations

from collections.abc import Iterable

from apps.platforms.contract import Credential

_NOT_ASKED_FOR = "public_profile"  # granted with every sign-in, and never named in a request


def family_of(credential: Credential) -> str:
    """One person in one app: what ends one of their tokens ends them all."""
    app = credential.client.client_id if credential.client else ""
    return f"meta:{app}:{credential.remote_user_id}"


def asked_for(wanted: Iterable[str], also: Iterable[str]) -> tuple[str, ...]:
    """The permissions that a dialog names: those of the platform itself, then those of the family."""
    return tuple(dict.fromkeys([*wanted, *(scope for scope in also if scope != _NOT_ASKED_FOR)]))
