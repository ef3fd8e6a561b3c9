"""Short addresses: how they look, and on which hosts an organization's may be."""

from __future__ import annotations

import secrets
from typing import Final

from django.conf import settings
from django.http import HttpRequest

# Without those that people take for one another.
ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH: Final = 7
PREVIEW: Final = "preview"  # stands for a code that is not made yet, and is no code: of the same length


def new_code() -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if code != PREVIEW:
            return code


def short_address(host: str, code: str) -> str:
    """Where a code is followed: on a domain for links alone, or under the place of ours for them."""
    return f"https://{host}/{code}" if host else f"{settings.PUBLIC_URL}/l/{code}"


def domains_of(slug: str) -> tuple[str, ...]:
    """The domains that an organization's links may have, by LINK_DOMAINS."""
    return tuple(host for host, owner in settings.LINK_DOMAINS.items() if owner in ("", slug))


def host_of(request: HttpRequest) -> str:
    return request.get_host().partition(":")[0].lower()


def is_for_links_alone(host: str) -> bool:
    return host in settings.LINK_DOMAINS


def is_ours(address: str) -> bool:
    """Whether an address is a short one of this deployment; those are left as they are."""
    own = (f"{settings.PUBLIC_URL}/l/", *(f"https://{host}/" for host in settings.LINK_DOMAINS))
    return address.lower().startswith(own)
